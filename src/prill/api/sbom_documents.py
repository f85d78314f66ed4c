"""SBOMs from images and from documents: read, written again in other formats, judged."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.regular import NotRegular, read_regular
from prill.api.open_options import OpenOptions
from prill.api.sbom import image_catalogued
from prill.model import Sbom
from prill.model.value import dataclass

if TYPE_CHECKING:
    from prill.formats.json_schema import Fault
    from prill.formats.minimum_elements import Missing

__all__ = ["SbomCheck", "check_sbom", "is_document", "open_sbom", "read_document", "sbom_opened"]

_SCHEMA = "schema"

_BEGINNINGS = (b"{", b"SPDXVersion:", b"<?xml", b"<bom")


@dataclass(frozen=True, slots=True, kw_only=True)
class SbomCheck:
    """What is wrong with a document, and what it does not say; ``format`` is what it is, with its version.

    ``standards`` are those it was held to. An invalid document is held to nothing else.
    """

    format: str
    packages: int
    standards: tuple[str, ...]
    faults: "tuple[Fault, ...]" = ()
    missing: "tuple[Missing, ...]" = ()


def is_document(text: str) -> bool:
    """Return whether ``text`` names a file that begins as an SBOM does: those that are not JSON are refused by name."""
    path = Path(text)
    try:
        return path.is_file() and read_regular(path, 64).removeprefix(BOM_UTF8).lstrip().startswith(_BEGINNINGS)
    except OSError:
        return False


def read_document(text: str) -> bytes:
    """Return a file's content; raise `InvalidSbom` for one that is too large or no file."""
    from prill.formats.sbom_documents import MAX_BYTES, InvalidSbom  # noqa: PLC0415 - an image is no document

    try:
        data = read_regular(Path(text), MAX_BYTES)
    except NotRegular as error:
        raise InvalidSbom(f"{text}: {error.strerror}", hint="name a file with an SBOM in it") from error
    if len(data) > MAX_BYTES:
        raise InvalidSbom(f"{text}: more than {MAX_BYTES} bytes")
    return data


def open_sbom(text: str, options: OpenOptions) -> tuple[Sbom, tuple[str, ...]]:
    """Return the SBOM that a document says or that an image gives, and notes for the person."""
    with sbom_opened(text, options) as found:
        return found


@contextmanager
def sbom_opened(text: str, options: OpenOptions) -> Iterator[tuple[Sbom, tuple[str, ...]]]:
    """Do the same, and let the ``with`` block use an image's SBOM early, as `image_catalogued` does."""
    if is_document(text):
        from prill.formats.sbom_documents import read_sbom  # noqa: PLC0415 - an image is no document

        yield read_sbom(read_document(text), text), ()
        return
    with image_catalogued(text, options) as found:
        yield found


def check_sbom(text: str, *, against: tuple[str, ...]) -> SbomCheck:
    """Hold a document to its own schema and to the rules in ``against``; raise `InvalidSbom` where it is no SBOM."""
    from prill.formats.minimum_elements import STANDARDS, missing_elements  # noqa: PLC0415 - only here
    from prill.formats.said_elsewhere import said_elsewhere  # noqa: PLC0415
    from prill.formats.sbom_documents import faults_of, read_sbom  # noqa: PLC0415 - an image is no document

    data = read_document(text)
    title, faults = faults_of(data, text)
    if faults:
        return SbomCheck(format=title, packages=0, standards=(_SCHEMA,), faults=faults)
    sbom = read_sbom(data, text)
    standards = tuple(name for name in STANDARDS if name in against)
    elsewhere = said_elsewhere(data, text)
    missing = [
        one for name in standards for one in missing_elements(sbom, standard=name, document=title, elsewhere=elsewhere)
    ]
    return SbomCheck(format=title, packages=len(sbom.packages), standards=(_SCHEMA, *standards), missing=tuple(missing))
