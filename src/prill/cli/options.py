"""Options that mean the same in every command that has them, and the services they describe."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.settings import Settings, load_settings, npmrc_registry, source_date_epoch

if TYPE_CHECKING:
    from prill._io.http import Fetcher
    from prill.api.services import Services
    from prill.model.platforms import Platform
    from prill.oci.registry_access import RegistryAccess

__all__ = [
    "add_common",
    "add_network",
    "add_platform",
    "add_registry",
    "host_architecture",
    "open_services",
    "platform_of",
    "registry_access",
    "table_format",
]

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add ``--config``, ``--quiet`` and ``--verbose``."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the settings file (default: the user's prill.toml)"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    group.add_argument("-v", "--verbose", action="store_true", help="say more, such as which mirrors were passed over")


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add ``--offline`` and ``--mirror``."""
    parser.add_argument("--offline", action="store_true", help="use the cache alone")
    parser.add_argument(
        "--mirror",
        action="append",
        default=[],
        metavar="URL",
        help="fetch from this mirror; repeatable (default: the spec's, the settings', the machine's own)",
    )


def table_format(text: str) -> str:
    """Return a format's name, for ``text``, as most commands call what people read, ``table``."""
    return "table" if text == "text" else text


def host_architecture() -> str:
    """Return the machine's architecture as OCI names it."""
    machine = os.uname().machine.lower()
    return _ARCHITECTURES.get(machine, machine)


@contextmanager
def open_services(arguments: argparse.Namespace) -> Iterator["Services"]:
    """Make the services that the arguments and settings ask for, and close them afterwards."""
    from prill._io.cache import ContentCache  # noqa: PLC0415 - start-up stays lazy
    from prill._io.clock import SystemClock  # noqa: PLC0415
    from prill.api.services import MirrorChoice, Services  # noqa: PLC0415
    from prill.cli.progress import progress_for  # noqa: PLC0415
    from prill.distro.deb.snapshot import SNAPSHOT  # noqa: PLC0415

    settings = load_settings(arguments.config)
    verbose = bool(arguments.verbose)
    with progress_for(quiet=arguments.quiet) as progress, ExitStack() as stack:
        yield Services(
            cache=ContentCache(settings.cache),
            clock=SystemClock(),
            fetcher=partial(_fetcher, stack),
            mirrors=MirrorChoice(
                option=tuple(getattr(arguments, "mirror", ())),
                settings=settings.mirrors,
                apt_root=Path("/"),
                keys=settings.keys,
                snapshot=SNAPSHOT if settings.snapshot is None else settings.snapshot,
            ),
            npm_registry=lambda: _npm_registry(settings),
            offline=bool(getattr(arguments, "offline", False)),
            epoch=source_date_epoch(),
            progress=progress,
            note=lambda text: print(f"prill: {text}", file=sys.stderr) if verbose else None,
        )


def _fetcher(stack: ExitStack) -> "Fetcher":
    """Return what fetches, made when it is first asked for, closed with the services."""
    from prill._io.http import Fetcher  # noqa: PLC0415 - a build from the cache needs no HTTP

    return stack.enter_context(Fetcher())


def _npm_registry(settings: Settings) -> str | None:
    """Return the npm registry: the settings', the environment's, or what the machine's own npm is set to."""
    if settings.npm_registry:
        return settings.npm_registry
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if value := os.environ.get(name):
            return value
    return _asked_of_npm() or npmrc_registry(Path.home() / ".npmrc")


def _asked_of_npm() -> str | None:
    import subprocess  # noqa: PLC0415 - only for npm packages
    from shutil import which  # noqa: PLC0415

    npm = which("npm")
    if npm is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - the machine's own npm, without a shell
            [npm, "config", "get", "registry"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    address = answer.stdout.strip()
    return address if address.startswith(("https://", "http://")) else None


def add_registry(parser: argparse.ArgumentParser) -> None:
    """Add ``--plain-http``."""
    parser.add_argument("--plain-http", action="store_true", help="speak HTTP without TLS to the registry")


def registry_access(arguments: argparse.Namespace) -> "RegistryAccess":
    """Return how to talk to registries: with the logins of Docker and Podman, as the settings say."""
    from prill.oci.registry_access import RegistryAccess  # noqa: PLC0415 - start-up stays lazy

    # In prill test, as in container-structure-test, --config is something else.
    settings = load_settings(getattr(arguments, "config", None))
    return RegistryAccess(
        credentials=_login_files(),
        helper_path=os.environ.get("PATH", ""),
        mirrors=settings.registry_mirrors,
        ca_file=settings.registry_ca,
        plain_http=bool(arguments.plain_http),
        docker_host=os.environ.get("DOCKER_HOST") or RegistryAccess().docker_host,
    )


def _login_files() -> tuple[Path, ...]:
    """Return where logins may be, in order: what the environment names, then Docker's and Podman's own places."""
    named = os.environ.get("REGISTRY_AUTH_FILE")
    if named:
        return (Path(named),)
    home, runtime = os.environ.get("HOME"), os.environ.get("XDG_RUNTIME_DIR")
    docker = os.environ.get("DOCKER_CONFIG") or (f"{home}/.docker" if home else "")
    config = os.environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else "")
    return (
        *([Path(docker) / "config.json"] if docker else []),
        *(Path(folder) / "containers" / "auth.json" for folder in (runtime, config) if folder),
    )


def add_platform(parser: argparse.ArgumentParser) -> None:
    """Add ``--platform``."""
    parser.add_argument(
        "--platform", metavar="OS/ARCH", help="which image of an index, such as linux/arm64 (default: this machine's)"
    )


def platform_of(arguments: argparse.Namespace) -> "Platform | None":
    """Return what ``--platform`` says; raise `InvalidPlatform`."""
    from prill.model.platforms import Platform  # noqa: PLC0415 - start-up stays lazy

    return None if arguments.platform is None else Platform.parse(arguments.platform)
