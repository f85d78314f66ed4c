"""A value declared by Prill is what the standard library would make of the same class."""

import copy
import dataclasses
import inspect
import operator
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from prill.model.value import FEW, dataclass, field, replace

Declare = Callable[..., Any]
COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)


def point(declare: Declare) -> type[Any]:
    @declare(frozen=True, slots=True, kw_only=True)
    class Point:
        x: int
        y: int = 2
        names: dict[str, int] = dataclasses.field(default_factory=dict, compare=False, repr=False)
        seen: ClassVar[int] = 0

    return Point


def span(declare: Declare) -> type[Any]:
    @declare(frozen=True, slots=True, order=True)
    class Span:
        start: int
        end: int = 9

        def __len__(self) -> int:
            return self.end - self.start

    return Span


def gathering(declare: Declare) -> type[Any]:
    @declare(slots=True)
    class Gathering:
        found: list[str] = dataclasses.field(default_factory=list)
        count: int = dataclasses.field(default=0, init=False)
        made: list[str] = dataclasses.field(default_factory=list, init=False)

    return Gathering


def derived(declare: Declare) -> type[Any]:
    @declare(frozen=True, kw_only=True)
    class Base:
        a: int

    @declare(frozen=True, kw_only=True)
    class Derived(Base):
        b: int = 1
        total: int = dataclasses.field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.a + self.b)

    return Derived


def own(declare: Declare) -> type[Any]:
    @declare(frozen=True, slots=True)
    class Own:
        a: str

        def __repr__(self) -> str:
            return "hidden"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self)) and other.a.lower() == self.a.lower()

        def __hash__(self) -> int:
            return 7

    return Own


def identical(declare: Declare) -> type[Any]:
    @declare(frozen=True, slots=True, eq=False)
    class Identical:
        a: int = 1

    return Identical


def empty(declare: Declare) -> type[Any]:
    @declare
    class Empty:
        """Nothing."""

    return Empty


def counted(declare: Declare) -> type[Any]:
    @declare(frozen=True, slots=True)
    class Counted:
        a: int
        b: list[int] = dataclasses.field(default_factory=list, hash=False)

    return Counted


MADE: list[tuple[Callable[[Declare], type[Any]], list[tuple[tuple[object, ...], dict[str, object]]]]] = [
    (point, [((), {"x": 1}), ((), {"x": 1, "y": 3, "names": {"a": 1}}), ((), {}), ((1,), {}), ((), {"z": 1})]),
    (span, [((1,), {}), ((1, 2), {}), ((2,), {"end": 3}), ((1, 2, 3), {}), ((), {})]),
    (gathering, [((), {}), ((["a"],), {}), ((), {"count": 1}), ((), {"found": []})]),
    (derived, [((), {"a": 1}), ((), {"a": 1, "b": 5}), ((), {"total": 1})]),
    (own, [(("a",), {}), (("A",), {}), ((), {})]),
    (identical, [((), {}), ((2,), {})]),
    (empty, [((), {}), ((1,), {})]),
    (counted, [((1,), {}), ((1, [2]), {})]),
]


def outcome(act: Callable[[], object]) -> object:
    """What came of it: a value, or the error's type and words."""
    try:
        return act()
    except (TypeError, AttributeError, ValueError) as error:
        return type(error), str(error)


