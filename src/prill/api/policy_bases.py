"""The policy file, for as much as linting asks of it: which images may be built on.

The file is ``prill-policy.toml``. Of its tables, ``bases`` is read; all others are somebody else's.
"""

from collections.abc import Sequence
from pathlib import Path

from prill._io.regular import read_regular
from prill.dockerfile.allowed_bases import AllowedBase, InvalidAllowedBase
from prill.errors import PrillError

__all__ = ["POLICY_NAME", "InvalidPolicy", "allowed_bases", "read_policy_bases"]

MAX_BYTES = 1 << 20
POLICY_NAME = "prill-policy.toml"


class InvalidPolicy(PrillError):
    """The policy file cannot be read, or says something about bases that is not known."""


def read_policy_bases(path: Path) -> tuple[AllowedBase, ...] | None:
    """Return ``bases.allowed``; None where the file says nothing about bases. Raise `InvalidPolicy`."""
    try:
        data = read_regular(path, MAX_BYTES)
    except OSError as error:
        raise InvalidPolicy(f"{path}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise InvalidPolicy(f"{path}: longer than {MAX_BYTES} bytes")
    import tomllib  # noqa: PLC0415 - only where there is such a file

    try:
        bases = tomllib.loads(data.decode("utf-8")).get("bases")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidPolicy(f"{path}: {error}") from error
    if bases is None:
        return None
    if not isinstance(bases, dict) or set(bases) - {"allowed"}:
        raise InvalidPolicy(f"{path}: bases has allowed, a list of images, and nothing else")
    listed = bases.get("allowed")
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise InvalidPolicy(f"{path}: bases.allowed must be a list of texts, not {str(listed)[:80]!r}")
    try:
        return allowed_bases(listed)
    except InvalidAllowedBase as error:
        raise InvalidPolicy(f"{path}: bases.allowed: {error}", hint=error.hint) from error


def allowed_bases(texts: Sequence[str]) -> tuple[AllowedBase, ...]:
    """Read the entries of a list; raise `InvalidAllowedBase`."""
    return tuple(AllowedBase.parse(text) for text in texts)
