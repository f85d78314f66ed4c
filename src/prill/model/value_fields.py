"""The fields of a value's class, collected as `dataclasses` collects them, which is imported only for who asks it.

The standard library's module brings the readers of source code and of byte code along: a third of what a command needs
until it does its work. ``dataclasses.fields`` and the like find what they look for, made when they look.
"""

import sys
from collections.abc import Iterator
from types import MemberDescriptorType
from typing import Any

__all__ = [
    "ABSENT",
    "FieldSpec",
    "arguments_of",
    "collect_fields",
    "fields_of",
    "is_value",
    "note_fields",
    "replace_fields",
    "with_slots",
]

ABSENT = object()
_FIELDS = "__value_fields__"
_SEEN = ("__dataclass_fields__", "__dataclass_params__")
_NOT_COPIED = ("__dict__", "__weakref__")


class FieldSpec:
    """A field, as `dataclasses.field` describes it; ``ABSENT`` stands for a default that is none."""

    __slots__ = (
        "compare",
        "default",
        "default_factory",
        "hash",
        "init",
        "kw_only",
        "metadata",
        "name",
        "repr",
        "type",
    )

    def __init__(
        self,
        *,
        default: Any = ABSENT,  # noqa: ANN401
        default_factory: Any = ABSENT,  # noqa: ANN401
        init: bool = True,
        repr: bool = True,  # noqa: A002
        hash: bool | None = None,  # noqa: A002
        compare: bool = True,
        metadata: Any = None,  # noqa: ANN401
        kw_only: bool | None = None,
    ) -> None:
        if default is not ABSENT and default_factory is not ABSENT:
            raise ValueError("cannot specify both default and default_factory")
        self.name: str = ""
        self.type: Any = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = metadata
        self.kw_only = kw_only


class _Seen:
    """What the standard library looks for on a dataclass: made, and put in this one's place, when it does."""

    __slots__ = ("_cls", "_name")

    def __init__(self, cls: type, name: str) -> None:
        self._cls = cls
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> object:
        import dataclasses  # noqa: PLC0415 - the reason for this module

        listed = [(spec.name, spec.type, _given(spec)) for spec in vars(self._cls)[_FIELDS].values()]
        made = dataclasses.make_dataclass(
            "Seen", listed, init=False, repr=False, eq=False, match_args=False, namespace={"__doc__": "Fields."}
        )
        for name in _SEEN:
            setattr(self._cls, name, vars(made)[name])
        return vars(made)[self._name]


def collect_fields(cls: type, *, kw_only: bool) -> dict[str, FieldSpec]:
    """Note a class's fields, those of its bases first, and return them by name; its attributes become the defaults.

    Raise `TypeError` or `ValueError` where the standard library does, and for ``InitVar`` and ``KW_ONLY``.
    """
    found: dict[str, FieldSpec] = {}
    for base in cls.__mro__[-1:0:-1]:
        found |= _noted(base) or {}
    annotations = cls.__annotations__
    for name, kind in annotations.items():
        if not _is_of_class(kind):
            found[name] = _declared(cls, name, kind, kw_only=kw_only)
    for name, value in vars(cls).items():
        if isinstance(value, FieldSpec) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    return found


def _declared(cls: type, name: str, kind: object, *, kw_only: bool) -> FieldSpec:
    """Return the field that a class declares; the attribute becomes its default, or goes."""
    if _is_unsupported(kind):
        raise TypeError(f"{cls.__qualname__}: InitVar and KW_ONLY are not supported")
    value = getattr(cls, name, ABSENT)
    spec = _spec(ABSENT if isinstance(value, MemberDescriptorType) else value)
    spec.name, spec.type = name, kind
    spec.kw_only = kw_only if spec.kw_only is None else spec.kw_only
    if spec.default.__class__.__hash__ is None:
        raise ValueError(f"mutable default {type(spec.default)} for field {name}: use default_factory")
    if spec.default is not ABSENT and spec.default is not value:
        setattr(cls, name, spec.default)
    elif spec.default is ABSENT and name in vars(cls):
        delattr(cls, name)
    return spec


def note_fields(cls: type, found: dict[str, FieldSpec]) -> None:
    """Put fields where they are found again, also by the standard library."""
    setattr(cls, _FIELDS, found)
    for name in _SEEN:
        setattr(cls, name, _Seen(cls, name))
    matched = tuple(name for name, spec in found.items() if spec.init and not spec.kw_only)
    if "__match_args__" not in vars(cls):
        setattr(cls, "__match_args__", matched)  # noqa: B010 - mypy knows it as read-only


