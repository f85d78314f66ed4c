"""Where an index first mentions a package: the tie-break among equally good providers.

Where several packages provide what is needed and neither their names nor their priorities decide, apt takes the one it
met last when it built its cache (``CompareProviders`` in apt-pkg/depcache.cc compares the packages' ids). It meets a
package at its own stanza or at the first relation that names it, whichever comes first, and reads the fields of a
stanza in a fixed order. Ties are rare, so this is looked up only when one occurs, and by searching the file's bytes.
"""

import re

__all__ = ["Mention", "first_mention"]

Mention = tuple[int, int, int]  # offset of the stanza, rank of the field, position in the field

_FIELDS = {
    name: rank
    for rank, name in enumerate(
        (
            b"Package",
            b"Pre-Depends",
            b"Depends",
            b"Conflicts",
            b"Breaks",
            b"Recommends",
            b"Suggests",
            b"Replaces",
            b"Enhances",
            b"Provides",
        )
    )
}


def first_mention(data: bytes, name: str) -> Mention | None:
    """Say where the index ``data`` first mentions package ``name``.

    ``name:any`` is not a mention: to apt that is another package.
    """
    wanted = name.encode()
    offset = data.find(wanted)
    while offset >= 0:
        after = offset + len(wanted)
        if data[offset - 1 : offset] in {b" ", b",", b"|"} and data[after : after + 1] in {
            b" ",
            b",",
            b"|",
            b"\n",
            b"(",
        }:
            line = data.rfind(b"\n", 0, offset) + 1
            if data[line : data.find(b":", line)] in _FIELDS:
                return _within_stanza(data, offset, wanted)
        offset = data.find(wanted, after)
    return None


def _within_stanza(data: bytes, offset: int, wanted: bytes) -> Mention:
    before = data.rfind(b"\n\n", 0, offset)
    begin = before + 2 if before >= 0 else 0
    end = data.find(b"\n\n", offset)
    mention = re.compile(rb"(?:^|[ ,|])" + re.escape(wanted) + rb"(?=[ ,|(]|$)")
    found = []
    for line in data[begin : end if end >= 0 else None].split(b"\n"):
        field, _, value = line.partition(b": ")
        rank = _FIELDS.get(field)
        if rank is not None and (match := mention.search(value)):
            found.append((rank, match.end()))
    return begin, *min(found)
