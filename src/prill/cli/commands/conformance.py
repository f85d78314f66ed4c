"""Speak the protocol of sigstore-conformance, so that the public suite runs against Prill.

The suite calls its client with sign-bundle and verify-bundle, and looks at the exit code: 0 for yes, others for no.
Whoever verifies files for themselves uses prill verify-blob.

examples:
  prill conformance sign-bundle --identity-token TOKEN --bundle app.json app.tar.gz
  prill conformance verify-bundle --bundle app.json --key prill.pub app.tar.gz
"""

import argparse
from pathlib import Path

from prill.cli.exit import Exit
from prill.cli.options import add_common, add_registry

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the protocol's arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="sign-bundle|verify-bundle")
    sign = verbs.add_parser("sign-bundle", help="sign FILE with an identity")
    sign.add_argument("--identity-token", required=True, metavar="TOKEN", help="the identity's token")
    sign.add_argument("--in-toto", action="store_true", help="FILE is an in-toto statement, signed in an envelope")
    verify = verbs.add_parser("verify-bundle", help="verify a bundle about FILE, or about sha256:…")
    verify.add_argument("--certificate-identity", metavar="NAME", help="the signer's identity")
    verify.add_argument("--certificate-oidc-issuer", metavar="URL", help="who vouched for it")
    verify.add_argument("--key", metavar="FILE", help="the signer's public key, in place of an identity")
    for one in (sign, verify):
        one.add_argument("--bundle", type=Path, required=True, metavar="FILE", help="the bundle")
        one.add_argument("--staging", action="store_true", help="Sigstore's staging instance")
        one.add_argument("--trusted-root", type=Path, metavar="FILE", help="who is believed")
        one.add_argument("file", metavar="FILE", help="the file")
        add_registry(one)
        add_common(one)
    sign.add_argument("--signing-config", type=Path, metavar="FILE", help="where the services are")


def run(arguments: argparse.Namespace) -> Exit:
    """Sign or verify."""
    from prill.cli.main import command_parser  # noqa: PLC0415 - a circle otherwise

    signing = arguments.verb == "sign-bundle"
    if arguments.staging:
        arguments.trusted_root = arguments.trusted_root or _staging("sigstore-staging.json")
        if signing:
            arguments.signing_config = arguments.signing_config or _staging("sigstore-staging-signing-config.json")
    words = ["--bundle", str(arguments.bundle)]
    names = ("trusted_root", "config") + (
        ("identity_token", "signing_config") if signing else ("certificate_identity", "certificate_oidc_issuer", "key")
    )
    for name in names:
        value = getattr(arguments, name)
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    words += ["--plain-http"] if signing and arguments.plain_http else []
    words += ["--in-toto"] if signing and arguments.in_toto else []
    file = Path(arguments.file)  # what is on disk is a file, even if it is called like a digest
    words += ["--", f"./{file}" if arguments.file.startswith("sha256:") and file.exists() else arguments.file]
    if signing:
        from prill.cli.commands import sign_blob  # noqa: PLC0415 - one of two is needed

        return sign_blob.run(command_parser("sign-blob").parse_args(words))
    from prill.cli.commands import verify_blob  # noqa: PLC0415 - one of two is needed

    parser = command_parser("verify-blob")
    return verify_blob.run(parser.parse_args([*_without(parser.parse_args(words)), *words]))


def _without(wanted: argparse.Namespace) -> list[str]:
    """Return the options for an instance that keeps no logs: the protocol has none, its root says what there is.

    Where the root has logs, one has to have the signature on record, a key's as well, which `prill verify-blob` does
    not ask for. What comes from a log that a root without any cannot know is refused. Raise `VerificationError`.
    """
    from prill._io.regular import read_regular  # noqa: PLC0415 - start-up stays lazy
    from prill.cli.trust_options import trust_of  # noqa: PLC0415
    from prill.signing.bundle import Bundle  # noqa: PLC0415
    from prill.signing.sct import has_sct  # noqa: PLC0415
    from prill.signing.steps import Step, VerificationError  # noqa: PLC0415
    from prill.signing.strict_json import MAX_JSON_BYTES, Malformed  # noqa: PLC0415

    trust = trust_of(wanted)
    try:
        bundle = Bundle.parse(read_regular(wanted.bundle, MAX_JSON_BYTES))
        promised = bool(bundle.certificate) and has_sct(bundle.certificate)
    except Malformed as error:
        raise VerificationError(Step.FORM, str(error), hint=error.hint) from error
    if trust.logs and not bundle.entries:
        raise VerificationError(Step.INCLUSION, f"no transparency log has it on record ({wanted.bundle})")
    return [
        *(() if trust.logs or bundle.entries else ("--insecure-ignore-tlog",)),
        *(() if trust.ct_logs or promised else ("--insecure-ignore-sct",)),
    ]


def _staging(name: str) -> Path:
    """Return where a file of Sigstore's staging instance is, as it ships with Prill (``signing/roots/README.md``)."""
    from importlib.resources import files  # noqa: PLC0415 - start-up stays lazy

    return Path(str(files("prill.signing") / "roots" / name))
