"""JSON for people to read, too, at the speed of C: the standard library indents in Python."""

import json
import re

__all__ = ["pretty_json"]

_SURROGATE = re.compile(rb"\\ud[89a-f]")
"""Half a character, as a byte that is no UTF-8 becomes; what indents in C refuses one that stands alone."""
_SMALL = 1 << 15
"""Below this, indenting in Python takes less time than loading what does it in C."""


def pretty_json(value: object) -> bytes:
    """Return a document in ASCII, indented by two, with a line break at its end; keys stay in their order."""
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    if len(written) < _SMALL or _SURROGATE.search(written):
        return json.dumps(value, ensure_ascii=True, indent=2).encode("ascii") + b"\n"
    import msgspec  # noqa: PLC0415 - most documents are small

    return bytes(msgspec.json.format(written, indent=2)) + b"\n"
