"""Options of the commands that verify: whom to believe, and under which conditions."""

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prill.cli.settings import load_settings
from prill.errors import PrillError
from prill.model.regex import regex

if TYPE_CHECKING:
    from prill.signing.conditions import Conditions
    from prill.signing.identity import IdentityRule
    from prill.signing.images import ImageVerification
    from prill.signing.keys import PublicKey
    from prill.signing.trusted_root import TrustedRoot
    from prill.signing.verifier import Verifier

    _Named = dict[str, tuple[str, bool]]

__all__ = [
    "NoSigner",
    "add_conditions",
    "add_require",
    "add_signers",
    "conditions_of",
    "flag",
    "key_value",
    "signer_named",
    "trust_of",
    "verification_of",
    "verifier_of",
]

_SIGNERS = ("key", "identity", "issuer", "identity_regexp", "issuer_regexp", "trust")
_MISSING = {
    "tlog": "let a transparency log's entry be missing; one that is there and known is verified all the same",
    "sct": "let a certificate be on no certificate transparency log's list, as those of private instances are",
}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_AGE = r"([1-9][0-9]{0,8})([smhdw])"
_MAX_KEY = 1 << 20
_ENVIRONMENT = "env://"
_PEM = "-----BEGIN "
_IN_VARIABLE = "it has to hold the public key's PEM itself"
_PIN = regex(r"(pin-value=)[^;&]*")


class NoSigner(PrillError):
    """Nobody said whose signature is expected, or two different ones were named."""


def add_signers(parser: argparse.ArgumentParser) -> None:
    """Add ``--key``, ``--identity`` with ``--issuer``, their patterns, ``--trust``, and cosign's names of them."""
    group = parser.add_argument_group("whose signature is expected")
    group.add_argument(
        "--key",
        action="append",
        metavar="FILE",
        help="a public key in PEM, as cosign.pub, or env://NAME; repeatable: one of them, or --min-signers of them",
    )
    _add_identity(group)
    group.add_argument(
        "--trust", metavar="NAME", help="a known publisher: distroless, chainguard, kubernetes, docker-hardened, redhat"
    )
    group.add_argument(
        "--trusted-root", type=Path, metavar="FILE", help="who is believed (default: Sigstore's public instance)"
    )
    for name, what in _MISSING.items():
        group.add_argument(
            f"--insecure-ignore-{name}", type=flag, nargs="?", const=True, default=False, metavar="BOOL", help=what
        )


def _add_identity(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--identity", "--certificate-identity", metavar="NAME", help="the signer's identity, exactly; needs --issuer"
    )
    group.add_argument(
        "--issuer", "--certificate-oidc-issuer", metavar="URL", help="who vouched for the identity, exactly"
    )
    group.add_argument(
        "--identity-regexp",
        "--certificate-identity-regexp",
        metavar="PATTERN",
        help="a pattern that begins with ^ and says whose the identity is, such as ^https://github\\.com/ORG/REPO/",
    )
    group.add_argument(
        "--issuer-regexp", "--certificate-oidc-issuer-regexp", metavar="PATTERN", help="the same for the issuer"
    )


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """Add ``--max-age``, ``--min-signers`` and ``--annotations``."""
    parser.add_argument(
        "-a",
        "--annotations",
        action="append",
        type=key_value,
        default=[],
        metavar="KEY=VALUE",
        help="an annotation the signature must have; repeatable",
    )
    parser.add_argument("--max-age", type=_age, metavar="AGE", help="how long ago it was signed at most, such as 30d")
    parser.add_argument(
        "--min-signers", type=_count, default=1, metavar="NUMBER", help="how many distinct signers there must be"
    )
    parser.add_argument(
        "--claim",
        action="append",
        type=key_value,
        default=[],
        metavar="NAME=VALUE",
        help="what a certificate must say of the CI run, as --format json names it; repeatable",
    )


