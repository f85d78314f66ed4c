"""Names that no image can hold: a reserved one would hide another file, and JSON and pax know text as UTF-8 alone."""

from prill.errors import PrillError

__all__ = ["UnfitName", "is_reserved", "misread", "reserved", "shown"]

_WHITEOUT = ".wh."


class UnfitName(PrillError):
    """A package has, or has Prill make, an entry under a name that no image can hold."""


def is_reserved(path: str) -> bool:
    """Whether a part of ``path`` begins with ``.wh.``, as what says in a layer that a file below it is gone.

    "It is not possible to create a filesystem which has a file or directory with a name beginning with ``.wh.``" (OCI
    image-spec, layer.md, "Whiteouts").
    """
    return _WHITEOUT in path and any(part.startswith(_WHITEOUT) for part in path.split("/"))


def reserved(path: str) -> str:
    """Say that ``path`` is one that `is_reserved`; empty for all others."""
    if not is_reserved(path):
        return ""
    return f"a name in {shown(path)} begins with '.wh.', which in a layer would hide another file"


def misread(path: str, *more: str) -> str:
    """Say that ``path``, or one of the other texts of its entry, is not UTF-8; empty where all are.

    What is not was read as lone surrogates (PEP 383).
    """
    wrong = next((text for text in (path, *more) if not _is_utf8(text)), None)
    if wrong is None:
        return ""
    where = "" if wrong == path else f" of {shown(path)}"
    return f"{shown(wrong)}{where} is not UTF-8, as every text of an image is"


def shown(text: str) -> str:
    """Write a text between quotes, and each byte in it that is not UTF-8 by its number."""
    return repr(text) if _is_utf8(text) else repr(text.encode("utf-8", "surrogateescape"))[1:]


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