@pytest.mark.parametrize(("make", "calls"), MADE, ids=[make.__name__ for make, _ in MADE])
class TestLikeTheStandardLibrary:
    def test_making(self, make: Callable[[Declare], type[Any]], calls: list[Any]):
        theirs, ours = make(dataclasses.dataclass), make(dataclass)
        for args, kwargs in calls:
            expected = outcome(lambda args=args, kwargs=kwargs: shown(theirs(*args, **copy.deepcopy(kwargs))))
            assert outcome(lambda args=args, kwargs=kwargs: shown(ours(*args, **copy.deepcopy(kwargs)))) == expected

    def test_comparing_and_hashing(self, make: Callable[[Declare], type[Any]], calls: list[Any]):
        pairs = []
        for cls in (make(dataclasses.dataclass), make(dataclass)):
            values = [value for args, kwargs in calls if (value := made(cls, args, kwargs)) is not None]
            values.append(object())
            pairs.append(
                [
                    outcome(lambda a=a, b=b, act=act: act(a, b))
                    for a in values[:-1]
                    for b in values
                    for act in (*COMPARISONS, hashes_alike)
                ]
            )
        assert [without_address(one) for one in pairs[1]] == [without_address(one) for one in pairs[0]]

    def test_changing(self, make: Callable[[Declare], type[Any]], calls: list[Any]):
        for args, kwargs in calls:
            theirs, ours = (made(make(each), args, kwargs) for each in (dataclasses.dataclass, dataclass))
            if theirs is None:
                continue
            for one in dataclasses.fields(theirs):
                changed = [outcome(lambda v=v, n=one.name: setattr(v, n, 5)) for v in (theirs, ours)]
                assert changed[1] == changed[0]
                replaced = [
                    outcome(lambda v=v, n=one.name: shown(dataclasses.replace(v, **{n: 6}))) for v in (theirs, ours)
                ]
                assert replaced[1] == replaced[0]
                deleted = [outcome(lambda v=v, n=one.name: delattr(v, n)) for v in (theirs, ours)]
                assert deleted[1] == deleted[0]

    def test_what_the_class_says_of_itself(self, make: Callable[[Declare], type[Any]], calls: list[Any]):
        theirs, ours = make(dataclasses.dataclass), make(dataclass)
        assert [(f.name, f.type, f.default, f.kw_only) for f in dataclasses.fields(ours)] == [
            (f.name, f.type, f.default, f.kw_only) for f in dataclasses.fields(theirs)
        ]
        assert ours.__match_args__ == theirs.__match_args__
        assert getattr(ours, "__slots__", None) == getattr(theirs, "__slots__", None)
        assert (ours.__hash__ is None) == (theirs.__hash__ is None)
        value = made(ours, *calls[0])
        assert dataclasses.is_dataclass(value)
        assert copy.copy(value).__class__ is ours
        assert shown(copy.deepcopy(value)) == shown(value)


def shown(value: object) -> dict[str, object]:
    return {"repr": repr(value).rpartition(".")[2]} | {
        field.name: getattr(value, field.name)
        for field in dataclasses.fields(value)  # type: ignore[arg-type]
    }


def made(cls: type[Any], args: tuple[object, ...], kwargs: dict[str, object]) -> Any:  # noqa: ANN401
    try:
        return cls(*args, **copy.deepcopy(kwargs))
    except TypeError:
        return None


def hashes_alike(a: object, b: object) -> bool:
    return hash(a) == hash(b)


def without_address(result: object) -> object:
    return result[0] if isinstance(result, tuple) else result


@dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: tuple[int, ...] = ()


def test_a_frozen_value_with_slots_can_be_pickled():
    assert pickle.loads(pickle.dumps(Kept(1, (2,)))) == Kept(1, (2,))  # noqa: S301


def test_init_is_compiled_once_when_it_is_called_often():
    made = point(dataclass)
    declared = vars(made)["__init__"]
    assert "x" not in inspect.signature(declared).parameters
    for number in range(FEW):
        assert made(x=number).x == number
        assert vars(made)["__init__"] is declared
    assert made(x=FEW).x == FEW
    compiled = vars(made)["__init__"]
    assert list(inspect.signature(compiled).parameters) == ["self", "x", "y", "names"]
    made(x=2)
    assert vars(made)["__init__"] is compiled
    assert compiled.__qualname__ == f"{made.__qualname__}.__init__"


@pytest.mark.parametrize(
    ("name", "ask"),
    [("__eq__", lambda one, other: (one == other, one != other)), ("__hash__", lambda one, _: hash(one))],
    ids=["eq", "hash"],
)
def test_comparing_and_hashing_are_compiled_once_when_they_are_asked_often(name: str, ask: Callable[..., object]):
    made = point(dataclass)
    declared = vars(made)[name]
    one, same, other = made(x=1), made(x=1), made(x=2)
    at_first = [ask(one, same), ask(one, other), ask(one, 1)]
    for _ in range(FEW):
        assert ask(one, same) == at_first[0]
    compiled = vars(made)[name]
    assert compiled is not declared
    assert [ask(one, same), ask(one, other), ask(one, 1)] == at_first
    assert vars(made)[name] is compiled
    assert declared(one, *([same] if name == "__eq__" else [])) == compiled(one, *([same] if name == "__eq__" else []))


@pytest.mark.parametrize(("make", "calls"), MADE, ids=[make.__name__ for make, _ in MADE])
def test_the_compiled_init_does_as_the_first_calls_do(make: Callable[[Declare], type[Any]], calls: list[Any]):
    for args, kwargs in calls:
        cls = make(dataclass)
        outcomes = [
            outcome(lambda cls=cls, args=args, kwargs=kwargs: shown(cls(*args, **copy.deepcopy(kwargs))))
            for _ in range(FEW + 2)
        ]
        assert outcomes == [outcomes[0]] * len(outcomes)


