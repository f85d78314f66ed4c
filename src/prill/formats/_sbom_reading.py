"""What the readers of SBOM documents share: bounds, and how a purl and some words become a package."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from prill.errors import PrillError
from prill.model import (
    ApkDetails,
    ArtifactDetails,
    DebDetails,
    Details,
    Digest,
    Distro,
    Gap,
    InvalidDigest,
    InvalidPlatform,
    LanguageDetails,
    Platform,
    RpmDetails,
)
from prill.model.purl import InvalidPurl, Purl

if TYPE_CHECKING:
    from prill.formats.json_schema import Fault

__all__ = [
    "MAX_BYTES",
    "MAX_PACKAGES",
    "InvalidSbom",
    "Json",
    "bound",
    "canonical_purl",
    "details_of",
    "digest_in",
    "distro_of_purls",
    "joined_licenses",
    "parse_json",
    "parse_time",
    "platform_in",
    "refuse",
    "strongest",
]

MAX_BYTES = 256 << 20
MAX_PACKAGES = 250_000
"""How many packages, files and relationships a document may have, each."""
_JSON_ALONE = "SBOMs are read in their JSON forms"
_OTHER_FORMS = (
    (b"SPDXVersion:", f"this is SPDX's tag-value form; {_JSON_ALONE}: syft convert FILE -o spdx-json, or pyspdxtools"),
    (b"<", f"this looks like XML; {_JSON_ALONE}: cyclonedx convert, or syft convert FILE -o cyclonedx-json"),
)
"""How documents begin that other tools make, and what to do with them."""

Json = dict[str, Any]


class InvalidSbom(PrillError):
    """A document is no SBOM, or is one that breaks its own format's rules; ``faults`` say where."""

    def __init__(self, message: str, *, hint: str | None = None, faults: "tuple[Fault, ...]" = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults


def parse_json(data: bytes, source: str) -> Json:
    """Read an object; raise `InvalidSbom` for what is none, too large or nested too deeply."""
    if len(data) > MAX_BYTES:
        raise InvalidSbom(f"{source}: {len(data)} bytes, {MAX_BYTES} are read at most")
    try:
        document = msgspec.json.decode(
            data.removeprefix(BOM_UTF8)
        )  # which tools of Windows write, and RFC 8259 lets a reader pass over
    except msgspec.DecodeError as error:
        hint = next((text for start, text in _OTHER_FORMS if data.lstrip()[:80].startswith(start)), _JSON_ALONE)
        raise InvalidSbom(f"{source}: not JSON: {error}", hint=hint) from error
    except (RecursionError, UnicodeDecodeError) as error:
        raise InvalidSbom(f"{source}: nested too deeply, or not UTF-8") from error
    if not isinstance(document, dict):
        raise InvalidSbom(f"{source}: not an SBOM: a {type(document).__name__} in place of an object")
    return document


def bound(document: Json, part: str, most: int, source: str) -> None:
    """Raise `InvalidSbom` where the list ``part`` has more than ``most`` entries."""
    listed = document.get(part)
    if isinstance(listed, list) and len(listed) > most:
        raise InvalidSbom(f"{source}: {len(listed)} {part}, {most} are read at most")


def refuse(faults: "tuple[Fault, ...]", source: str) -> None:
    """Raise `InvalidSbom` where there are faults."""
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InvalidSbom(
            f"{source}: {faults[0]}{more}", hint="prill sbom validate lists all that is wrong", faults=faults
        )


def parse_time(text: str) -> int:
    """Return seconds since 1970 of a timestamp, and 0 for what is none."""
    try:
        return max(0, int(datetime.fromisoformat(text).timestamp()))
    except (ValueError, OverflowError):
        return 0


def canonical_purl(text: str, gaps: list[Gap]) -> tuple[str, Purl | None]:
    """Return a purl's canonical text and parts; one that is invalid stays as it is, and is a gap."""
    try:
        purl = Purl.parse(text) if text else None
    except InvalidPurl as error:
        gaps.append(Gap(text[:160], f"not a valid package URL: {error}"))
        return text, None
    return (str(purl) if purl else ""), purl


def digest_in(text: str) -> Digest | None:
    """Return the digest that a text is, or None."""
    try:
        return Digest.parse(text)
    except InvalidDigest:
        return None


def platform_in(text: str) -> Platform | None:
    """Return the platform that a text is, or None."""
    try:
        return Platform.parse(text)
    except InvalidPlatform:
        return None


def strongest(hashes: Iterable[tuple[str, str]]) -> Digest | None:
    """Return the SHA-512, or else the SHA-256, of pairs of an algorithm in any spelling and a value."""
    found = {algorithm.lower().replace("-", ""): value.lower() for algorithm, value in hashes}
    for algorithm in ("sha512", "sha256"):
        try:
            return Digest(algorithm, found[algorithm])
        except (KeyError, InvalidDigest):
            continue
    return None


def joined_licenses(texts: Iterable[str]) -> str:
    """Return what several statements, each of which holds, say together as an expression."""
    from prill.model.license_expressions import parse_expression, stated_license  # noqa: PLC0415 - who writes needs none

    found = sorted({expression for text in texts if (expression := stated_license(text))})
    if len(found) == 1:
        return found[0]
    return parse_expression(" AND ".join(f"({one})" for one in found)) if found else ""


def distro_of_purls(purls: Iterable[Purl | None]) -> Distro | None:
    """Return the distribution that the purls of system packages name, if it is one."""
    named = {
        (purl.namespace, purl.qualifier("distro"))
        for purl in purls
        if purl and purl.type in ("deb", "apk", "rpm") and purl.qualifier("distro")
    }
    if len(named) != 1:
        return None
    namespace, text = named.pop()
    name, dash, version = text.rpartition("-")  # opensuse-leap-15.6
    return _release(name, version) if dash else _release(namespace, text)


def _release(name: str, version: str) -> Distro:
    """Return a release by its version, or by its name, as purl-spec's own examples have it: ``distro=jessie``."""
    if version[:1].isdigit():
        return Distro(id=name, version=version)
    from prill.distro.debian import UnknownRelease, release_named  # noqa: PLC0415 - few say it this way

    try:
        release = release_named(f"{name}:{version}")
    except UnknownRelease:
        return Distro(id=name, version=version)
    return Distro(id=release.id, version=release.version, codename=release.codename)


def details_of(
    purl: Purl | None, name: str, version: str, *, told: Mapping[str, str], digest: Digest | None
) -> Details:
    """Return what only this kind of package has.

    ``told`` may have ``homepage``, ``summary``, ``maintainer``, ``source`` and ``source_version`` (the source package),
    ``source_rpm``, ``modularity``, ``filename``, and ``origin`` (where a file came from).
    """
    kind = purl.type if purl else ""
    common = {"homepage": told.get("homepage", ""), "summary": told.get("summary", "")}
    maintainer = told.get("maintainer", "")
    arch = purl.qualifier("arch") if purl else ""
    upstream, _, upstream_version = (purl.qualifier("upstream") if purl else "").partition("@")
    source, source_version = told.get("source") or upstream, told.get("source_version") or upstream_version
    if kind == "deb":
        return DebDetails(
            architecture=arch,
            source_name=source or name,
            source_version=source_version or version,
            maintainer=maintainer,
            filename=told.get("filename", ""),
            digest=digest,
            **common,
        )
    if kind == "apk":
        return ApkDetails(architecture=arch, origin=source, maintainer=maintainer, digest=digest, **common)
    if purl and kind == "rpm":
        epoch = purl.qualifier("epoch")
        return RpmDetails(
            architecture=arch,
            epoch=int(epoch) if epoch.isdecimal() and len(epoch) < 10 else 0,  # noqa: PLR2004 - an int of C
            release=version.partition("-")[2],
            source_rpm=told.get("source_rpm") or (upstream if upstream.endswith(".rpm") else ""),
            vendor=maintainer,
            modularity=told.get("modularity") or purl.qualifier("rpmmod") or purl.qualifier("modularitylabel"),
            digest=digest,
            **common,
        )
    if told.get("origin"):
        return ArtifactDetails(source=told["origin"], digest=digest)
    return LanguageDetails(author=maintainer, digest=digest, **common)