def add_require(parser: argparse.ArgumentParser) -> None:
    """Add ``--require``."""
    parser.add_argument(
        "--require",
        action="append",
        type=key_value,
        default=[],
        metavar="FIELD=VALUE",
        help="what the predicate must say; repeatable",
    )


def conditions_of(arguments: argparse.Namespace) -> "Conditions":
    """Return the conditions that the arguments ask for."""
    from prill.signing.conditions import Conditions, Requirement  # noqa: PLC0415 - start-up stays lazy

    return Conditions(
        annotations=tuple(arguments.annotations),
        max_age=arguments.max_age,
        min_signers=arguments.min_signers,
        required=tuple(Requirement(path, value) for path, value in getattr(arguments, "require", ())),
        claims=tuple(arguments.claim),
    )


def signer_named(arguments: argparse.Namespace) -> bool:
    """Return whether anything says whose signature is expected."""
    return any(getattr(arguments, name) for name in _SIGNERS)


def verification_of(arguments: argparse.Namespace) -> "ImageVerification | None":
    """Return whose signature is expected, and how it has to be, if anybody's is; raise as `verifier_of`."""
    if not signer_named(arguments):
        return None
    from prill._io.clock import SystemClock  # noqa: PLC0415 - start-up stays lazy
    from prill.signing.conditions import Conditions  # noqa: PLC0415
    from prill.signing.images import ImageVerification  # noqa: PLC0415

    conditions = conditions_of(arguments) if hasattr(arguments, "annotations") else Conditions()
    return ImageVerification(verifier=verifier_of(arguments), conditions=conditions, now=SystemClock().now())


def verifier_of(arguments: argparse.Namespace) -> "Verifier":
    """Return whom to believe; raise `NoSigner`, `OpenPattern`, `UnusableKey` or `UnknownPublisher`."""
    from prill.signing.verifier import Verifier  # noqa: PLC0415 - start-up stays lazy

    named, log_optional = _named(arguments), arguments.insecure_ignore_tlog
    if arguments.trust is not None:
        named, log_optional = _publisher(arguments, named)
    if arguments.key is not None:
        if named:
            raise NoSigner("both a key and an identity are named", hint="one signature is made by one of them")
        trust = trust_of(arguments) if arguments.trusted_root else lambda: trust_of(arguments)
        return Verifier(trust=trust, rule=_keys(arguments.key), log_optional=log_optional)
    identity, issuer = named.get("identity"), named.get("issuer")
    if identity is None or issuer is None:
        raise NoSigner(
            "nobody is named whose signature is expected"
            if identity is issuer
            else f"{'an issuer' if identity is None else 'an identity'} alone says nothing: anybody can have it",
            hint="--key FILE, --identity NAME with --issuer URL, or --trust NAME",
        )
    return Verifier(
        trust=trust_of(arguments),
        rule=_rule(identity, issuer),
        log_optional=log_optional,
        sct_optional=arguments.insecure_ignore_sct,
    )


def trust_of(arguments: argparse.Namespace) -> "TrustedRoot":
    """Return the trusted root that counts; raise `NoTrustedRoot` or `Malformed`."""
    from prill.api.trust import load_trust  # noqa: PLC0415 - start-up stays lazy

    return load_trust(arguments.trusted_root, load_settings(arguments.config).cache)


def _named(arguments: argparse.Namespace) -> "_Named":
    """Return what is named of identity and issuer, each with whether it is a pattern."""
    found: _Named = {}
    for name in ("identity", "issuer"):
        exact, pattern = getattr(arguments, name), getattr(arguments, f"{name}_regexp")
        if exact is not None and pattern is not None:
            raise NoSigner(f"the {name} is given exactly and as a pattern", hint="one of them")
        if exact is not None or pattern is not None:
            found[name] = (exact, False) if exact is not None else (pattern, True)
    return found


