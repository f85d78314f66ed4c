"""JSON of registries and images: what is read, what is refused, and what is written."""

from collections.abc import Callable
from time import process_time

import msgspec
import pytest

from prill.oci._wire import DocumentTooLarge, Fields, InvalidDocument, encode, parse

NOT_JSON = {
    "nothing": b"",
    "two values": b"{} {}",
    "a page": b"<html></html>",
    "a list": b"[]",
    "a text": b'"{}"',
    "null": b"null",
    "no number": b'{"size": NaN}',
    "an endless number": b'{"size": -Infinity}',
    "a number of many digits": b'{"size": ' + b"9" * 5000 + b"}",
    "a mark before it": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "UTF-16 without a mark": "{}".encode("utf-16-le"),
    "no UTF-8": b'{"a": "\xff"}',
    "half a character": rb'{"a": "\ud800"}',
    "half a character in a name": rb'{"\uDC00": ""}',
    "a control character": b'{"a": "\n"}',
    "too deep": b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("data", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_no_object(data: bytes):
    with pytest.raises(InvalidDocument, match="this is no image manifest"):
        parse(data, "image manifest")


def test_a_field_that_stands_twice_behind_many_others_is_found_at_once():
    many = ",".join(f'"{number}":0' for number in range(250_000))  # took the square of their number
    before = process_time()
    with pytest.raises(InvalidDocument, match="'last' stands there twice"):
        parse(f'{{{many},"last":1,"last":2}}'.encode(), "image manifest")
    assert process_time() - before < 10


def test_a_bound():
    with pytest.raises(DocumentTooLarge):
        parse(b"{}" + b" " * (4 << 20), "image manifest")


def test_a_whole_character_in_two_halves():
    assert parse(rb'{"a": "\ud83d\ude00"}', "text").text("a") == "\U0001f600"


DOCUMENT = (
    b'{"t": "a", "n": 2, "null": null, "yes": true, "float": 2.0, "l": ["a"], "mixed": ["a", 1],'
    b' "o": {"x": {"size": "1"}}, "m": {"a": "b"}, "os": [{"size": -1}]}'
)
WRONG: dict[str, tuple[Callable[[Fields], object], str]] = {
    "a text that is missing": (lambda it: it.text("gone"), "gone is missing, not a text"),
    "a text that is null": (lambda it: it.text("null", ""), "null is None, not a text"),
    "a text that is a number": (lambda it: it.text("n", ""), "n is 2, not a text"),
    "a number that is missing": (lambda it: it.number("gone", 0, 9), "gone is missing, not a number from 0 to 9"),
    "a number that is a text": (lambda it: it.number("t", 0, 9), "t is 'a', not a number"),
    "a number that is a truth value": (lambda it: it.number("yes", 0, 9), "yes is True, not a number"),
    "a number with a fraction": (lambda it: it.number("float", 0, 9), "float is 2.0, not a number"),
    "a number that is too small": (lambda it: it.number("n", 3, 9), "n is 2, not a number from 3 to 9"),
    "a number that is too large": (lambda it: it.number("n", 0, 1), "n is 2, not a number from 0 to 1"),
    "a list that is a text": (lambda it: it.texts("t"), "t is 'a', not a list of at most 10000 texts"),
    "a list of other things": (lambda it: it.texts("mixed"), "not a list of at most 10000 texts"),
    "a list that is too long": (lambda it: it.texts("l", 0), "not a list of at most 0 texts"),
    "a map that is a list": (lambda it: it.text_map("l"), "not an object of at most 10000 texts"),
    "a map of other things": (lambda it: it.text_map("o"), "not an object of at most 10000 texts"),
    "a map that is too large": (lambda it: it.text_map("m", 0), "not an object of at most 0 texts"),
    "an object that is a list": (lambda it: it.fields("l"), "l is \\['a'\\], not an object"),
    "an object that is missing": (lambda it: it.needed("gone"), "gone is missing, not an object"),
    "a field of an object": (lambda it: it.needed("o").needed("x").number("size", 0, 9), "o.x.size is '1'"),
    "a field of an object in a list": (lambda it: it.items("os")[0].number("size", 0, 9), "os\\[0\\].size is -1"),
    "objects that are texts": (lambda it: it.items("l"), "not a list of at most 10000 objects"),
    "objects that are missing": (lambda it: it.items("gone", null=True), "gone is missing"),
    "objects that are null": (lambda it: it.items("null"), "null is None"),
    "objects that are too many": (lambda it: it.items("os", 0), "not a list of at most 0 objects"),
}


@pytest.mark.parametrize(("read", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_field_that_is_not_what_it_has_to_be(read: Callable[[Fields], object], says: str):
    with pytest.raises(InvalidDocument, match=f"this is no image index: .*{says}"):
        read(parse(DOCUMENT, "image index"))


def test_what_may_be_missing():
    it = parse(DOCUMENT, "image index")
    assert (it.text("gone", ""), it.texts("gone"), it.text_map("gone"), it.fields("gone")) == ("", (), {}, None)
    assert (it.texts("null"), it.text_map("null"), it.fields("null"), it.items("null", null=True)) == ((), {}, None, ())
    assert (it.has("null"), it.has("gone")) == (True, False)


def test_it_is_written_as_msgspec_writes_it():
    document = {"a": "".join(map(chr, range(0x3000))) + "\U0001f600", "b": [1, {"c": True, "d": None}], "e": {}}
    assert encode(document) == msgspec.json.encode(document)
