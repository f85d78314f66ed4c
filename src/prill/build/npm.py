"""npm packages as ``files`` sources: which version, with which integrity, at which address.

The registry is a read-only HTTP tree: ``/NAME`` lists versions with their ``dist.integrity`` (W3C Subresource
Integrity), ``/NAME/-/BASENAME-VERSION.tgz`` is where every registry serves the package. The lock keeps name and
version and digest, so that any registry will do.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from itertools import takewhile

import msgspec

from prill._io.http import Fetcher
from prill.errors import PrillError
from prill.model import Digest, InvalidDigest
from prill.model.typed_json import decode_json
from prill.model.value import dataclass, field

__all__ = ["InvalidNpmAnswer", "NoSuchNpmVersion", "NpmRegistry", "NpmRelease"]

_MAX_METADATA = 64 * 1024 * 1024
_VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")
_TARBALL_MAX = 1 << 30


class InvalidNpmAnswer(PrillError):
    """A registry answered what is no npm metadata."""


class NoSuchNpmVersion(PrillError):
    """No released version of a package fits what the spec asks for."""


class _Dist(msgspec.Struct):
    integrity: str = ""


class _Version(msgspec.Struct):
    dist: _Dist
    deprecated: object = None


class _Metadata(msgspec.Struct):
    versions: dict[str, _Version]


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmRelease:
    """One released version of a package and its tarball's digest."""

    name: str
    version: str
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmRegistry:
    """A registry at ``address``, read through ``fetcher``."""

    address: str
    fetcher: Fetcher
    known: dict[str, dict[str, _Version]] = field(default_factory=dict)
    """What the registry said before, by package."""

    def pick(self, name: str, wanted: str, *, siblings: Iterable[str] = ()) -> NpmRelease:
        """Return the newest release of ``name`` that fits ``wanted``: ``24``, ``24.x``, ``24.11`` or ``24.11.0``.

        Only versions that the packages ``siblings``, its like for other architectures, have as well are looked at.
        Pre-releases and deprecated versions are passed over unless the version is given in full. Raise
        `NoSuchNpmVersion` or `InvalidNpmAnswer`.
        """
        versions = dict(self._versions(name))
        for sibling in siblings:
            others = self._versions(sibling)
            versions = {one: facts for one, facts in versions.items() if one in others and not others[one].deprecated}
        if wanted in versions:
            return NpmRelease(name=name, version=wanted, digest=_digest(name, wanted, versions[wanted].dist.integrity))
        prefix = list(takewhile(_is_number, wanted.split(".")))
        fitting = [
            (tuple(map(int, match.groups())), version)
            for version, facts in versions.items()
            if (match := _VERSION.fullmatch(version))
            and version.split(".")[: len(prefix)] == prefix
            and "-" not in wanted
            and not facts.deprecated
        ]
        if not fitting:
            newest = max(
                (match.groups() for one in versions if (match := _VERSION.fullmatch(one))), default=None, key=_numbers
            )
            raise NoSuchNpmVersion(
                f"npm has no {name} {wanted}",
                hint=f"its newest version is {'.'.join(newest)}" if newest else "it has no released version",
            )
        version = max(fitting)[1]
        return NpmRelease(name=name, version=version, digest=_digest(name, version, versions[version].dist.integrity))

    def _versions(self, name: str) -> dict[str, _Version]:
        if name not in self.known:
            data = self.fetcher.fetch_bytes(f"{self._base}/{name.replace('/', '%2f')}", max_size=_MAX_METADATA)
            what = f"the npm registry's answer about {name!r} is not npm metadata"
            self.known[name] = decode_json(data, _Metadata, InvalidNpmAnswer, what).versions
        return self.known[name]

    def tarball(self, name: str, version: str, digest: Digest) -> bytes:
        """Fetch a release's tarball, verified; at most 1 GiB."""
        basename = name.rpartition("/")[2]
        return self.fetcher.fetch_bytes(
            f"{self._base}/{name}/-/{basename}-{version}.tgz", max_size=_TARBALL_MAX, expected=digest
        )

    @property
    def _base(self) -> str:
        return self.address.rstrip("/")


def _is_number(part: str) -> bool:
    return part not in ("x", "*")


def _numbers(groups: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(map(int, groups))


def _digest(name: str, version: str, integrity: str) -> Digest:
    for token in integrity.split():
        algorithm, _, encoded = token.partition("-")
        if algorithm == "sha512":
            try:
                return Digest("sha512", base64.b64decode(encoded, validate=True).hex())
            except (binascii.Error, InvalidDigest) as error:
                raise InvalidNpmAnswer(f"{name} {version} has a broken integrity {integrity[:160]!r}") from error
    raise InvalidNpmAnswer(f"{name} {version} has no SHA-512 integrity: {integrity[:160]!r}")