def _publisher(arguments: argparse.Namespace, named: "_Named") -> "tuple[_Named, bool]":
    """Return what is known of a publisher; one with a key of its own needs that key."""
    from prill.catalogue.publishers import publisher  # noqa: PLC0415 - start-up stays lazy

    known = publisher(arguments.trust)
    if named:
        raise NoSigner("both --trust and an identity are named", hint="--trust names the identity")
    log_optional = bool(arguments.insecure_ignore_tlog or known.log_optional)
    if known.key_url:
        if arguments.key is None:
            raise NoSigner(
                f"{known.title} are signed with a key, which does not ship with Prill",
                hint=f"fetch it from {known.key_url}, look at it, and name the file with --key",
            )
        return {}, log_optional
    if arguments.key is not None:
        raise NoSigner(f"{known.title} are signed by an identity, not with a key", hint="leave --key out")
    return {"identity": (known.identity, False), "issuer": (known.issuer, False)}, log_optional


def _rule(identity: tuple[str, bool], issuer: tuple[str, bool]) -> "IdentityRule":
    from prill.signing.identity import Expected, IdentityRule  # noqa: PLC0415 - start-up stays lazy

    return IdentityRule(
        Expected.identity_matching(identity[0]) if identity[1] else Expected.exactly(identity[0], "identity"),
        Expected.issuer_matching(issuer[0]) if issuer[1] else Expected.exactly(issuer[0], "issuer"),
    )


def _keys(references: Sequence[str]) -> "tuple[PublicKey, ...]":
    """Return the keys, each once; a file has one."""
    return tuple(dict.fromkeys(map(key_of, references)))


def key_of(reference: str) -> "PublicKey":
    """Read a public key from a file or the environment; raise `UnusableKey` or what parsing raises."""
    from prill._io.regular import read_regular  # noqa: PLC0415 - start-up stays lazy
    from prill.signing.keys import PublicKey, UnusableKey  # noqa: PLC0415

    if reference.startswith(_ENVIRONMENT):
        name = reference.removeprefix(_ENVIRONMENT)
        value = os.environ.get(name, "").lstrip()
        if not value.startswith(_PEM):  # whatever else it holds is shown to nobody: it may be a password
            raise UnusableKey(f"the environment variable {name[:80]!r} holds no key", hint=_IN_VARIABLE)
        return PublicKey.parse_pem(value.encode("utf-8", "surrogateescape")[:_MAX_KEY])
    try:
        data = read_regular(Path(reference), _MAX_KEY)
    except OSError as error:
        elsewhere = "://" in reference or reference.startswith("pkcs11:")
        hint = (
            "write the public key to a file, which verifying needs alone: prill keys show, cosign public-key"
            if elsewhere
            else "it is a file such as prill.pub or cosign.pub: prill keys new writes it beside the private key"
        )
        shown = _PIN.sub(r"\1***", reference)[:160]
        raise UnusableKey(f"the key {shown!r} cannot be read: {error.strerror}", hint=hint) from error
    return PublicKey.parse_pem(data[:_MAX_KEY])


def flag(text: str) -> bool:
    """Read a truth value as cosign's flags take it."""
    if text.lower() in ("true", "t", "1"):
        return True
    if text.lower() in ("false", "f", "0"):
        return False
    raise argparse.ArgumentTypeError(f"true or false, not {text[:40]!r}")


def key_value(text: str) -> tuple[str, str]:
    """Read ``KEY=VALUE``."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, not {text[:80]!r}")
    return key, value


def _age(text: str) -> int:
    found = re.fullmatch(_AGE, text)
    if found is None:
        raise argparse.ArgumentTypeError(f"a number and one of {', '.join(_UNITS)}, such as 30d, not {text[:40]!r}")
    return int(found[1]) * _UNITS[found[2]]


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 100):  # noqa: PLR2004 - as many as are read
        raise argparse.ArgumentTypeError(f"a number from 1 to 100, not {text[:40]!r}")
    return int(text)