def fields_of(cls: type) -> list[FieldSpec]:
    """Return a class's fields in their order, also where it only inherits them."""
    for base in cls.__mro__:
        found = _noted(base)
        if found is not None:
            return list(found.values())
    raise TypeError(f"{cls.__qualname__} is no dataclass")


def is_value(kind: object) -> bool:
    """Say whether this is a dataclass, whoever made it."""
    return isinstance(kind, type) and any(_noted(base) is not None for base in kind.__mro__)


def arguments_of(cls: type, args: tuple[object, ...], kwargs: dict[str, object]) -> Iterator[tuple[str, object]] | None:
    """Return each field with the value that a call gives it, defaults included; None for a call that does not fit."""
    fields = fields_of(cls)
    positional = [spec.name for spec in fields if spec.init and not spec.kw_only]
    given = dict(zip(positional, args, strict=False)) | kwargs
    known = {spec.name for spec in fields if spec.init}
    needed = {spec.name for spec in fields if spec.init and spec.default is spec.default_factory is ABSENT}
    if len(given) != len(args) + len(kwargs) or not needed <= given.keys() <= known:
        return None
    return _values(fields, given)


def _values(fields: list[FieldSpec], given: dict[str, object]) -> Iterator[tuple[str, object]]:
    for spec in fields:
        if spec.name in given:
            yield spec.name, given[spec.name]
        elif spec.default is not ABSENT:
            yield spec.name, spec.default
        elif spec.default_factory is not ABSENT:
            yield spec.name, spec.default_factory()


def replace_fields(value: Any, /, **changes: Any) -> Any:  # noqa: ANN401
    """Return a new value with ``changes``, as `dataclasses.replace` does."""
    for spec in fields_of(value.__class__):
        if not spec.init:
            if spec.name in changes:
                raise ValueError(
                    f"field {spec.name} is declared with init=False, it cannot be specified with replace()"
                )
        elif spec.name not in changes:
            changes[spec.name] = getattr(value, spec.name)
    return value.__class__(**changes)


def with_slots(cls: type, names: tuple[str, ...]) -> type:
    """Return the same class with a slot for each name that no base has one for."""
    if "__slots__" in vars(cls):
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    taken: set[str] = set()
    for base in cls.__mro__[1:-1]:
        slots = vars(base).get("__slots__", ())
        taken.update((slots,) if isinstance(slots, str) else slots)
    namespace = {key: value for key, value in vars(cls).items() if key not in names and key not in _NOT_COPIED}
    namespace["__slots__"] = tuple(name for name in names if name not in taken)
    made = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    return made


def _noted(cls: type) -> dict[str, FieldSpec] | None:
    """Return what is noted of one class alone; the standard library's own dataclasses are read anew."""
    own = vars(cls)
    found: dict[str, FieldSpec] | None = own.get(_FIELDS)
    if found is None and _SEEN[0] in own:
        import dataclasses  # noqa: PLC0415 - it made the class

        found = {one.name: _spec(one) for one in dataclasses.fields(cls)}
        for one in dataclasses.fields(cls):
            found[one.name].name, found[one.name].type = one.name, one.type
    return found


def _spec(value: object) -> FieldSpec:
    """Return the field that a class's attribute describes: a default, or what ``field`` made, here or elsewhere."""
    if isinstance(value, FieldSpec):
        return value
    library = sys.modules.get("dataclasses")
    if library is None or not isinstance(value, library.Field):
        return FieldSpec(default=value)
    names = ("default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
    known = {name: getattr(value, name) for name in names}
    return FieldSpec(**{name: one for name, one in known.items() if one is not library.MISSING})


def _given(spec: FieldSpec) -> Any:  # noqa: ANN401
    """Return a field as the standard library describes it."""
    import dataclasses  # noqa: PLC0415 - the reason for this module

    names = ("default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
    given = {name: one for name in names if (one := getattr(spec, name)) is not ABSENT}
    return dataclasses.field(**given)  # noqa: TID251 - the same


def _is_of_class(kind: object) -> bool:
    """Say whether an annotation is a ``ClassVar``."""
    if isinstance(kind, str):
        return kind.startswith(("ClassVar", "typing.ClassVar"))
    typing = sys.modules["typing"]
    return getattr(kind, "__origin__", kind) is typing.ClassVar


def _is_unsupported(kind: object) -> bool:
    if isinstance(kind, str):
        return "InitVar" in kind or "KW_ONLY" in kind
    return getattr(kind, "__name__", "") == "InitVar" or type(kind).__name__ in ("InitVar", "_KW_ONLY_TYPE")
