import re
import subprocess
import sys

import pytest

from prill.model.regex import regex


def test_a_pattern_finds_what_the_librarys_finds():
    ours, theirs = regex(r"(?P<name>[a-z]+)=(\d*)", re.IGNORECASE), re.compile(r"(?P<name>[a-z]+)=(\d*)", re.IGNORECASE)
    text = "a=1; B=; c; dd=22"
    assert ours.findall(text) == theirs.findall(text)
    assert [found.span() for found in ours.finditer(text)] == [found.span() for found in theirs.finditer(text)]
    assert ours.sub(r"\2", text) == theirs.sub(r"\2", text)
    assert (ours.pattern, ours.flags, ours.groups) == (theirs.pattern, theirs.flags, theirs.groups)
    assert ours.groupindex == theirs.groupindex
    found = ours.fullmatch("x=1")
    assert found
    assert found["name"] == "x"
    assert ours.fullmatch("x=1;") is None


def test_bytes():
    assert regex(rb"\d+").search(b"a12")


def test_all_that_a_pattern_offers_is_there():
    offered = {name for name in dir(re.Pattern) if not name.startswith("_")}
    made, theirs = regex("a"), re.compile("a")
    assert {name for name in offered if hasattr(made, name)} == offered
    assert made.subn("b", "aa") == theirs.subn("b", "aa")
    with pytest.raises(AttributeError, match="nothing_such"):
        made.nothing_such  # type: ignore[attr-defined] # noqa: B018
    with pytest.raises(AttributeError):
        made.__deepcopy__(None)  # type: ignore[arg-type]


def test_a_wrong_pattern_is_an_error_when_it_is_used():
    made = regex("(")
    with pytest.raises(re.error):
        made.match("a")


def test_it_is_compiled_when_it_is_used_and_once():
    program = (
        "import re._compiler as compiler\nfrom prill.model.regex import regex\n"
        "real, seen = compiler.compile, []\n"
        "compiler.compile = lambda text, flags=0: seen.append(text) or real(text, flags)\n"
        "made = regex('first and once')\nassert not seen\n"
        "made.match('a'), made.match('b'), made.sub('', 'c')\nimport re; re.purge()\nmade.search('d')\nprint(seen)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "['first and once']\n"
