"""Package URLs of several scanners in one spelling, so that the same package is the same text."""

from dataclasses import replace

from prill.model.purl_value import Purl


def normal(text: str) -> str:
    """Return a purl without what tells only how the package was found; raise `InvalidPurl`."""
    purl = Purl.parse(text)
    epoch = purl.qualifier("epoch") if purl.type in ("deb", "rpm") else ""  # Trivy's way of writing it
    version = purl.version.removeprefix("v") if purl.type == "golang" else purl.version
    name = purl.name
    if purl.type == "golang" and purl.subpath:  # syft's way of writing the module example.test/name/v2
        name, folder = purl.subpath.rpartition("/")[2], f"{purl.name}/{purl.subpath}".rpartition("/")[0]
        purl = replace(purl, namespace=f"{purl.namespace}/{folder}")
    if epoch and not version.startswith(f"{epoch}:"):
        version = f"{epoch}:{version}"
    return str(replace(purl, name=name, qualifiers=(), subpath="", version=version))
