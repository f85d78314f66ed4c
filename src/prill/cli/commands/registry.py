"""Serve a folder as a registry: OCI's distribution API with referrers, for a quick start, tests and closed networks.

It listens on this machine alone unless --listen says otherwise; then it wants --login or --read-only.

examples:
  prill registry serve registry
  prill registry serve registry --listen 127.0.0.1:0 --verbose
  prill registry serve /srv/gold --listen 0.0.0.0:443 --certificate chain.pem --key key.pem --read-only
"""

import argparse
import re
import signal
import sys
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common
from prill.cli.output import say
from prill.cli.sbom_output import InvalidOption

__all__ = ["run", "setup_parser"]

_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})")
_LOOPBACK = re.compile(r"localhost|127\.[0-9.]+|::1")
_LONGEST_FILE = 1 << 16
_OTHERS = 0o077


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="serve")
    serve = verbs.add_parser("serve", help="serve a folder until it is interrupted")
    serve.add_argument("folder", type=Path, metavar="DIR", help="where everything is kept; made if it is not there")
    serve.add_argument(
        "--listen",
        default="127.0.0.1:5000",
        metavar="HOST:PORT",
        help="the address; port 0 takes a free one (default: 127.0.0.1:5000)",
    )
    serve.add_argument("--read-only", action="store_true", help="let nobody write")
    serve.add_argument(
        "--login", type=Path, metavar="FILE", help="let in those alone whose USER:PASSWORD stands on a line of FILE"
    )
    serve.add_argument("--certificate", type=Path, metavar="FILE", help="speak TLS with this certificate chain (PEM)")
    serve.add_argument("--key", type=Path, metavar="FILE", help="the certificate's private key (PEM)")
    add_common(serve)


def run(arguments: argparse.Namespace) -> Exit:
    """Serve until Ctrl-C or SIGTERM."""
    from prill.oci.serving.server import RegistryServer, ServerOptions  # noqa: PLC0415 - start-up stays lazy

    host, port = _address(arguments.listen)
    logins = _logins(arguments.login) if arguments.login else ()
    if not _LOOPBACK.fullmatch(host) and not logins and not arguments.read_only:
        raise InvalidOption(
            f"whoever reaches {arguments.listen} could write to the registry", hint="add --login FILE or --read-only"
        )
    if arguments.key and not arguments.certificate:
        raise InvalidOption("--key is nothing without its --certificate", hint="add --certificate FILE")
    options = ServerOptions(
        host=host,
        port=port,
        read_only=arguments.read_only,
        logins=logins,
        certificate=arguments.certificate,
        key=arguments.key,
    )
    log = _log if arguments.verbose else (lambda _: None)
    server = RegistryServer(arguments.folder, options, log=log)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        say(f"serving {arguments.folder} at {server.url}; Ctrl-C ends it", quiet=arguments.quiet)
        sys.stdout.flush()
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return Exit.GOOD


def _log(line: str) -> None:
    print(f"prill: {line}", file=sys.stderr, flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _address(text: str) -> tuple[str, int]:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise InvalidOption(f"not an address: {text[:160]!r}", hint="write 127.0.0.1:5000 or [::1]:5000")
    return found[1] or found[2], int(found[3])


def _logins(path: Path) -> tuple[bytes, ...]:
    """Read users and passwords; raise `InvalidOption` for a file that others can read, or that has none."""
    from prill._io.regular import open_regular  # noqa: PLC0415 - start-up stays lazy

    with open_regular(path) as file:
        if path.stat().st_mode & _OTHERS:
            raise InvalidOption(f"{str(path)!r} may be read by others", hint=f"chmod 600 {path}")
        data = file.read(_LONGEST_FILE + 1)
    lines = tuple(line for line in data.splitlines() if line.strip())
    if len(data) > _LONGEST_FILE or not lines or not all(line.partition(b":")[2] for line in lines):
        raise InvalidOption(f"{str(path)!r} holds no logins", hint="write USER:PASSWORD on each line")
    return lines
