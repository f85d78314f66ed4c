"""Sections about programs: shells and interpreters, tools, language runtimes."""

from prill.model import Location
from prill.model.fact_values import RUNTIME_NAMES, ProgramFound, Runtime
from prill.model.facts import ImageFacts
from prill.views.inspection_page import Cell, Section
from prill.views.inspection_section import About, code, make_section, number
from prill.views.inspection_words import Places, package_name, support_words
from prill.views.sizes import count

__all__ = ["runtimes_section", "shells_section", "tools_section"]

_TOOLS = (
    ("package-managers", "package manager"),
    ("compilers", "compiler, build tool"),
    ("downloaders", "fetches, sends"),
    ("debuggers", "debugger, tracer"),
    ("ssh-servers", "server to log in to"),
)
_SHELLS = About(
    facts=("shells", "interpreters"),
    title="Shells and interpreters",
    titles=("NAME", "PATH", "HOW", "KNOWN BY", "PACKAGE", "LAYER"),
    none="No shell.",
)
_ALL_TOOLS = About(
    facts=tuple(fact for fact, _ in _TOOLS),
    title="Tools",
    titles=("KIND", "NAME", "PATH", "HOW", "KNOWN BY", "PACKAGE", "LAYER"),
    none="No package manager, compiler, downloader, debugger or server to log in to.",
)
_RUNTIMES = About(
    facts=("runtimes",),
    title="Language runtimes",
    titles=("RUNTIME", "VERSION", "SUPPORT OF ITS PROJECT", "PACKAGE", "WHERE"),
    none="No language runtime.",
)


def shells_section(facts: ImageFacts, places: Places) -> Section:
    """Tell shells, then what can stand in for one."""
    rows = [
        _program(value, evidence, places)
        for fact in _SHELLS.facts
        for value, evidence in facts.answers(ProgramFound, fact)
    ]
    shells = sorted({one.name for one in facts.values(ProgramFound, "shells")})
    lead = f"{count(len(shells), 'shell')}: {', '.join(shells)}." if shells else _SHELLS.none
    return make_section(facts, _SHELLS, rows, lead=lead if "shells" in facts.examined else "")


def tools_section(facts: ImageFacts, places: Places) -> Section:
    """Tell all other programs of known kinds."""
    rows = [
        (Cell(kind), *_program(value, evidence, places))
        for fact, kind in _TOOLS
        for value, evidence in facts.answers(ProgramFound, fact)
    ]
    return make_section(facts, _ALL_TOOLS, rows)


def _program(value: ProgramFound, evidence: tuple[Location, ...], places: Places) -> tuple[Cell, ...]:
    how = "under another name" if value.how == "copy" else value.how
    return (
        Cell(value.name, level="attention" if value.how == "copy" else ""),
        code(places.path(evidence)),
        Cell(f"{how} → {value.target}" if value.target else how),
        Cell(value.identified_by.replace(" and ", " + ")),
        Cell(package_name(value.package) or "no package"),
        number(places.layer(evidence)),
    )


def runtimes_section(facts: ImageFacts, places: Places) -> Section:
    """Tell runtimes with until when their own projects look after them."""
    rows = [
        (
            Cell(RUNTIME_NAMES.get(value.name, value.name)),
            Cell(value.version),
            Cell(
                support_words(value.support),
                level="attention" if value.support is not None and value.support.status == "ended" else "",
            ),
            Cell("built with" if value.built_with else package_name(value.package) or "no package"),
            code(places.path(evidence)),
        )
        for value, evidence in facts.answers(Runtime)
    ]
    return make_section(facts, _RUNTIMES, rows)
