"""Under which names the advisories about an installed package may stand: by its source or its own name, per release.

Where the vendor writes about source packages, as Debian and Alpine do, the source's name and version count; rpm's
errata name each binary package.
"""

import re
from functools import lru_cache

import msgspec

from prill.model import ApkDetails, DebDetails, Distro, Package, RpmDetails
from prill.model.purl import InvalidPurl, Purl
from prill.vuln.orders import VersionOrder, ecosystem_of_type, order_of
from prill.vuln.package_names import normalise_name

__all__ = ["Lookup", "ecosystems_of", "lookups_of"]

_PLAIN = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
_RELEASES = {
    "almalinux": ("AlmaLinux:{major}",),
    "alpaquita": ("Alpaquita:{version}",),
    "alpine": ("Alpine:v{short}",),
    "azurelinux": ("Azure Linux:{major}",),
    "bellsoft-hardened-containers": ("BellSoft Hardened Containers:{version}",),
    "chainguard": ("Chainguard",),
    "debian": ("Debian:{major}",),
    "mageia": ("Mageia:{major}",),
    "mariner": ("Azure Linux:{major}",),
    "minimos": ("MinimOS",),
    "opensuse-leap": ("openSUSE:Leap {version}",),
    "opensuse-tumbleweed": ("openSUSE:Tumbleweed",),
    "photon": ("Photon OS:{version}",),
    "rhel": ("Red Hat:{major}",),
    "rocky": ("Rocky Linux:{major}",),
    "sles": ("SUSE:Linux Enterprise Server {pack}",),
    "ubuntu": ("Ubuntu:{version}:LTS", "Ubuntu:{version}"),
    "wolfi": ("Wolfi",),
}
"""OSV's ecosystems by os-release's ID."""

_OF_A_DISTRIBUTION = (DebDetails, ApkDetails, RpmDetails)
_ALIASES = {
    "alma": "almalinux",
    "cbl-mariner": "mariner",
    "opensuse.leap": "opensuse-leap",
    "opensuse.tumbleweed": "opensuse-tumbleweed",
    "redhat": "rhel",
    "suse linux enterprise server": "sles",
}
"""What Trivy's documents call distributions, by os-release's ID."""
_SERVICE_PACKS = frozenset({"11", "12", "15"})
_GO_RELEASE = re.compile(
    r"(?:go)?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:(alpha|beta|rc)([0-9]+))?(?:[ +].*|-(?!alpha|beta|rc)[A-Za-z].*)?",
    re.DOTALL,
)
"""A version of Go's (go.dev/doc/toolchain, "Go versions"); what a vendor or an experiment adds is no prerelease."""
_WRITTEN = {
    "bitnami": re.compile(r"([0-9]+(?:\.[0-9]+)*)-[0-9]+"),
    "gem": re.compile(r"([0-9][0-9A-Za-z.]*)-[a-z0-9_].*", re.DOTALL),
    "pypi": re.compile(r"([^+]+)\+.*", re.DOTALL),
}
"""Versions and what advisories leave out.

That is Bitnami's revision, a gem's platform, as in Bundler's lock files, and Python's local label, such as ``+cu124``,
which counts for nothing where a specifier has none (PEP 440, "Inclusive ordered comparison").
"""


class Lookup(msgspec.Struct, frozen=True, gc=False):
    """One place to look: the key in the database, and the version that counts there.

    ``own`` says that this is the package's own name, or plain version, which goes before its source's, or a labelled
    one.
    """

    key: str
    version: str
    order: VersionOrder
    own: bool = True


def lookups_of(package: Package, distro: Distro | None) -> tuple[Lookup, ...]:
    """Return where to look for a package; nothing for a kind that no ecosystem has."""
    ecosystems = ecosystems_of(package, distro)
    names = _names(package)
    found = []
    for ecosystem in ecosystems:
        order = order_of(ecosystem)
        for name, version, own in names:
            key = f"{ecosystem}\0{normalise_name(ecosystem.partition(':')[0], name)}"
            found.append(Lookup(key, version, order, own))
    return tuple(found)


