"""How the tests are given to xdist's processes."""

from types import SimpleNamespace

import pytest

from scopes import longest_first, scope_of


def item(nodeid: str, *marks: str, group: str = "") -> SimpleNamespace:
    found = {name: getattr(pytest.mark, name).mark for name in marks}
    if group:
        found["xdist_group"] = pytest.mark.xdist_group(group).mark
    return SimpleNamespace(nodeid=nodeid, get_closest_marker=found.get)


def test_a_file_stays_together_and_so_does_a_group():
    assert scope_of("a/test_a.py::Test::test_b[x::y]", "a/test_a.py::Test::test_b[x::y]") == "a/test_a.py"
    assert scope_of("a/test_a.py::test_b@apt", "apt") == "apt"


def test_the_scopes_with_slow_tests_come_first_and_each_keeps_its_order():
    items = [
        item("test_a.py::plain"),
        item("test_b.py::compat", "compat"),
        item("test_c.py::first", "archive", group="one"),
        item("test_d.py::plain"),
        item("test_d.py::slow", "slow"),
        item("test_e.py::second", "slow", "compat", group="one"),
        item("test_a.py::last"),
    ]
    longest_first(items)
    assert [one.nodeid for one in items] == [
        "test_c.py::first",
        "test_d.py::plain",
        "test_d.py::slow",
        "test_e.py::second",
        "test_b.py::compat",
        "test_a.py::plain",
        "test_a.py::last",
    ]
