"""Turns CycloneDX components into packages, files and the distribution."""

from collections.abc import Iterable, Iterator

from prill.formats._documents import nameless
from prill.formats._sbom_reading import Json, canonical_purl, details_of, joined_licenses, strongest
from prill.model import Distro, Gap, Location, Package, PackageFile, Relationship, RelationshipKind
from prill.model.purl import Purl

__all__ = ["ComponentReader", "creators_of_metadata"]

_TRIVY = "aquasecurity:trivy:"
_SYFT = "syft:"
_LAYER = "layer "
_NO_SYSTEM = "none"  # Trivy's word where it knows of no distribution


class ComponentReader:
    """Reads components one after the other, those inside others too; what was found stands in its attributes.

    ``identities`` has the purl, or else the reference, by which a ``bom-ref`` is known in relationships.
    """

    def __init__(self) -> None:
        self._packages: list[Package] = []
        self.files: list[PackageFile] = []
        self.systems: list[Distro] = []
        self.purls: list[Purl | None] = []
        self.identities: dict[str, str] = {}
        self.relationships: set[Relationship] = set()
        self.gaps: list[Gap] = []

    def packages(self) -> tuple[Package, ...]:
        """Return the packages, sorted."""
        return tuple(sorted(self._packages, key=lambda one: (one.purl, one.name, one.version)))

    def add_all(self, components: list[Json]) -> None:
        """Read a list of components."""
        for component in components:
            self._add(component, holder="")

    def _add(self, component: Json, *, holder: str) -> None:
        inside = component.get("components", [])
        kind = component["type"]
        properties = _properties(component)
        if kind == "operating-system" and "purl" not in component:
            if component["name"] != _NO_SYSTEM:
                self.systems.append(_distro(component, properties))
        elif kind == "file" and "purl" not in component:
            self.files.append(_file(component))
        elif "purl" in component or f"{_TRIVY}Class" not in properties:
            package = self._package(component, properties)
            identity = package.purl or nameless(package.name, package.version)
            if "bom-ref" in component:
                self.identities[component["bom-ref"]] = identity
            if holder and holder != identity:
                self._relate(holder, identity, owned=bool(package.owner))
            for name in _all(component, "prill:contained-in"):
                self._relate(name, identity, owned=False)
            holder = identity
            files = [_file(one) for one in inside if one["type"] == "file" and "purl" not in one]
            self._packages.append(_with_files(package, files))
            inside = [one for one in inside if one["type"] != "file" or "purl" in one]
        for one in inside:
            self._add(one, holder=holder)

    def _relate(self, holder: str, identity: str, *, owned: bool) -> None:
        if owned:
            self.relationships.add(Relationship(identity, holder, RelationshipKind.OWNED_BY))
        else:
            self.relationships.add(Relationship(holder, identity, RelationshipKind.CONTAINS))

    def _package(self, component: Json, properties: dict[str, str]) -> Package:
        text, purl = canonical_purl(component.get("purl", ""), self.gaps)
        self.purls.append(purl)
        group = component.get("group", "")
        name = (
            f"{group}{':' if purl and purl.type == 'maven' else '/'}{component['name']}" if group else component["name"]
        )
        version = component.get("version", "") or (purl.version if purl else "")
        hashes = ((one["alg"], one["content"]) for one in component.get("hashes", []))
        return Package(
            name=name,
            version=version,
            purl=text,
            found_by=properties.get("prill:found-by") or properties.get("syft:package:foundBy") or "document",
            details=details_of(purl, name, version, told=_told(component, properties), digest=strongest(hashes)),
            licenses=joined_licenses(_licenses(component)),
            locations=tuple(sorted(set(_locations(component, properties)))),
            owner=properties.get("prill:owner", ""),
            supplier=_supplier(component, properties),
            properties=tuple(_foreign(component)),
        )


def _with_files(package: Package, files: list[PackageFile]) -> Package:
    if not files:
        return package
    fields = {name: getattr(package, name) for name in Package.__slots__}
    return Package(**{**fields, "files": tuple(sorted(files))})


def _properties(component: Json) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in component.get("properties", []) if "name" in one}


def _all(component: Json, name: str) -> Iterator[str]:
    yield from (one.get("value", "") for one in component.get("properties", []) if one.get("name") == name)


def _foreign(component: Json) -> Iterator[tuple[str, str]]:
    """Yield the properties in words that are not understood here."""
    known = ("prill:", _TRIVY, _SYFT)
    for one in component.get("properties", []):
        if "name" in one and not one["name"].startswith(known):
            yield one["name"], one.get("value", "")


