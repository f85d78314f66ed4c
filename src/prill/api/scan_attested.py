"""What is stated beside a scanned image: the verified statements to judge by, and notes about all others."""

from prill.api.attached_vex import AttachedVex, find_vex
from prill.api.open_options import OpenOptions
from prill.api.sbom_documents import is_document
from prill.model import Gap
from prill.model.scan_report import ScanReport
from prill.model.value import replace
from prill.model.vex import VexStatement
from prill.oci.sources import folder_of
from prill.signing.images import ImageVerification
from prill.views.sizes import count
from prill.vuln.vex import judge

__all__ = ["ask_attested"]


def ask_attested(
    text: str, opening: OpenOptions, report: ScanReport, verification: ImageVerification | None, *, today: str
) -> tuple[ScanReport, tuple[VexStatement, ...]]:
    """Return the report with what is to be told, and the statements that count."""
    if is_document(text) or folder_of(text) is not None:
        note = f"{text} is no image, so nothing is attested about it"
        return replace(report, notes=(*report.notes, note)), ()
    found = find_vex(text, opening, verification)
    if found.image != report.subject.digest:
        gap = Gap(text, f"the name leads to {found.image} now, so what is attested beside it is about something else")
        return replace(report, gaps=(*report.gaps, gap)), ()
    notes = (*report.notes, *_notes(found, report, verification, today=today))
    gaps = tuple(sorted({*report.gaps, *found.gaps}))
    return replace(report, notes=notes, gaps=gaps), found.verified


def _notes(
    found: AttachedVex, report: ScanReport, verification: ImageVerification | None, *, today: str
) -> tuple[str, ...]:
    """Say what was found, and what the unverified statements would dismiss if anybody had signed them."""
    if not found.verified and not found.unverified:
        return (f"no VEX is attested about {report.subject.name}",)
    packages = report.sbom.packages if report.sbom else ()
    would = judge(
        report.matches, found.unverified, (), report.subject, today=today, packages=packages, distro=report.distro
    )
    dismissed: dict[str, int] = {}
    for before, after in zip(report.matches, would.matches, strict=True):
        if before.suppressed_by is None and after.suppressed_by is not None:
            source = after.suppressed_by.source
            dismissed[source] = dismissed.get(source, 0) + 1
    why = " (nobody said whose word counts: --key, or --identity with --issuer)" if verification is None else ""
    told = [
        f"{source} would dismiss {count(number, 'finding')}; it is not verified, so it dismisses nothing{why}"
        for source, number in dismissed.items()
    ]
    return (*told, *(f"not verified: {refusal}" for refusal in found.refusals), *would.notes)
