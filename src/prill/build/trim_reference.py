"""The reference of the trim sets, as the table of docs/trim.md, made from the sets themselves."""

from prill.build.trim import ALWAYS_KEPT, TRIM_SETS, TrimSet

__all__ = ["trim_reference"]


def trim_reference() -> str:
    """Return one section a set, in the order in which they are asked, and what always stays."""
    return "\n".join((*map(_section, TRIM_SETS), "### Always kept\n", *_globs(ALWAYS_KEPT)))


def _section(one: TrimSet) -> str:
    lines = [f"### `{one.id}`\n", one.summary, ""]
    if one.interpreters:
        programs = ", ".join(f"`{name}`" for name in one.interpreters)
        lines += [f"Only files whose first line (`#!`) names one of {programs}.", ""]
    lines += _globs(one.paths)
    if one.keep:
        lines += ["", "Kept:", "", *_globs(one.keep)]
    return "\n".join((*lines, ""))


def _globs(globs: tuple[str, ...]) -> list[str]:
    return [f"- `/{glob}`" for glob in globs]
