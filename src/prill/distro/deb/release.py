"""InRelease: what Debian signed about one pocket of a release (Debian wiki, "DebianRepository/Format").

Everything else follows from it: the index files by their size and SHA-256, the packages by the index files.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC

from prill.distro.deb.control import InvalidControlFile, parse_paragraph
from prill.distro.deb.openpgp import Keyring, verify_cleartext
from prill.distro.debian import Pocket
from prill.errors import PrillError
from prill.model.regex import regex
from prill.model.value import dataclass, field

__all__ = [
    "MAX_INRELEASE",
    "IndexFile",
    "InvalidRelease",
    "NoSuchIndex",
    "ReleaseExpired",
    "ReleaseNotYetValid",
    "SignedRelease",
    "WrongRelease",
    "verify_inrelease",
]

MAX_INRELEASE = 4 << 20
"""How long an InRelease may be; Debian's have 150 KB."""

_MAX_INDEX = 2 << 30
_CLOCK_SKEW = 3600
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATH = regex(r"(?!.*(?:^|/)\.{0,2}(?:/|$))[A-Za-z0-9_.+~/-]{1,512}")


class InvalidRelease(PrillError):
    """A signed text is no Release file."""


class WrongRelease(PrillError):
    """A Release is well signed, but of another pocket, release or distribution than the one that was asked for."""


class ReleaseExpired(PrillError):
    """A Release is older than it may be."""


class ReleaseNotYetValid(PrillError):
    """A Release is from the future."""


class NoSuchIndex(PrillError):
    """A Release lists no such file."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """What a Release says about a file: its path from the Release's folder, size and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRelease:
    """A verified InRelease. ``date`` and ``valid_until`` are in seconds since 1970.

    ``signers`` are the trusted keys whose signatures are good; ``unknown_signers`` signed too and were not looked at.
    ``url`` is where it came from, as it may be shown, or empty.
    """

    pocket: str
    origin: str
    label: str
    suite: str
    codename: str
    version: str
    date: int
    valid_until: int | None
    architectures: tuple[str, ...]
    components: tuple[str, ...]
    acquire_by_hash: bool
    architecture_all_apart: bool
    inrelease_sha256: str
    signers: tuple[str, ...]
    unknown_signers: tuple[str, ...] = ()
    url: str = ""
    files: Mapping[str, IndexFile] = field(repr=False, compare=False)

    def file(self, path: str) -> IndexFile:
        """Return what the Release says about ``path``; raise `NoSuchIndex`."""
        found = self.files.get(path)
        if found is None:
            architectures, components = " ".join(self.architectures), " ".join(self.components)
            hint = f"it has the architectures {architectures} and the components {components}"
            raise NoSuchIndex(f"{self.pocket}'s Release lists no {path!r}", hint=hint)
        return found


def verify_inrelease(
    data: bytes, *, pocket: Pocket, now: int, origin: str = "Debian", keyring: Keyring | None = None, url: str = ""
) -> SignedRelease:
    """Verify an InRelease file as one of ``pocket`` at the time ``now``.

    1. Its signature is good, by a key that is trusted for the pocket (``keyring``, else the pocket's own).
    2. It is what was asked for: origin, label and codename are the pocket's.
    3. It is of its time: not from the future (an hour is granted to clocks), not past its ``Valid-Until``.

    Raise `BadSignature`, `InvalidRelease`, `WrongRelease`, `ReleaseNotYetValid` or `ReleaseExpired`.
    """
    what = url or f"the InRelease of {pocket.name}"
    if len(data) > MAX_INRELEASE:
        raise InvalidRelease(f"{what} is longer than {MAX_INRELEASE} bytes")
    signed = verify_cleartext(data, keyring or Keyring.read(pocket.keys), now=now, what=what)
    fields = _fields(signed.text, what)
    _check_identity(fields, pocket, origin, what)
    date = _seconds(fields, "Date", what)
    valid_until = _seconds(fields, "Valid-Until", what) if "Valid-Until" in fields else None
    _check_time(what, now=now, date=date, valid_until=valid_until)
    return SignedRelease(
        pocket=pocket.name,
        origin=fields["Origin"],
        label=fields["Label"],
        suite=fields.get("Suite", ""),
        codename=fields["Codename"],
        version=fields.get("Version", ""),
        date=date,
        valid_until=valid_until,
        architectures=tuple(fields.get("Architectures", "").split()),
        components=tuple(part.rpartition("/")[2] for part in fields.get("Components", "").split()),
        acquire_by_hash=fields.get("Acquire-By-Hash") == "yes",
        architecture_all_apart="Packages" not in fields.get("No-Support-for-Architecture-all", "").split(),
        inrelease_sha256=hashlib.sha256(data).hexdigest(),
        signers=signed.signers,
        unknown_signers=signed.unknown,
        url=url,
        files={file.path: file for file in _files(fields, what)},
    )


def _fields(text: bytes, what: str) -> dict[str, str]:
    if b"\n\n" in text.strip(b"\n"):
        raise InvalidRelease(f"{what} has more than one paragraph")
    try:
        return parse_paragraph(text)
    except InvalidControlFile as error:
        raise InvalidRelease(f"{what} is no Release file: {error}") from error


def _check_identity(fields: Mapping[str, str], pocket: Pocket, origin: str, what: str) -> None:
    asked = {"Origin": origin, "Label": pocket.label, "Codename": pocket.name}
    for name, expected in asked.items():
        seen = fields.get(name, "")
        if seen != expected:
            raise WrongRelease(
                f"{what} says {name}: {seen[:80]!r} where {expected!r} was asked for",
                hint="check the mirror's address; it must be a root that holds dists/ and pool/ of Debian",
            )


def _check_time(what: str, *, now: int, date: int, valid_until: int | None) -> None:
    if date > now + _CLOCK_SKEW:
        raise ReleaseNotYetValid(
            f"{what} is dated {date - now} seconds ahead",
            hint="check this machine's clock, or the snapshot's timestamp",
        )
    if valid_until is not None and valid_until < now:
        raise ReleaseExpired(
            f"{what} expired {(now - valid_until) // 3600} hours ago",
            hint="the mirror is stale, or someone holds updates back; try another, or check this machine's clock",
        )


def _seconds(fields: Mapping[str, str], name: str, what: str) -> int:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - it imports sockets

    text = fields.get(name, "")
    problem = f"{what} says {name}: {text[:80]!r}, which is no time in UTC"
    if not text.endswith((" UTC", " GMT", " +0000")):
        raise InvalidRelease(problem)
    try:
        return int(parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise InvalidRelease(problem) from error


def _files(fields: Mapping[str, str], what: str) -> Iterator[IndexFile]:
    """Yield what the SHA256 field lists; weaker digests are not read."""
    for line in fields.get("SHA256", "").split("\n")[1:]:
        sha256, size, path = (*line.split(), "", "", "")[:3]
        known = _SHA256.fullmatch(sha256) and size.isascii() and size.isdecimal() and len(size) < 12  # noqa: PLR2004
        if not known or not _PATH.fullmatch(path) or len(line.split()) != 3 or int(size) > _MAX_INDEX:  # noqa: PLR2004
            raise InvalidRelease(f"{what} lists a file as {line[:160]!r}")
        yield IndexFile(path, int(size), sha256)
