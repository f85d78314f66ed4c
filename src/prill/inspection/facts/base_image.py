"""What the image was made from.

1. By chain ID, without any label: a known base whose layers are the image's first ones, byte for byte.
2. By the labels or annotations of the OCI specification, which say what the builder wanted to say.
3. By packages, where neither helps: the known base most of whose packages are there in the same versions.
"""

from collections.abc import Iterator

from prill.catalogue.known_bases import chain_ids
from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model import Location
from prill.model.fact_values import BaseImage
from prill.model.facts import Fact

__all__ = ["BASE_IMAGE"]

_NAME, _DIGEST = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"
_SYSTEM = ("pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/")
_ALIKE = 0.9
_LEAST = 5
_SHOWN = 4


def _find(image: Inspected) -> Iterator[Fact]:
    by_chain = list(_by_chain_id(image))
    by_label = list(_by_label(image))
    yield from by_chain
    yield from by_label
    if not by_chain and not by_label:
        yield from _by_packages(image)


def _by_chain_id(image: Inspected) -> Iterator[Fact]:
    """Yield the known base with the most layers."""
    if image.bases is None or image.config is None:
        return
    chain = chain_ids(image.config.diff_ids)
    for number in range(len(chain), 0, -1):
        found = image.bases.with_chain_id(chain[number - 1])
        if not found:
            continue
        first = found[0]
        others = [one.name for one in found[1:]]
        same = _same(number, len(chain))
        if others:
            same += f"; also known as {', '.join(others[:_SHOWN])}"
        value = BaseImage(name=first.name, digest=first.digest, found_by="chain-id", layers=number, detail=same)
        evidence = tuple(Location("", str(one)) for one in image.config.diff_ids[:number])
        yield Fact(id="base-image", value=value, evidence=evidence)
        return


def _same(layers: int, all_layers: int) -> str:
    if layers == all_layers:
        return "the image is this base, nothing added"
    return "its layer is the image's first" if layers == 1 else f"its {layers} layers are the image's first"


def _by_label(image: Inspected) -> Iterator[Fact]:
    labels = dict(image.config.labels) if image.config else {}
    annotations = dict(image.manifest.annotations) if image.manifest else {}
    for said, where in ((annotations, "an annotation"), (labels, "a label")):
        if said.get(_NAME) or said.get(_DIGEST):
            value = BaseImage(
                name=said.get(_NAME, ""),
                digest=said.get(_DIGEST, ""),
                found_by="label",
                layers=0,
                detail=f"{where} says so; nothing proves it",
            )
            yield Fact(id="base-image", value=value)
            return


def _by_packages(image: Inspected) -> Iterator[Fact]:
    """Yield the known base with the largest share of its packages here; of equal ones, the largest."""
    if image.bases is None:
        return
    here = {f"{one.name}@{one.version}" for one in image.sbom.packages if one.purl.startswith(_SYSTEM)}
    best = None
    for base in image.bases.all():
        if len(base.packages) >= _LEAST:
            share = len(here & base.packages) / len(base.packages)
            rank = (share, len(base.packages), base.name)
            if share >= _ALIKE and (best is None or rank > best[0]):
                best = rank, base
    if best is not None:
        (share, number, _), base = best
        value = BaseImage(
            name=base.name,
            digest=base.digest,
            found_by="packages",
            layers=0,
            detail=f"{share:.0%} of its {number} packages are here in the same versions; its layers are not",
        )
        yield Fact(id="base-image", value=value)


BASE_IMAGE = FactPlugin(id="base-image", of_images=True, find=_find)
