"""Package indexes in a few words: ``"a 2; Depends: b | c; Architecture: all"``."""

from collections.abc import Iterable

from prill.distro.deb.index import PackageIndex, Universe
from prill.distro.deb.requirement import Requirement
from prill.distro.deb.resolve import Resolution, resolve


def stanza(package: str) -> str:
    """Write a package's stanza; what is not said gets a value of no importance."""
    head, *rest = package.split(";")
    name, _, version = head.strip().partition(" ")
    parts = (field.partition(":") for field in rest)
    said = {field.strip(): value.strip() for field, _, value in parts}
    fields = {
        "Package": name,
        "Version": version or "1",
        "Architecture": "amd64",
        "Filename": f"pool/main/{name}_{version or 1}.deb",
        "Size": "1000",
        "SHA256": "0123456789abcdef" * 4,
    } | said
    return "".join(f"{field}: {value}\n" for field, value in fields.items())


def packages_file(packages: Iterable[str]) -> bytes:
    return "\n".join(map(stanza, packages)).encode()


def index(*packages: str, pocket: str = "main") -> PackageIndex:
    return PackageIndex.parse(packages_file(packages), pocket=pocket)


def universe(*packages: str) -> Universe:
    return Universe.of([index(*packages)])


def choose(
    offer: Universe, *requirements: str, exclude: tuple[str, ...] = (), architecture: str = "amd64"
) -> Resolution:
    # Names of one character are too short for Debian, but just right for a test.
    parsed = tuple(Requirement(name=text) if len(text) == 1 else Requirement.parse(text) for text in requirements)
    return resolve(offer, requirements=parsed, exclude=exclude, architecture=architecture)


def names(offer: Universe, *requirements: str, exclude: tuple[str, ...] = (), architecture: str = "amd64") -> list[str]:
    """Resolve, and return the packages as ``name`` or, where the version is not 1, ``name=version``."""
    resolution = choose(offer, *requirements, exclude=exclude, architecture=architecture)
    records = [chosen.record for chosen in resolution.packages]
    return [record.name if record.version == "1" else f"{record.name}={record.version}" for record in records]
