"""JSON for people to read, too, at the speed of C: the standard library indents in Python."""

import json

__all__ = ["pretty_json"]

_SMALL = 1 << 15
"""Below this, indenting in Python takes less time than loading what does it in C."""


def pretty_json(value: object, *, ascii_only: bool = True) -> bytes:
    """Return a document indented by two, with a line break at its end; keys stay in their order.

    Without ``ascii_only`` it is in UTF-8, and half a character, which UTF-8 has no bytes for, is escaped.
    """
    written = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))
    if len(written) >= _SMALL:
        import msgspec  # noqa: PLC0415 - most documents are small

        try:
            return bytes(msgspec.json.format(_encoded(written), indent=2)) + b"\n"
        except msgspec.MsgspecError:  # it refuses half a character that is escaped, and numbers without an end
            pass
    return _encoded(json.dumps(value, ensure_ascii=ascii_only, indent=2)) + b"\n"


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