def _distro(component: Json, properties: dict[str, str]) -> Distro:
    version = component.get("version", "")
    return Distro(
        id=component["name"].lower(),
        version=version,
        codename=properties.get("prill:codename", ""),
        name=component.get("description", ""),
    )


def _file(component: Json) -> PackageFile:
    hashes = {one["alg"]: one["content"].lower() for one in component.get("hashes", [])}
    return PackageFile(
        component["name"].removeprefix("./").lstrip("/"), hashes.get("SHA-256", ""), hashes.get("SHA-1", "")
    )


def _told(component: Json, properties: dict[str, str]) -> dict[str, str]:
    addresses = {one["type"]: one["url"] for one in reversed(component.get("externalReferences", []))}
    version = properties.get(f"{_TRIVY}SrcVersion", "")
    if version:
        epoch, release = properties.get(f"{_TRIVY}SrcEpoch"), properties.get(f"{_TRIVY}SrcRelease")
        version = (f"{epoch}:" if epoch else "") + version + (f"-{release}" if release else "")
    return {
        "homepage": addresses.get("website", ""),
        "summary": component.get("description", ""),
        "maintainer": component.get("publisher") or component.get("author", ""),
        "source": properties.get("syft:metadata:source")
        or properties.get("syft:metadata:originPackage")
        or properties.get(f"{_TRIVY}SrcName", ""),
        "source_version": properties.get("syft:metadata:sourceVersion") or version,
        "source_rpm": properties.get("syft:metadata:sourceRpm", ""),
        "modularity": properties.get("prill:modularity")
        or properties.get("syft:metadata:modularityLabel")
        or properties.get(f"{_TRIVY}Modularitylabel", ""),
        "origin": properties.get("prill:source", ""),
    }


def _licenses(component: Json) -> Iterator[str]:
    for choice in component.get("licenses", []):
        listed = choice.get("license", {})
        yield choice.get("expression") or listed.get("id") or listed.get("name") or ""


def _locations(component: Json, properties: dict[str, str]) -> Iterator[Location]:
    ours = tuple(_all(component, "prill:location"))
    for one in component.get("evidence", {}).get("occurrences", []) if not ours else ():
        context = one.get("additionalContext", "")
        yield Location(one["location"].lstrip("/"), context.removeprefix(_LAYER) if context.startswith(_LAYER) else "")
    for text in ours:
        path, _, layer = text.rpartition(" ") if " sha" in text else (text, "", "")
        yield Location(path.lstrip("/"), layer)
    if f"{_TRIVY}FilePath" in properties:
        yield Location(properties[f"{_TRIVY}FilePath"].lstrip("/"), properties.get(f"{_TRIVY}LayerDiffID", ""))
    for number in range(len(properties)):
        place = f"syft:location:{number}:"
        if f"{place}path" not in properties:
            break
        yield Location(properties[f"{place}path"].lstrip("/"), properties.get(f"{place}layerID", ""))


def _supplier(component: Json, properties: dict[str, str]) -> str:
    found = _organisation(component.get("supplier", {}))
    person = properties.get("prill:supplier-kind") == "person"
    return f"Person: {found.removeprefix('Organization: ')}" if found and person else found


def _organisation(entity: Json) -> str:
    name = entity.get("name") or next((one.get("name", "") for one in entity.get("contact", [])), "")
    mail = next((one["email"] for one in entity.get("contact", []) if one.get("email")), "")
    mail = mail or next(iter(entity.get("url", [])), "")
    return f"Organization: {name or mail}" + (f" ({mail})" if mail and name else "") if name or mail else ""


def creators_of_metadata(metadata: Json) -> tuple[str, ...]:
    """Return who made a document, as SPDX writes them."""
    tools = metadata.get("tools", [])
    listed: Iterable[Json] = tools.get("components", []) if isinstance(tools, dict) else tools
    found = [f"Tool: {one.get('name', '')}-{one.get('version', '')}".rstrip("-") for one in listed if one.get("name")]
    found += (_person(one) for one in metadata.get("authors", []))
    found.append(_organisation(metadata.get("manufacturer", {})))
    return tuple(dict.fromkeys(filter(None, found)))


def _person(one: Json) -> str:
    name, mail = one.get("name") or one.get("email", ""), one.get("email") if one.get("name") else ""
    return f"Person: {name}" + (f" ({mail})" if mail else "") if name else ""
