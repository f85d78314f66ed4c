"""Relations between packages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb.relations import InvalidRelation, Relation, holds, parse_relations, render_group
from prill.distro.deb.version import InvalidVersion
from prill.errors import PrillError


def test_groups_and_alternatives():
    groups = parse_relations("libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0,\n python3:any")
    assert groups == (
        (Relation(name="libc6", operator=">=", version="2.34"),),
        (Relation(name="debconf", operator=">=", version="0.5"), Relation(name="debconf-2.0")),
        (Relation(name="python3", qualifier="any"),),
    )
    assert [render_group(group) for group in groups] == [
        "libc6 (>= 2.34)",
        "debconf (>= 0.5) | debconf-2.0",
        "python3:any",
    ]


def test_restrictions_are_kept():
    ((relation,),) = parse_relations("a:native(<<1)[amd64 !arm64]<!nocheck> <cross stage1>")
    assert relation == Relation(
        name="a",
        qualifier="native",
        operator="<<",
        version="1",
        architectures=("amd64", "!arm64"),
        profiles=("!nocheck", "cross stage1"),
    )
    assert str(relation) == "a:native (<< 1) [amd64 !arm64] <!nocheck> <cross stage1>"


@pytest.mark.parametrize("text", ["", " ", ",", "\n , "])
def test_nothing(text: str):
    assert parse_relations(text) == ()


def test_bare_signs_mean_or_equal():
    ((below,), (above,)) = parse_relations("a (< 1), a (> 1)")
    assert (below.operator, above.operator) == ("<=", ">=")


@pytest.mark.parametrize(
    ("operator", "below", "same", "above"),
    [
        ("<<", True, False, False),
        ("<=", True, True, False),
        ("=", False, True, False),
        (">=", False, True, True),
        (">>", False, False, True),
    ],
)
def test_operators(operator: str, below: bool, same: bool, above: bool):  # noqa: FBT001
    relation = Relation(name="a", operator=operator, version="1.0")
    assert relation.accepts("1.0~rc1") is below
    assert relation.accepts("0:1.0-0") is same
    assert relation.accepts("1.0-1") is above


def test_no_operator_accepts_all():
    assert Relation(name="a").accepts("0~")


def test_unknown_operator():
    with pytest.raises(InvalidRelation, match="'=='"):
        holds("1", "==", "1")


@pytest.mark.parametrize(
    "text",
    [
        "a |",
        "| a",
        "a b",
        "a (1)",
        "a (= 1",
        "a = 1",
        "a (!= 1)",
        "(= 1)",
        "a:",
        "é",
        "a (= 1) (= 2)",
        "a [",
        "a <",
        "-a",
    ],
)
def test_invalid(text: str):
    with pytest.raises(InvalidRelation, match="not a relation"):
        parse_relations(text)


def test_invalid_version():
    with pytest.raises(InvalidVersion):
        parse_relations("a (= 1_)")


def test_too_long():
    with pytest.raises(InvalidRelation, match="1048576 are allowed"):
        parse_relations("a," * 600_000)


@given(st.text("ab:1.0-(<>=) |,[]!~+", max_size=24))
def test_what_is_read_can_be_written(text: str):
    try:
        groups = parse_relations(text)
    except PrillError:
        return
    assert parse_relations(", ".join(map(render_group, groups))) == groups
