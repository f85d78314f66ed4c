"""The fields of a value's class, collected as `dataclasses` collects them, which is imported only for who asks it.

The standard library's module brings the readers of source code and of byte code along: a third of what a command needs
until it does its work. ``dataclasses.fields`` and the like find what they look for, made when they look.
"""

import sys
from collections.abc import Callable
from enum import EnumType
from types import GenericAlias, MemberDescriptorType, UnionType
from typing import Any

__all__ = [
    "ABSENT",
    "FieldSpec",
    "arguments_of",
    "attributes_of",
    "collect_fields",
    "fields_of",
    "is_value",
    "replace_fields",
    "with_attributes",
    "with_slots",
]

ABSENT = object()
_FIELDS = "__value_fields__"
_SEEN = ("__dataclass_fields__", "__dataclass_params__")
_NOT_COPIED = ("__dict__", "__weakref__")
_USUAL = frozenset({GenericAlias, UnionType, EnumType})
"""What annotations are that are neither ``ClassVar`` nor ``InitVar``: ``tuple[str, ...]``, ``str | None``, an Enum."""


class FieldSpec:
    """A field, as `dataclasses.field` describes it; ``ABSENT`` stands for a default that is none."""

    name: str
    type: Any
    default: Any = ABSENT
    default_factory: Any = ABSENT
    init: bool = True
    repr: bool = True
    hash: bool | None = None
    compare: bool = True
    metadata: Any = None
    kw_only: bool | None = None

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
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = metadata
        self.kw_only = kw_only

    @classmethod
    def plain(cls, default: Any) -> "FieldSpec":  # noqa: ANN401
        """Return what ``field(default=…)`` returns, in a quarter of the time: nearly all fields are such."""
        made = cls.__new__(cls)
        made.default = default
        return made


class _Seen:
    """What the standard library looks for on a dataclass: made, and put in this one's place, when it does."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> object:
        import dataclasses  # noqa: PLC0415 - the reason for this module

        cls = next(base for base in (owner or type(instance)).__mro__ if _FIELDS in vars(base))
        listed = [(spec.name, spec.type, _given(spec)) for spec in vars(cls)[_FIELDS].values()]
        made = dataclasses.make_dataclass(
            "Seen", listed, init=False, repr=False, eq=False, match_args=False, namespace={"__doc__": "Fields."}
        )
        for name in _SEEN:
            setattr(cls, name, vars(made)[name])
        return vars(made)[self._name]


_LOOKED_FOR = {name: _Seen(name) for name in _SEEN}


def collect_fields(cls: type, *, kw_only: bool) -> dict[str, FieldSpec]:
    """Return a class's fields by name, those of its bases first; a default may stay the class's attribute.

    Raise `TypeError` or `ValueError` where the standard library does, and for ``InitVar`` and ``KW_ONLY``.
    """
    found: dict[str, FieldSpec] = {}
    bases = cls.__mro__[-2:0:-1]
    for base in bases:
        found |= _noted(base) or {}
    annotations, own = cls.__annotations__, vars(cls)
    for name, kind in annotations.items():
        made_by = kind.__class__
        usual = made_by in _USUAL or (made_by is type and kind.__name__ != "InitVar")
        if not usual and _is_of_class(cls, kind):
            continue
        value = own.get(name, ABSENT)
        if value is ABSENT and bases:
            value = getattr(cls, name, ABSENT)
        spec = _spec(ABSENT if isinstance(value, MemberDescriptorType) else value)
        spec.name, spec.type = name, kind
        spec.kw_only = kw_only if spec.kw_only is None else spec.kw_only
        if spec.default.__class__.__hash__ is None:
            raise ValueError(f"mutable default {type(spec.default)} for field {name}: use default_factory")
        found[name] = spec
    for name, value in own.items():
        if value.__class__ is FieldSpec and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    return found


def attributes_of(fields: dict[str, FieldSpec]) -> dict[str, object]:
    """Return the attributes by which fields are found again, also by the standard library."""
    matched = tuple(name for name, spec in fields.items() if spec.init and not spec.kw_only)
    return {_FIELDS: fields, "__match_args__": matched, **_LOOKED_FOR}


def with_attributes(cls: type, fields: dict[str, FieldSpec], attributes: dict[str, object]) -> type:
    """Return the class itself with these attributes; a field's default becomes one as well, or goes."""
    for name, spec in fields.items():
        if spec.default is not ABSENT:
            if vars(cls).get(name) is not spec.default and name in cls.__annotations__:
                setattr(cls, name, spec.default)
        elif name in vars(cls):
            delattr(cls, name)
    for name, value in attributes.items():
        setattr(cls, name, value)
    return cls


