"""CSAF 2.0 documents (OASIS, csaf-v2.0): products, and what is said of them about each vulnerability.

One reader for those who take advisories from a document and those who take statements (VEX). A product is named in the
tree's branches, in a list beside them, or as a component of another product.
"""

from collections.abc import Iterator

import msgspec

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = [
    "Csaf",
    "CsafFlag",
    "CsafProduct",
    "CsafRemark",
    "CsafVulnerability",
    "InvalidCsaf",
    "products_of",
    "read_csaf",
]

_MAX_DEPTH = 30


class InvalidCsaf(PrillError):
    """A file is no CSAF document."""


class _Helper(msgspec.Struct):
    cpe: str = ""
    purl: str = ""


class _Product(msgspec.Struct):
    product_id: str
    product_identification_helper: _Helper | None = None


class _Branch(msgspec.Struct):
    product: _Product | None = None
    branches: list["_Branch"] = []


class _Relationship(msgspec.Struct):
    full_product_name: _Product
    product_reference: str
    relates_to_product_reference: str


class _Group(msgspec.Struct):
    group_id: str
    product_ids: list[str] = []


class _Tree(msgspec.Struct):
    branches: list[_Branch] = []
    full_product_names: list[_Product] = []
    relationships: list[_Relationship] = []
    product_groups: list[_Group] = []


class _Cvss(msgspec.Struct, rename="camel"):
    vector_string: str = ""


class _Score(msgspec.Struct):
    cvss_v3: _Cvss | None = None


class CsafFlag(msgspec.Struct):
    """Why some products, and groups of them, are not affected, in a word."""

    label: str
    product_ids: list[str] = []
    group_ids: list[str] = []


class CsafRemark(msgspec.Struct):
    """A threat or a remediation, by its category, about some products, and about groups of them."""

    category: str = ""
    details: str = ""
    product_ids: list[str] = []
    group_ids: list[str] = []


class _Id(msgspec.Struct):
    text: str


class CsafVulnerability(msgspec.Struct):
    """One vulnerability; ``product_status`` has the products' ids by what is said of them."""

    cve: str = ""
    ids: list[_Id] = []
    title: str = ""
    release_date: str = ""
    product_status: dict[str, list[str]] = {}
    flags: list[CsafFlag] = []
    scores: list[_Score] = []
    threats: list[CsafRemark] = []
    remediations: list[CsafRemark] = []


class _Publisher(msgspec.Struct):
    name: str = ""


class _Tracking(msgspec.Struct):
    id: str = ""
    current_release_date: str = ""


class _Head(msgspec.Struct):
    publisher: _Publisher = msgspec.field(default_factory=_Publisher)
    tracking: _Tracking = msgspec.field(default_factory=_Tracking)


class Csaf(msgspec.Struct):
    """A document, as far as anybody here asks."""

    document: _Head
    product_tree: _Tree = msgspec.field(default_factory=_Tree)
    vulnerabilities: list[CsafVulnerability] = []


@dataclass(frozen=True, slots=True)
class CsafProduct:
    """A product by its id, purl and CPE; ``whole`` is the product that it is a component of.

    Of a component, purl and CPE are those of the product that stands for it in the tree, or else its own.
    """

    id: str
    purl: str = ""
    cpe: str = ""
    whole: "CsafProduct | None" = None


_DECODER = msgspec.json.Decoder(Csaf)


def read_csaf(data: bytes, source: str) -> Csaf:
    """Read a document; raise `InvalidCsaf`."""
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidCsaf(f"{source} is no CSAF document: {error}") from error


def products_of(csaf: Csaf) -> dict[str, CsafProduct]:
    """Return the products by their ids."""
    tree = csaf.product_tree
    found = {one.product_id: _product(one) for one in (*_leaves(tree.branches), *tree.full_product_names)}
    parts = {}
    for one in tree.relationships:
        part = found.get(one.product_reference) or CsafProduct(one.product_reference)
        whole = found.get(one.relates_to_product_reference) or CsafProduct(one.relates_to_product_reference)
        id_ = one.full_product_name.product_id
        own = one.full_product_name.product_identification_helper or _Helper()
        parts[id_] = CsafProduct(part.id, part.purl or own.purl, part.cpe or own.cpe, whole)
    return found | parts


def _product(one: _Product) -> CsafProduct:
    helper = one.product_identification_helper or _Helper()
    return CsafProduct(one.product_id, helper.purl, helper.cpe)


def _leaves(branches: list[_Branch]) -> Iterator[_Product]:
    agenda = [(0, branch) for branch in branches]
    while agenda:
        depth, branch = agenda.pop()
        if branch.product:
            yield branch.product
        if depth < _MAX_DEPTH:
            agenda += [(depth + 1, one) for one in branch.branches]