def ecosystems_of(package: Package, distro: Distro | None) -> tuple[str, ...]:
    """Return the ecosystems, with their release, whose advisories are about a package."""
    if isinstance(package.details, _OF_A_DISTRIBUTION):
        return _releases(distro) if distro else ()
    kind = package.purl.removeprefix("pkg:").partition("/")[0]
    ecosystem = ecosystem_of_type(kind)
    return (ecosystem,) if ecosystem else ()


@lru_cache(maxsize=16)
def _releases(distro: Distro) -> tuple[str, ...]:
    """Return OSV's names of a release; a rolling one has the name without a number."""
    version = distro.version
    major, _, minor = version.partition(".")
    if distro.id == "alpine" and "_" in version:  # 3.21_alpha20240807
        return ("Alpine:edge",)
    parts = {
        "version": version or "stream",
        "major": major or "unstable",
        "short": ".".join(version.split(".")[:2]),
        "pack": f"{major} SP{minor}" if minor and major in _SERVICE_PACKS else version,
    }
    return tuple(name.format_map(parts) for name in _RELEASES.get(_ALIASES.get(distro.id, distro.id), ()))


def _names(package: Package) -> tuple[tuple[str, str, bool], ...]:
    """Return the names to look for, each with its version, and whether it is the package's own."""
    details = package.details
    if isinstance(details, DebDetails):
        return ((details.source_name or package.name, details.source_version or package.version, True),)
    if isinstance(details, ApkDetails):
        return ((details.origin or package.name, package.version, True),)
    if isinstance(details, RpmDetails):
        source, version = _source_rpm(details)
        own = (package.name, _with_epoch(package.version, details), True)
        return (own, (source, version, False)) if source and source != package.name else (own,)
    kind = package.purl.removeprefix("pkg:").partition("/")[0]
    name, version = _language_name(package, kind), _language_version(package, kind)
    if kind == "pypi" and version != package.version:  # some advisories list versions with their labels
        return (name, version, True), (name, package.version, False)
    return ((name, version, True),)


def _source_rpm(details: RpmDetails) -> tuple[str, str]:
    """Split ``python3.9-3.9.18-3.el9.src.rpm`` into name and version; the epoch is the package's."""
    stem = details.source_rpm.removesuffix(".rpm").rpartition(".")[0]
    rest, _, release = stem.rpartition("-")
    name, _, version = rest.rpartition("-")
    if not name or not version:
        return "", ""
    return name, _with_epoch(f"{version}-{release}", details)


def _with_epoch(version: str, details: RpmDetails) -> str:
    """Put the epoch in front of a version without it, as documents write it that name it in the purl alone."""
    return f"{details.epoch}:{version}" if details.epoch and ":" not in version else version


def _language_name(package: Package, kind: str) -> str:
    """Return the name that the purl says, in the package's own upper and lower case where it has the same name."""
    scope = package.name[:1] == "@"  # all that npm's names may have that is written in another way in a purl
    written = f"%40{package.name[1:]}" if scope else package.name
    if kind != "maven" and package.purl.startswith(f"pkg:{kind}/{written}@") and _PLAIN.fullmatch(package.name, scope):
        return package.name
    try:
        purl = Purl.parse(package.purl)
    except InvalidPurl:
        return package.name
    name = (":" if purl.type == "maven" else "/").join(filter(None, (purl.namespace, purl.name)))
    return package.name if package.name.lower() == name.lower() else name


def _language_version(package: Package, kind: str) -> str:
    """Return the version as advisories write such ones: Go's ``go1.21rc2`` as ``1.21.0-rc.2``."""
    if kind == "golang" and package.purl.startswith("pkg:golang/stdlib@"):
        if match := _GO_RELEASE.fullmatch(package.version):
            major, minor, patch, stage, number = match.groups()
            return f"{major}.{minor}.{patch or 0}" + (f"-{stage}.{number}" if stage else "")
    elif (written := _WRITTEN.get(kind)) and (match := written.fullmatch(package.version)):
        return match[1]
    return package.version