def with_slots(cls: type, fields: dict[str, FieldSpec], attributes: dict[str, object]) -> type:
    """Return the same class with these attributes, and a slot for each field that no base has one for."""
    if "__slots__" in vars(cls):
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    taken: set[str] = set()
    for base in cls.__mro__[1:-1]:
        slots = vars(base).get("__slots__", ())
        taken.update((slots,) if isinstance(slots, str) else slots)
    namespace = {key: value for key, value in vars(cls).items() if key not in fields and key not in _NOT_COPIED}
    namespace |= attributes
    namespace["__slots__"] = tuple(name for name in fields if name not in taken)
    namespace["__qualname__"] = cls.__qualname__
    return type(cls)(cls.__name__, cls.__bases__, namespace)


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


def arguments_of(cls: type) -> Callable[[tuple[object, ...], dict[str, object]], dict[str, object] | None]:
    """Return what says which value a call gives each field, defaults included; None for a call that does not fit."""
    fields = fields_of(cls)
    positional = tuple(spec.name for spec in fields if spec.init and not spec.kw_only)
    known = {spec.name for spec in fields if spec.init}
    needed = {spec.name for spec in fields if spec.init and spec.default is spec.default_factory is ABSENT}
    defaults = {spec.name: spec.default for spec in fields if spec.default is not ABSENT}
    factories = [(spec.name, spec.default_factory) for spec in fields if spec.default_factory is not ABSENT]

    def arguments(args: tuple[object, ...], kwargs: dict[str, object]) -> dict[str, object] | None:
        given = dict(zip(positional, args, strict=False)) | kwargs
        if len(given) != len(args) + len(kwargs) or not needed <= given.keys() <= known:
            return None
        made = ((name, make) for name, make in factories if name not in given)
        return defaults | {name: make() for name, make in made} | given

    return arguments


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
        return FieldSpec.plain(value)
    names = ("default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
    known = {name: getattr(value, name) for name in names}
    return FieldSpec(**{name: one for name, one in known.items() if one is not library.MISSING})


def _given(spec: FieldSpec) -> Any:  # noqa: ANN401
    """Return a field as the standard library describes it."""
    import dataclasses  # noqa: PLC0415 - the reason for this module

    names = ("default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
    given = {name: one for name in names if (one := getattr(spec, name)) is not ABSENT}
    return dataclasses.field(**given)  # noqa: TID251 - the same


def _is_of_class(cls: type, kind: object) -> bool:
    """Say whether an annotation is a ``ClassVar``; raise `TypeError` for what is not supported."""
    if isinstance(kind, str):
        unsupported, of_class = "InitVar" in kind or "KW_ONLY" in kind, kind.startswith(("ClassVar", "typing.ClassVar"))
    else:
        unsupported = getattr(kind, "__name__", "") == "InitVar" or type(kind).__name__ in ("InitVar", "_KW_ONLY_TYPE")
        of_class = getattr(kind, "__origin__", kind) is sys.modules["typing"].ClassVar
    if unsupported:
        raise TypeError(f"{cls.__qualname__}: InitVar and KW_ONLY are not supported")
    return of_class
