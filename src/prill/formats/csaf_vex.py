"""VEX in CSAF 2.0 (profile 5): which products a vulnerability affects or not, with flags as justifications."""

import re
from collections.abc import Iterator, Mapping, Sequence
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
    return tuple(statement for one in csaf.vulnerabilities for statement in _statements(one, products, csaf, source))


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


def _products_of(one: CsafFlag | CsafRemark, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield from one.product_ids
    for group in one.group_ids:
        yield from groups.get(group, ())


def _statements(
    one: CsafVulnerability, products: Mapping[str, VexProduct], csaf: Csaf, source: str
) -> Iterator[VexStatement]:
    ids = tuple(filter(None, (one.cve, *(each.text for each in one.ids))))
    if not ids:
        return
    groups_of = {group.group_id: group.product_ids for group in csaf.product_tree.product_groups}
    labels = {id_: flag.label for flag in one.flags for id_ in _products_of(flag, groups_of)}
    reasons = {
        id_: threat.details
        for threat in one.threats
        if threat.category == "impact"
        for id_ in _products_of(threat, groups_of)
    }
    for name, status in _STATUSES.items():
        groups: dict[tuple[str, str], list[VexProduct]] = {}
        for id_ in one.product_status.get(name, ()):
            said = (labels.get(id_, ""), reasons.get(id_, "")) if status is VexStatus.NOT_AFFECTED else ("", "")
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
