"""A cataloger that fails leaves a gap, whatever it raises, and the others' packages."""

from collections.abc import Sequence

import pytest

from prill.model import Digest, Subject
from prill.oci.evidence import Seen
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Surroundings
from prill.sbom.catalogers.dpkg import DPKG
from prill.sbom.run import run
from scanned import LayerTree, scan


class BadEvidence(Evidence, frozen=True):
    pass


class Bad:
    """Fails where it is told to."""

    id = "bad"
    version = 1
    patterns = ("var/lib/dpkg/status",)
    programs = False
    evidence = BadEvidence

    def __init__(self, *, reading: bool) -> None:
        self._reading = reading

    def read(self, _: FoundFile) -> BadEvidence:
        if self._reading:
            raise RecursionError("too deep")
        return BadEvidence()

    def catalog(self, seen: Sequence[Seen[BadEvidence]], image: Surroundings) -> Catalogued:
        raise KeyError(seen[0].path, image)


@pytest.mark.parametrize("reading", [True, False])
def test_it_is_a_gap(*, reading: bool):
    tree = LayerTree(
        {"var/lib/dpkg/status": "Package: a\nVersion: 1\nArchitecture: all\nStatus: install ok installed\n"}
    )
    subject = Subject(name="image", digest=Digest.of(b""))
    sbom = run(tree, subject, catalogers=(Bad(reading=reading), DPKG))
    assert [package.name for package in sbom.packages] == ["a"]
    (gap,) = [gap for gap in sbom.gaps if "which is a bug" in gap.reason]
    assert gap.subject == ("/var/lib/dpkg/status" if reading else "bad")
    assert ("RecursionError" if reading else "KeyError") in gap.reason


def test_what_several_say_of_one_file_is_one_gap():
    """A broken program is met by all that look into programs."""
    sbom = scan({"bin/broken": b"\x7fELF" + b"\0" * 100})
    (gap,) = [gap for gap in sbom.gaps if gap.subject == "/bin/broken"]
    assert gap.reason.startswith("go, programs, rust: not an ELF file: ")
