"""DER, as far as time stamps and certificates' extensions need it (X.690): strict, bounded by what is there."""

from collections.abc import Iterator

from prill.model.value import dataclass
from prill.signing.strict_json import Malformed

__all__ = ["Element", "oid", "parse_der"]

INTEGER, OCTETS, NULL, OID, UTF8, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x0C, 0x30, 0x31
GENERALIZED_TIME = 0x18

_LONG = 0x80
_MULTIBYTE_TAG = 0x1F


@dataclass(frozen=True, slots=True)
class Element:
    """A tag, its content, and the element's whole encoding."""

    tag: int
    content: bytes
    raw: bytes

    def expect(self, tag: int, what: str) -> "Element":
        """Return the element itself; raise `Malformed` if it has another tag."""
        if self.tag != tag:
            raise Malformed(f"{what} has the DER tag {self.tag:#04x}, not {tag:#04x}")
        return self

    def children(self) -> tuple["Element", ...]:
        """Return the elements inside; raise `Malformed`."""
        return tuple(_elements(self.content))

    def only(self, what: str) -> "Element":
        """Return the one element inside."""
        inside = self.children()
        if len(inside) != 1:
            raise Malformed(f"{what} has {len(inside)} DER elements, not one")
        return inside[0]

    def integer(self) -> int:
        """Return the number."""
        return int.from_bytes(self.expect(INTEGER, "an integer").content, "big", signed=True)

    def oid(self) -> str:
        """Return the object identifier, dotted."""
        return oid(self.expect(OID, "an object identifier").content)


def parse_der(data: bytes, what: str) -> Element:
    """Read one element that is all of ``data``; raise `Malformed`."""
    found = tuple(_elements(data))
    if len(found) != 1:
        raise Malformed(f"{what} is {len(found)} DER elements, not one")
    return found[0]


def oid(content: bytes) -> str:
    """Return the dotted form of an object identifier's content (X.690, 8.19)."""
    numbers, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & _LONG:
            numbers.append(value)
            value = 0
    if not numbers or content[-1] & _LONG:
        raise Malformed(f"no object identifier: {content[:20].hex()}")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _elements(data: bytes) -> Iterator[Element]:
    position = 0
    while position < len(data):
        begin = position
        tag, length, position = _head(data, position)
        if length > len(data) - position:
            raise Malformed(f"a DER element of {length} bytes, where {len(data) - position} are left")
        yield Element(tag, data[position : position + length], data[begin : position + length])
        position += length


def _head(data: bytes, position: int) -> tuple[int, int, int]:
    """Return tag, length and where the content begins."""
    if len(data) - position < 2:  # noqa: PLR2004 - a tag and a length
        raise Malformed("DER ends within an element's head")
    tag, length = data[position], data[position + 1]
    if tag & _MULTIBYTE_TAG == _MULTIBYTE_TAG:
        raise Malformed("DER tags of several bytes stand nowhere here")
    position += 2
    if length < _LONG:
        return tag, length, position
    count = length & 0x7F
    if not 1 <= count <= 4 or len(data) - position < count:  # noqa: PLR2004 - 4 GiB
        raise Malformed("a DER length that is endless or too large")
    length = int.from_bytes(data[position : position + count], "big")
    if length < _LONG or data[position] == 0:
        raise Malformed("a DER length that is longer than it has to be")
    return tag, length, position + count
