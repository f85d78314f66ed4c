"""Every pattern compiles: no import says so any more (docs/adr/0013)."""

import re
from importlib import import_module
from pathlib import Path

from prill.model import regex

SOURCE = Path(__file__).resolve().parents[2] / "src" / "prill"
USES = sorted(path for path in SOURCE.rglob("*.py") if "prill.model.regex import" in path.read_text(encoding="utf-8"))
LATE: type = regex.regex  # type: ignore[assignment] # for a type checker, it is re.compile


def test_every_pattern_compiles():
    found = 0
    for path in USES:
        module = import_module(".".join(("prill", *path.relative_to(SOURCE).with_suffix("").parts)))
        for value in vars(module).values():
            if isinstance(value, LATE):
                assert re.compile(value.pattern).groups == value.groups  # type: ignore[attr-defined]
                found += 1
    assert found >= len(USES) > 0


def test_no_pattern_is_compiled_where_it_stands():
    """``regex("…").findall`` at the top of a module would compile it there."""
    asked = re.compile(
        r"^\w+(?:: [^=]+)? = regex\([^\n]*\)\.\w|^\w+(?:: [^=]+)? = regex\(\n(?: [^\n]*\n)*\)\.", re.MULTILINE
    )
    assert [str(path) for path in USES if asked.search(path.read_text(encoding="utf-8"))] == []
