"""Dataclasses that cost little to declare: a method is written and compiled when it is first called.

The standard library writes and compiles six methods for each frozen dataclass while its module is imported, which takes
about a millisecond a class, and a command imports a hundred of them and makes values of a few. What is declared here is
a dataclass all the same: `dataclasses.fields`, ``replace`` and ``is_dataclass`` know it, and for a type checker it is
the standard library's own. Its module is not imported for it, nor for `field` and `replace`. Why: docs/adr/0009.
"""

from collections.abc import Callable
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

from prill.model.value_fields import (
    ABSENT,
    FieldSpec,
    arguments_of,
    attributes_of,
    collect_fields,
    fields_of,
    replace_fields,
    with_attributes,
    with_slots,
)

__all__ = ["dataclass", "field", "replace"]

FEW = 16
"""How many values of a class are made before its ``__init__`` is compiled, which takes as long as filling thirty; and
how often they are compared or hashed before the method for that is."""

_OPERATORS = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace  # noqa: TID251
else:
    field = FieldSpec
    replace = replace_fields

    def dataclass(
        cls: type | None = None,
        /,
        *,
        eq: bool = True,
        order: bool = False,
        frozen: bool = False,
        kw_only: bool = False,
        slots: bool = False,
    ) -> type | Callable[[type], type]:
        """Make a dataclass of a class, as `dataclasses.dataclass` does (PEP 557), with some of its options.

        ``InitVar`` and ``KW_ONLY`` are not supported: TypeError. A field without default after one with a default is a
        SyntaxError when the first value is made, not before.
        """

        def declare(cls: type) -> type:
            return _declare(cls, eq=eq, order=order, frozen=frozen, kw_only=kw_only, slots=slots)

        return declare if cls is None else declare(cls)


def _declare(cls: type, *, eq: bool, order: bool, frozen: bool, kw_only: bool, slots: bool) -> type:
    own = set(vars(cls))  # what the class wrote itself stays
    if vars(cls).get("__hash__") is None:
        own.discard("__hash__")  # Python put None there for a class with an __eq__ of its own
    if not cls.__doc__:
        # Else the standard library makes one of the signature, which reads it as source code: 4 ms, once.
        cls.__doc__ = cls.__name__
    fields = collect_fields(cls, kw_only=kw_only)
    later = _Later()
    attributes = attributes_of(fields)
    attributes |= {"__init__": _init_later(later, frozen=frozen), "__repr__": _repr}
    if eq:
        attributes["__eq__"] = _asked_later(later, later.method("__eq__", _eq), _equal)
        attributes["__hash__"] = _asked_later(later, later.method("__hash__", _hash), _hashed) if frozen else None
    if order:
        attributes |= {name: later.method(name, partial(_order, name)) for name in _OPERATORS}
    if frozen:
        attributes |= _FROZEN
        if slots:  # without these, copying and pickling would set each attribute
            attributes |= {"__getstate__": _state, "__setstate__": _set_state}
    for name in own & attributes.keys():
        del attributes[name]
    later.cls = (with_slots if slots else with_attributes)(cls, fields, attributes)
    return later.cls


class _Later:
    """Makes methods that at their first call are written, and put the compiled one in their own place."""

    __slots__ = ("cls",)
    cls: type

    def method(self, name: str, write: Callable[[type, dict[str, Any]], str]) -> Callable[..., Any]:
        """Return a method whose text is what ``write`` says."""

        def method(*args: object, **kwargs: object) -> object:
            cls = self.cls
            names: dict[str, Any] = {}
            # The text consists of field names alone, which the class's own source wrote as identifiers.
            exec(write(cls, names), names)  # noqa: S102
            written = names[name]
            written.__qualname__ = f"{cls.__qualname__}.{name}"
            written.__module__ = cls.__module__
            setattr(cls, name, written)
            return written(*args, **kwargs)

        return method


