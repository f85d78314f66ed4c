"""A report with one of everything, hostile texts among it."""

from dataclasses import replace

from msgspec import structs

from advisories import deb, language
from prill.model import Distro, Gap, Location, Platform, Sbom, Subject
from prill.model.advisory import Advisory, AdvisorySource, Exploitation, Level, Rating
from prill.model.digest import Digest
from prill.model.scan_report import ScanReport
from prill.model.vulnerability_match import Claim, Dismissal, MatchState, Origin, VulnerabilityMatch
from prill.vuln.risk import advise, order_by_risk

EVIL = '<script>alert(1)</script>"|`\x1b[31m'
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
NOW = 1_767_312_000

OPENSSL = replace(deb("libssl3", "3.5-1", source="openssl"), locations=(Location("var/lib/dpkg/status", "sha256:1"),))
LEFT = replace(
    language("npm", "left", "1.0.0"), locations=(Location("app/node_modules/left pad/package.json", "sha256:2"),)
)
FIXED = VulnerabilityMatch(
    advisory=Advisory(
        id="CVE-2026-1",
        aliases=("GHSA-1",),
        summary=f"it leaks {EVIL}",
        details="in many words",
        ratings=(
            Rating(level=Level.CRITICAL, source="Debian"),
            Rating(level=Level.CRITICAL, source="GHSA", vector=VECTOR, score=9.8),
        ),
        references=("https://example.test/1", "javascript:alert(1)"),
        published="2026-01-01T00:00:00Z",
        modified="2026-01-02T00:00:00Z",
        exploitation=Exploitation(known_since="2026-01-03", epss=0.5, percentile=0.99),
    ),
    package=OPENSSL,
    state=MatchState.FIXED,
    fixed_in="3.5-2",
    why=(Claim(source="changelog", statement=f"fixed {EVIL}", url="https://example.test/2"),),
    layer="sha256:1",
    brought_by="RUN apt-get install",
    origin=Origin.BASE,
)
UNFIXED = VulnerabilityMatch(
    advisory=Advisory(
        id="GHSA-2", ratings=(Rating(level=Level.LOW, source="x", vector="AV:N/AC:L/Au:N/C:N/I:P/A:N", score=5.0),)
    ),
    package=LEFT,
    state=MatchState.WILL_NOT_FIX,
    why=(Claim(source="osv", statement="no fix"),),
    layer="sha256:2",
    origin=Origin.APPLICATION,
)
UNKNOWN = structs.replace(UNFIXED, advisory=Advisory(id="GHSA-3", modified="yesterday"), state=MatchState.UNDETERMINED)
DENIED = structs.replace(FIXED, advisory=Advisory(id="CVE-2026-4"), state=MatchState.NOT_AFFECTED, fixed_in="")
DISMISSED = structs.replace(
    FIXED,
    advisory=Advisory(id="CVE-2026-5", ratings=(Rating(level=Level.NEGLIGIBLE, source="x"),)),
    suppressed_by=Dismissal(
        kind="vex", status="not_affected", source="app.vex.json", justification="vulnerable_code_not_present", reason="not built in", owner="me"
    ),
)  # fmt: skip
SUBJECT = Subject(name=f"app {EVIL}", digest=Digest.of(b"image"), platform=Platform.parse("linux/amd64"))
DISTRO = Distro(id="debian", version="13", name="Debian GNU/Linux 13 (trixie)")
MATCHES = order_by_risk((FIXED, UNFIXED, UNKNOWN, DENIED, DISMISSED))
REPORT = ScanReport(
    subject=SUBJECT,
    distro=DISTRO,
    packages=2,
    matches=MATCHES,
    sources=(AdvisorySource(id="osv", name="npm.zip", records=5, retrieved=NOW, modified=NOW - 86_400 * 3),),
    gaps=(Gap("jar", f"cannot be read {EVIL}"),),
    notes=("a note",),
    advice=advise(MATCHES),
    created=NOW,
    sbom=Sbom(subject=SUBJECT, packages=(OPENSSL, LEFT), distro=DISTRO),
)
