"""The bundles of trusted certificates: how many there are, the oldest, and the next that expires."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.readers.certificates import CERTIFICATES as READER
from prill.inspection.readers.certificates import BundleEvidence
from prill.model.facts import Fact
from prill.model.file_facts import CertificateBundle

__all__ = ["CERTIFICATES"]


def _find(image: Inspected) -> Iterator[Fact]:
    for seen in image.seen(READER):
        yield Fact(id="certificates", value=_bundle(seen.evidence, image.day), evidence=(seen.location,))


def _bundle(bundle: BundleEvidence, day: date) -> CertificateBundle:
    oldest = min(bundle.trusted, key=lambda one: (one.begins, one.name), default=None)
    valid = [one for one in bundle.trusted if _day(one.ends) >= day.isoformat()]
    following = min(valid, key=lambda one: (one.ends, one.name), default=None)
    return CertificateBundle(
        certificates=len(bundle.trusted),
        unreadable=bundle.unreadable,
        expired=len(bundle.trusted) - len(valid),
        oldest=_day(oldest.begins) if oldest else "",
        oldest_name=oldest.name if oldest else "",
        next_expiry=_day(following.ends) if following else "",
        next_expiry_name=following.name if following else "",
    )


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


CERTIFICATES = FactPlugin(id="certificates", find=_find)