def _init_later(later: _Later, *, frozen: bool) -> Callable[..., None]:
    """Return an ``__init__`` that fills the first few values field by field, then is written: most stay few."""
    write = later.method("__init__", _init_frozen if frozen else _init)
    assign = object.__setattr__ if frozen else setattr
    arguments = None
    has_more = False
    calls = 0

    def init(self: object, *args: object, **kwargs: object) -> None:
        nonlocal calls, arguments, has_more
        calls += 1
        if arguments is None:
            arguments, has_more = arguments_of(later.cls), hasattr(later.cls, "__post_init__")
        given = arguments(args, kwargs) if calls <= FEW else None
        if given is None:  # the written one says what is wrong with the arguments, if anything is
            write(self, *args, **kwargs)
            return
        for name, value in given.items():
            assign(self, name, value)
        if has_more:
            self.__post_init__()  # type: ignore[attr-defined]

    return init


def _asked_later(later: _Later, write: Callable[..., Any], ask: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that asks the fields one by one at the first few calls, then is written."""
    calls = 0

    def method(self: object, *others: object) -> object:
        nonlocal calls
        calls += 1
        return ask(later.cls, self, *others) if calls <= FEW else write(self, *others)

    return method


def _equal(cls: type, one: object, other: object) -> object:
    if other.__class__ is not one.__class__:
        return NotImplemented
    names = _compared(cls)
    return tuple(getattr(one, name) for name in names) == tuple(getattr(other, name) for name in names)


def _hashed(cls: type, one: object) -> int:
    return hash(tuple(getattr(one, name) for name in _in_hash(cls)))


def _init_frozen(cls: type, names: dict[str, Any]) -> str:
    names["_set"] = object.__setattr__
    return _init(cls, names, "_set(self, {0!r}, {1})")


def _init(cls: type, names: dict[str, Any], assignment: str = "self.{0} = {1}") -> str:
    names["_absent"] = object()
    positional: list[str] = []
    keyword: list[str] = []
    body: list[str] = []
    for field in fields_of(cls):
        parameter = value = field.name
        default = f"_of_{field.name}"
        if field.default is not ABSENT:
            names[default] = field.default
            parameter, value = f"{field.name}={default}", field.name if field.init else default
        elif field.default_factory is not ABSENT:
            names[default] = field.default_factory
            parameter, value = f"{field.name}=_absent", f"{default}()"
            if field.init:
                value = f"{value} if {field.name} is _absent else {field.name}"
        elif not field.init:
            continue
        body.append(assignment.format(field.name, value))
        if field.init:
            (keyword if field.kw_only else positional).append(parameter)
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    return _function("__init__", ["self", *positional, *(["*", *keyword] if keyword else [])], *body or ["pass"])


def _eq(cls: type, _: dict[str, Any]) -> str:
    return _comparison(cls, "__eq__", "==")


def _order(name: str, cls: type, _: dict[str, Any]) -> str:
    return _comparison(cls, name, _OPERATORS[name])


def _comparison(cls: type, name: str, operator: str) -> str:
    compared = _compared(cls)
    return _function(
        name,
        ["self", "other"],
        "if other.__class__ is not self.__class__:",
        "    return NotImplemented",
        f"return {_tuple('self', compared)} {operator} {_tuple('other', compared)}",
    )


def _hash(cls: type, _: dict[str, Any]) -> str:
    return _function("__hash__", ["self"], f"return hash({_tuple('self', _in_hash(cls))})")


def _compared(cls: type) -> list[str]:
    return [field.name for field in fields_of(cls) if field.compare]


def _in_hash(cls: type) -> list[str]:
    return [field.name for field in fields_of(cls) if (field.compare if field.hash is None else field.hash)]


def _tuple(value: str, names: list[str]) -> str:
    return f"({''.join(f'{value}.{name}, ' for name in names)})"


def _function(name: str, parameters: list[str], *body: str) -> str:
    return f"def {name}({', '.join(parameters)}):\n" + "".join(f"    {line}\n" for line in body)


@recursive_repr()
def _repr(self: object) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields_of(self.__class__) if field.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_to_set(_: object, name: str, value: object) -> None:  # noqa: ARG001
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 - only for an error

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> None:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 - only for an error

    raise FrozenInstanceError(f"cannot delete field {name!r}")


_FROZEN = {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}


def _state(self: object) -> list[object]:
    return [getattr(self, field.name) for field in fields_of(self.__class__)]


def _set_state(self: object, state: list[object]) -> None:
    for field, value in zip(fields_of(self.__class__), state, strict=True):
        object.__setattr__(self, field.name, value)
