"""Alpine's secdb, and Wolfi's and Chainguard's in the same form: which version of a source package fixes what.

YAML as Alpine wrote it once, JSON as it does now (secdb.alpinelinux.org). Version 0 says that no version is affected.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from prill.model.typed_json import ready
from prill.model.vulnerability_match import MatchState
from prill.vuln.coverage import FEWEST_IN_A_FEED
from prill.vuln.providers.provider import InvalidAdvisories, SourceFile, read_source
from prill.vuln.records import Affected, Covered, Item, Record, Skipped, VersionRange

__all__ = ["PROVIDER", "AlpineSecdbProvider"]

_MAX_BYTES = 64 << 20
_IDS = re.compile(r"\b[A-Z]{2,}(?:-[A-Z]+)*-[0-9][0-9A-Za-z-]{0,60}\b").findall
"""The ids in an entry, which may name several of one vulnerability, ``CVE-2019-17349 XSA-295``, or several of them."""
_TRACKER = "https://security.alpinelinux.org/vuln/"


class _Source(msgspec.Struct):
    name: str
    secfixes: dict[str, list[str | None] | None] | None = None


class _Package(msgspec.Struct):
    pkg: _Source


class _Secdb(msgspec.Struct):
    packages: list[_Package] | None
    distroversion: str = ""
    reponame: str = ""
    urlprefix: str = ""


class AlpineSecdbProvider:
    """Reads one release's repository."""

    id = "alpine-secdb"
    title = "Alpine secdb"
    license = "CC-BY-SA-4.0"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take what names a repository and packages with their fixes."""
        return path.is_file() and b"packages" in head and b"secfixes" in head

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield a record for each vulnerability; raise `InvalidAdvisories`."""
        try:
            secdb = msgspec.convert(_document(source), type=ready(_Secdb))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InvalidAdvisories(f"{source.name} is no secdb: {error}") from error
        ecosystem = _ecosystem(secdb, source.name)
        found: dict[str, list[Affected]] = {}
        aliases: dict[str, set[str]] = {}
        for package in secdb.packages or ():
            for version, texts in sorted((package.pkg.secfixes or {}).items()):
                if not version[:1].isdigit():
                    yield Skipped(f"{package.pkg.name} {version}"[:100], f"not a version of apk: {version[:80]!r}")
                    continue
                for text in texts or ():
                    ids = _IDS(text or "")
                    if not ids:
                        yield Skipped((text or "")[:100], "it names no vulnerability", harmless=True)
                        continue
                    for id_, others in _vulnerabilities(ids):
                        found.setdefault(id_, []).append(_affected(ecosystem, package.pkg.name, version))
                        aliases.setdefault(id_, set()).update(others)
        if source.whole or len(secdb.packages or ()) >= FEWEST_IN_A_FEED:
            yield Covered(ecosystem, secdb.reponame if ecosystem.startswith("Alpine:") else "")
        for id_, affected in sorted(found.items()):
            yield Record(
                id=id_,
                affected=tuple(dict.fromkeys(affected)),
                aliases=tuple(sorted(aliases[id_] - {id_})),
                references=(f"{_TRACKER}{id_}",),
            )


PROVIDER = AlpineSecdbProvider()


def _document(source: SourceFile) -> Any:  # noqa: ANN401 - what YAML holds; its shape is checked by the caller
    data = read_source(source, _MAX_BYTES)
    if data.lstrip()[:1] == b"{":
        return msgspec.json.decode(data)
    import yaml  # noqa: PLC0415 - JSON needs none

    try:
        # All is text to this loader: the versions 0 and 1.10 are numbers to others.
        return _nothing(yaml.load(data, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidAdvisories(f"{source.name} is no YAML: {error}") from error


def _nothing(value: Any) -> Any:  # noqa: ANN401 - as above
    """Return the packages of a document with None in the place of fixes that are left out."""
    if isinstance(value, dict) and isinstance(packages := value.get("packages"), list):
        for package in packages:
            pkg = package.get("pkg") if isinstance(package, dict) else None
            if isinstance(pkg, dict) and isinstance(fixes := pkg.get("secfixes"), dict):
                pkg["secfixes"] = {version: texts or None for version, texts in fixes.items()}
            elif isinstance(pkg, dict) and pkg.get("secfixes") == "":
                pkg["secfixes"] = None
    return value


def _ecosystem(secdb: _Secdb, name: str) -> str:
    if secdb.distroversion:
        version = secdb.distroversion if secdb.distroversion.startswith("v") else f"v{secdb.distroversion}"
        return "Alpine:edge" if secdb.distroversion == "edge" else f"Alpine:{version}"
    for word, ecosystem in (("wolfi", "Wolfi"), ("chainguard", "Chainguard")):
        if word in secdb.urlprefix or word in name.lower():
            return ecosystem
    raise InvalidAdvisories(f"{name} does not say whose release it is about")


def _vulnerabilities(ids: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the vulnerabilities that an entry names, each with its other ids: several CVEs are several."""
    cves = [id_ for id_ in ids if id_.startswith("CVE-")]
    if len(cves) > 1:
        yield from ((id_, []) for id_ in cves)
    else:
        yield ids[0], ids[1:]


def _affected(ecosystem: str, package: str, version: str) -> Affected:
    if version == "0":
        return Affected(ecosystem, package, (VersionRange(),), (), MatchState.NOT_AFFECTED)
    return Affected(ecosystem, package, (VersionRange("", version),), (), MatchState.FIXED)