def test_a_derived_class_that_declares_nothing_is_made_as_its_base():
    class Special(Kept):
        pass

    assert Special(1).b == ()
    assert Special(1) != Kept(1)
    assert Special(1) == Special(1)


def test_values_that_contain_themselves_can_be_shown():
    value = gathering(dataclass)()
    value.found = [value]
    assert "..." in repr(value)


def test_what_is_not_supported_is_refused():
    with pytest.raises(TypeError, match="InitVar"):

        @dataclass
        class Wrong:
            a: dataclasses.InitVar[int]


@dataclass(frozen=True, slots=True)
class Described:
    a: int
    b: list[int] = field(default_factory=list, repr=False)
    c: str = field(default="c", compare=False)
    d: int = field(init=False, default=4)
    e: int = field(default=5, kw_only=True)


@dataclasses.dataclass(frozen=True, slots=True)
class DescribedThere:
    a: int
    b: list[int] = dataclasses.field(default_factory=list, repr=False)
    c: str = dataclasses.field(default="c", compare=False)
    d: int = dataclasses.field(init=False, default=4)
    e: int = dataclasses.field(default=5, kw_only=True)


NAMES = ("name", "type", "default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")


def test_a_field_is_what_the_standard_library_makes_of_it():
    ours, theirs = dataclasses.fields(Described), dataclasses.fields(DescribedThere)
    for name in NAMES:
        assert [getattr(one, name) for one in ours] == [getattr(one, name) for one in theirs]
    assert repr(Described(1, [2])) == repr(DescribedThere(1, [2])).replace("There", "")
    assert Described.__match_args__ == DescribedThere.__match_args__
    assert dataclasses.asdict(Described(1)) == dataclasses.asdict(DescribedThere(1))


@pytest.mark.parametrize("changes", [{}, {"a": 2}, {"b": [1], "e": 3}, {"d": 1}, {"z": 1}], ids=str)
def test_a_changed_value(changes: dict[str, Any]):
    expected = outcome(lambda: dataclasses.asdict(dataclasses.replace(DescribedThere(1), **changes)))
    assert str(outcome(lambda: dataclasses.asdict(replace(Described(1), **changes)))) == str(expected).replace(
        "DescribedThere", "Described"
    )


def test_the_standard_librarys_own_are_changed_too():
    assert replace(DescribedThere(1), a=2) == DescribedThere(2)


def test_a_value_that_derives_from_the_standard_librarys():
    @dataclass(frozen=True)
    class Here(DescribedThere):
        z: int = 9

    assert (Here(1).z, replace(Here(1), z=2).z, replace(Here(1), a=2).a) == (9, 2, 2)
    assert [one.name for one in dataclasses.fields(Here)] == ["a", "b", "c", "d", "e", "z"]


@pytest.mark.parametrize("kind", ["dataclasses.KW_ONLY", dataclasses.KW_ONLY, "InitVar[int]", dataclasses.InitVar])
def test_what_else_is_not_supported(kind: object):
    with pytest.raises(TypeError, match="not supported"):
        dataclass(type("Wrong", (), {"__annotations__": {"a": kind}}))


def test_mistakes_are_refused_as_there():
    with pytest.raises(ValueError, match="mutable default"):
        dataclass(type("Shared", (), {"__annotations__": {"a": list}, "a": []}))
    with pytest.raises(TypeError, match="no type annotation"):
        dataclass(type("Untyped", (), {"a": field(default=1)}))
    with pytest.raises(TypeError, match="already specifies __slots__"):
        dataclass(slots=True)(type("Slotted", (), {"__annotations__": {"a": int}, "__slots__": ("a",)}))
    with pytest.raises(ValueError, match="cannot specify both"):
        field(default=1, default_factory=int)


def test_the_standard_librarys_module_is_not_imported():
    """It brings the readers of source code and of byte code along."""
    program = (
        "import sys\nfrom prill.model.value import FEW, dataclass, field, replace\n"
        "@dataclass(frozen=True, slots=True)\nclass A:\n    a: int = field(default=1)\n"
        "assert replace(A(), a=2) == A(2)\nprint({'dataclasses', 'inspect'} & set(sys.modules))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"
