"""The reference of the spec's fields, as the tables of docs/spec.md, made from the types."""

from collections.abc import Iterator
from typing import Any

from prill.build.spec import (
    Accounts,
    Contents,
    Entrypoint,
    Exclusion,
    FileSource,
    Group,
    Layering,
    PathEntry,
    SpecFile,
    Trim,
    User,
    Variant,
    VariantAccounts,
    VariantContents,
)
from prill.build.spec_shape import FieldShape, Shape, ShapeKind, fields_of
from prill.build.trim import TRIM_SETS

__all__ = ["reference"]

_SECTIONS: tuple[tuple[str, type[Any]], ...] = (
    ("The file", SpecFile),
    ("`contents`", Contents),
    ("An entry of `contents.exclude`", Exclusion),
    ("`trim`", Trim),
    ("An entry of `files`", FileSource),
    ("An entry of `paths`", PathEntry),
    ("`accounts`", Accounts),
    ("An entry of `accounts.users`", User),
    ("An entry of `accounts.groups`", Group),
    ("`entrypoint`", Entrypoint),
    ("`layering`", Layering),
    ("An entry of `variants`", Variant),
    ("`contents` of a variant", VariantContents),
    ("`accounts` of a variant", VariantAccounts),
)


def reference() -> str:
    """Return one Markdown table for each part of a spec, in reading order, and one of the trim sets."""
    lines = [line for title, record in _SECTIONS for line in _table(title, record)]
    lines += ["### The trim sets", "", "| set | |", "|---|---|"]
    lines += [f"| `{one.id}` | {one.summary} |" for one in TRIM_SETS]
    return "\n".join((*lines, ""))


def _table(title: str, record: type[Any]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield " ".join((record.__doc__ or "").split())
    if short := getattr(record, "SHORT", ""):
        one = "a list stands" if fields_of(record)[short].shape.kind is ShapeKind.LIST else "a name alone stands"
        yield f"In short, {one} for `{short}`."
    yield ""
    yield "| key | value | default | |"
    yield "|---|---|---|---|"
    for field in fields_of(record).values():
        yield f"| `{field.key}` | {_kind(field.shape)} | {_default(field)} | {field.doc} |"
    yield ""


def _kind(shape: Shape) -> str:
    match shape.kind:
        case ShapeKind.RECORD:
            return "mapping"
        case ShapeKind.TABLE:
            return f"mapping: {_kind(shape.item)} by {shape.keys.says if shape.keys else 'name'}"
        case ShapeKind.LIST:
            return shape.term.says or f"list: {_kind(shape.item)}"
        case ShapeKind.VALUE:
            return shape.says


def _default(field: FieldShape) -> str:
    if field.required:
        return "**needed**"
    if field.default in (None, (), "") or field.shape.kind is ShapeKind.RECORD:
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return f"`{', '.join(field.default) if isinstance(field.default, tuple) else field.default}`"
