"""``packages.config`` (NuGet's reference): what a .NET project of before PackageReference is built from."""

from collections.abc import Mapping

from prill.ecosystems.locked import InvalidLockFile, Locked, LockFile

__all__ = ["parse_packages_config"]


def parse_packages_config(data: bytes) -> LockFile:
    """Read ``packages.config``, without what is for development alone; raise `InvalidLockFile`."""
    from xml.parsers import expat  # noqa: PLC0415 - heavy; a document type, by which XML attacks, is refused

    roots: list[str] = []
    found: set[tuple[str, str]] = set()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        roots.append(name) if not roots else None
        named = (attributes.get("id", ""), attributes.get("version", ""))
        if name == "package" and named[0] and attributes.get("developmentDependency", "").lower() != "true":
            found.add(named)

    def doctype(*_: object) -> None:
        raise InvalidLockFile("packages.config with a document type is not read")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own: this is all of it
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise InvalidLockFile(f"not a packages.config: {error}") from error
    if roots != ["packages"]:
        raise InvalidLockFile(f"not a packages.config: the document is a {roots[0][:160]!r}")
    return LockFile(
        packages=tuple(Locked(name=name, version=version) for name, version in sorted(found) if version),
        unclear=tuple(sorted({name for name, version in found if not version})),
    )
