"""Small images in memory, inspected; and what is said of them."""

from collections.abc import Sequence
from datetime import date

from images import Entry, MadeImage, image_of
from prill.api.inspect import inspect_looked
from prill.api.open_options import OpenOptions
from prill.api.opening import look_at_opened
from prill.catalogue.known_bases import BaseLookup
from prill.inspection.readers import BUILTIN
from prill.model import FileKind, FileStat
from prill.model.fact_values import Value
from prill.model.facts import ImageFacts
from prill.oci.sources import OpenedImage

DAY = date(2026, 11, 26)
# No real program: enough of one for its first four bytes.
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x02\0\x3e\0" + b"\0" * 44
KEY = """\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
-----END OPENSSH PRIVATE KEY-----
"""
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


def inspect_made(made: MadeImage, *, day: date = DAY, bases: BaseLookup | None = None) -> ImageFacts:
    opened = OpenedImage(name="image", image=made.image, target=made.manifest.descriptor(), _close=lambda: None)
    with look_at_opened(opened, OpenOptions(), readers=BUILTIN) as looked:
        return inspect_looked(looked, day, bases)


def inspect_layers(*layers: Sequence[Entry] | bytes, day: date = DAY, **config: object) -> ImageFacts:
    """Inspect an image of these layers."""
    return inspect_made(image_of(*layers, **config), day=day)  # type: ignore[arg-type]


def said(facts: ImageFacts, fact: str) -> list[tuple[str, Value]]:
    """Return the answers to a question, each with the first place, which must be there."""
    assert fact in facts.examined, facts.gaps
    return [(one.evidence[0].path if one.evidence else "", one.value) for one in facts.of(fact)]


def paths(facts: ImageFacts, fact: str) -> list[str]:
    return [path for path, _ in said(facts, fact)]


def remark(facts: ImageFacts, fact: str) -> list[tuple[str, str]]:
    return [(one.level, one.text) for one in facts.remarks if one.fact == fact]


def program(path: str, content: bytes = b"", **values: object) -> Entry:
    """Return an executable file."""
    data = ELF + content
    stat = FileStat(path=path, kind=FileKind.FILE, size=len(data), **{"mode": 0o755, "mtime": 1_700_000_000, **values})  # type: ignore[arg-type]
    return stat, data
