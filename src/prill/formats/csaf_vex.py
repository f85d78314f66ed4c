"""VEX in CSAF 2.0 (profile 5): which products a vulnerability affects or not, with flags as justifications."""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from operator import attrgetter

from prill.formats.csaf import (
    Csaf,
    CsafFlag,
    CsafProduct,
    CsafRemark,
    CsafVulnerability,
    InvalidCsaf,
    products_of,
    read_csaf,
)
from prill.formats.vex_errors import InvalidVex
from prill.model.vex import VexProduct, VexStatement, VexStatus

__all__ = ["read_csaf_vex"]

_RELEASE = re.compile(r"redhat:(?:enterprise_linux|rhel_[a-z0-9_]+):([0-9]+(?:\.[0-9]+)?)")
_GroupsOf = Mapping[str, AbstractSet[str]]
_KEY = attrgetter("id", "parts", "release")
_STATUSES = {
    "known_not_affected": VexStatus.NOT_AFFECTED,
    "first_affected": VexStatus.AFFECTED,
    "known_affected": VexStatus.AFFECTED,
    "last_affected": VexStatus.AFFECTED,
    "fixed": VexStatus.FIXED,
    "first_fixed": VexStatus.FIXED,
    "under_investigation": VexStatus.UNDER_INVESTIGATION,
}


def read_csaf_vex(data: bytes, source: str) -> tuple[VexStatement, ...]:
    """Return a document's statements, one for each vulnerability, status and justification; raise `InvalidVex`."""
    try:
        csaf = read_csaf(data, source)
    except InvalidCsaf as error:
        raise InvalidVex(str(error)) from error
    products = {id_: _product(one) for id_, one in products_of(csaf).items()}
    groups_of: dict[str, set[str]] = {}
    for group in csaf.product_tree.product_groups:
        for id_ in group.product_ids:
            groups_of.setdefault(id_, set()).add(group.group_id)
    return tuple(
        statement for one in csaf.vulnerabilities for statement in _statements(one, products, groups_of, csaf, source)
    )


def _product(one: CsafProduct) -> VexProduct:
    """Return a product by its purl where it has one.

    A package of a distribution's release is itself what is installed; of anything else, it is a part.
    """
    own = one.purl or one.id
    if one.whole is None:
        return VexProduct(own)
    release = _RELEASE.search(one.whole.cpe)
    return (
        VexProduct(own, release=f"rhel-{release[1]}") if release else VexProduct(one.whole.purl or one.whole.id, (own,))
    )


class _Said:
    """What flags or threats say of products, by name or by a group they are in; many may name large groups."""

    def __init__(self, said: Iterable[tuple[CsafFlag | CsafRemark, str]], groups_of: _GroupsOf) -> None:
        listed = list(said)
        self._products = {id_: text for one, text in listed for id_ in one.product_ids}
        self._groups = {id_: text for one, text in listed for id_ in one.group_ids}
        self._named = set(self._groups)
        self._groups_of = groups_of

    def of(self, product: str) -> str:
        within = self._groups_of.get(product, set()) & self._named
        return self._products.get(product) or (self._groups[min(within)] if within else "")


def _statements(
    one: CsafVulnerability, products: Mapping[str, VexProduct], groups_of: _GroupsOf, csaf: Csaf, source: str
) -> Iterator[VexStatement]:
    ids = tuple(filter(None, (one.cve, *(each.text for each in one.ids))))
    if not ids:
        return
    labels = _Said(((flag, flag.label) for flag in one.flags), groups_of)
    reasons = _Said(((each, each.details) for each in one.threats if each.category == "impact"), groups_of)
    for name, status in _STATUSES.items():
        groups: dict[tuple[str, str], list[VexProduct]] = {}
        for id_ in one.product_status.get(name, ()):
            said = (labels.of(id_), reasons.of(id_)) if status is VexStatus.NOT_AFFECTED else ("", "")
            groups.setdefault(said, []).append(products.get(id_, VexProduct(id_)))
        for (label, reason), named in sorted(groups.items()):
            yield VexStatement(
                vulnerabilities=ids[:1] if one.cve else ids,
                products=tuple(sorted(set(named), key=_KEY)),
                status=status,
                source=source,
                justification=label,
                reason=reason,
                author=csaf.document.publisher.name,
                time=csaf.document.tracking.current_release_date,
            )
