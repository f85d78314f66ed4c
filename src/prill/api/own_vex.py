"""What Prill states about the vulnerabilities of an image: OpenVEX that follows from the image and from the sources.

A build knows no advisories, and those of tomorrow would change its bytes; so the statements are written after it. They
are dated by the newest of their sources, so that the same image and the same sources give the same document.
"""

from prill import __version__
from prill.api.open_options import OpenOptions
from prill.api.scan import ScanOptions, scan
from prill.api.services import Services
from prill.api.vex import report_statements
from prill.formats.openvex import encode_openvex
from prill.model.scan_report import ScanReport
from prill.model.value import dataclass, replace
from prill.model.vex import VexStatus
from prill.oci.descriptor import Descriptor

__all__ = ["OwnVex", "attach_vex", "write_vex"]

_PREDICATE = "https://openvex.dev/ns"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVex:
    """A document about an image, and how many of its statements say what; ``notes`` are for the person."""

    report: ScanReport
    document: bytes
    counts: dict[VexStatus, int]
    notes: tuple[str, ...] = ()


def write_vex(text: str, opening: OpenOptions, services: Services, options: ScanOptions, *, author: str = "") -> OwnVex:
    """Scan the image and state what came of it; raise as `scan` does, and `NothingToState` where nothing was found.

    What others state is left aside: this is what follows from the image alone.
    """
    options = replace(options, statements=(), waivers=(), attested=False)
    report, notes = scan(text, opening, services, options)
    statements = report_statements(report)
    newest = max((source.modified or source.retrieved for source in report.sources), default=report.created)
    tool = f"prill-{__version__}"
    created = services.epoch if services.epoch is not None else newest
    document = encode_openvex(statements, author=author or tool, created=created, tool=tool)
    counts = {status: sum(one.status is status for one in statements) for status in VexStatus}
    return OwnVex(report=report, document=document, counts=counts, notes=notes)


def attach_vex(text: str, vex: OwnVex, opening: OpenOptions) -> Descriptor:
    """Attach a document to the image that it is about, as an unsigned in-toto statement; raise what storing raises."""
    from prill.api.attach import artifact  # noqa: PLC0415 - few documents are attached
    from prill.formats.in_toto import MEDIA_TYPE, ResourceDescriptor, Statement, encode_statement  # noqa: PLC0415
    from prill.oci.image import select_image  # noqa: PLC0415
    from prill.oci.manifest import Manifest  # noqa: PLC0415
    from prill.oci.places import open_place  # noqa: PLC0415
    from prill.oci.referrers import attach  # noqa: PLC0415
    from prill.oci.sources import host_platform  # noqa: PLC0415

    with open_place(text, access=opening.access, writing=True) as place:
        store = place.writable()
        image, _ = select_image(place.store, place.target, platform=opening.platform, host=host_platform())
        subject = ResourceDescriptor(name=vex.report.subject.name, digests=(image.descriptor.digest,))
        statement = Statement(subjects=(subject,), predicate_type=_PREDICATE, predicate=vex.document)
        made = artifact(image.manifest().descriptor(), MEDIA_TYPE, encode_statement(statement))
        *content, raw = (blob.content for blob in made.blobs if isinstance(blob.content, bytes))
        return attach(store, Manifest.parse(raw), content)
