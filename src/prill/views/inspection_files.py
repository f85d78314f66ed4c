"""Sections about files: secrets, privileges, what everybody may write, what no package owns, what is wasted."""

from prill.model.fact_values import SecretFound
from prill.model.facts import ImageFacts
from prill.model.file_facts import (
    FileCapabilities,
    PrivilegedFile,
    StrayOwner,
    UnpackagedFile,
    UnpackagedTotal,
    WastedFile,
    WastedSpace,
    WritableFile,
)
from prill.views.inspection_page import Cell, Section
from prill.views.inspection_section import About, code, make_section, number
from prill.views.inspection_words import Places, package_name
from prill.views.sizes import count, human_size

__all__ = ["privileges_section", "secrets_section", "unpackaged_section", "waste_section", "writable_section"]

_SECRETS = About(
    facts=("secrets",),
    title="Secrets",
    titles=("SEVERITY", "WHAT", "WHERE", "STATE, PACKAGE", "LAYER"),
    none="No key, token or password was found.",
)
_SECRETS_LEAD = "What was found is named by its kind and place; the secrets themselves are nowhere in this report."
_WHERE = {
    "environment": "variable {}",
    "label": "label {}",
    "history": "step {} of the history",
    "command": "the command{}",
    "health-check": "the health check{}",
    "file": "",
}
_PRIVILEGES = About(
    facts=("privileged-files", "capabilities"),
    title="Privileged files",
    titles=("PRIVILEGE", "PATH", "MODE", "OWNER", "PACKAGE", "LAYER"),
    none="No setuid file, no setgid file, no file with capabilities.",
)
_WRITABLE = About(
    facts=("world-writable", "stray-owners"),
    title="Writable and unowned files",
    titles=("WHAT", "PATH", "MODE", "LAYER"),
    none="Nothing that everybody may write to, and no owner without a name.",
)
_UNPACKAGED = About(
    facts=("unpackaged-total", "unpackaged-files"),
    title="Files of no package",
    titles=("KIND", "PATH", "SIZE", "LAYER"),
    none="Every file belongs to a package.",
)
_WASTE = About(
    facts=("wasted-space", "wasted-files"),
    title="Wasted space",
    titles=("PATH", "LATER", "COPIES", "WASTED", "LAYER"),
    none="No layer hides what another one brought.",
)


def secrets_section(facts: ImageFacts, places: Places) -> Section:
    """Tell where secrets are, and of which kind."""
    rows = []
    left_out = {gap.subject for gap in facts.gaps}
    for value, evidence in facts.answers(SecretFound):
        never = any(f"/{one.path}" in left_out for one in evidence)
        state = "NOT UNPACKED, STILL THERE" if never else "DELETED LATER, STILL THERE"
        where = places.path(evidence) or _WHERE[value.place].format(value.name)
        rows.append(
            (
                Cell(value.severity, level="attention" if value.severity == "high" else "note"),
                Cell(value.title),
                code(f"{where}:{value.line}" if value.line else where),
                Cell(state if value.hidden else package_name(value.package) or "-"),
                number(places.layer(evidence)),
            )
        )
    return make_section(facts, _SECRETS, rows, lead=_SECRETS_LEAD if rows else "")


def privileges_section(facts: ImageFacts, places: Places) -> Section:
    """Tell what runs with other rights than those of who starts it."""
    rows = []
    for value, evidence in facts.answers(PrivilegedFile):
        what = " and ".join(word for word, has in (("setuid", value.setuid), ("setgid", value.setgid)) if has)
        rows.append(
            (
                Cell(what, level="attention"),
                code(places.path(evidence)),
                code(value.mode),
                code(f"{value.uid}:{value.gid}"),
                Cell(package_name(value.package) or "no package"),
                number(places.layer(evidence)),
            )
        )
    for given, evidence in facts.answers(FileCapabilities):
        capabilities = Cell(", ".join(given.capabilities), level="note")
        package = Cell(package_name(given.package) or "no package")
        layer = number(places.layer(evidence))
        rows.append((capabilities, code(places.path(evidence)), Cell(""), Cell(""), package, layer))
    return make_section(facts, _PRIVILEGES, rows)


def writable_section(facts: ImageFacts, places: Places) -> Section:
    """Tell what everybody may write to, and whose owner has no name."""
    rows = []
    for value, evidence in facts.answers(WritableFile):
        harmless = value.sticky or "device" in value.kind
        what = f"{value.kind}, everybody writes" + (", sticky" if value.sticky else "")
        layer = number(places.layer(evidence))
        rows.append(
            (Cell(what, level="" if harmless else "attention"), code(places.path(evidence)), code(value.mode), layer)
        )
    for stray, evidence in facts.answers(StrayOwner):
        who = f"user {stray.uid}" if stray.uid is not None else f"group {stray.gid}"
        what = f"{who} has no name, {count(stray.files, 'file')}"
        layer = number(places.layer(evidence))
        rows.append((Cell(what, level="note"), code(places.path(evidence[:1])), Cell(""), layer))
    return make_section(facts, _WRITABLE, rows)


def unpackaged_section(facts: ImageFacts, places: Places) -> Section:
    """Tell what no package owns, programs first."""
    rows = [
        (
            Cell(value.kind),
            code(places.path(evidence)),
            number(human_size(value.size)),
            number(places.layer(evidence)),
        )
        for value, evidence in facts.answers(UnpackagedFile)
    ]
    total = facts.value(UnpackagedTotal)
    lead = ""
    if total is not None and total.files:
        files = f"{count(total.files, 'file')}, {human_size(total.size)}"
        programs = count(total.programs, "program or library", "programs and libraries")
        lead = f"{files}, {programs} among them; {total.listed} are listed."
    return make_section(facts, _UNPACKAGED, rows, lead=lead)


def waste_section(facts: ImageFacts, places: Places) -> Section:
    """Tell what lower layers hold that no container sees."""
    rows = [
        (
            code(places.path(evidence[:1])),
            Cell("deleted" if value.deleted else "replaced"),
            number(str(value.copies)),
            number(human_size(value.wasted)),
            number(places.layer(evidence)),
        )
        for value, evidence in facts.answers(WastedFile)
    ]
    space = facts.value(WastedSpace)
    lead = ""
    if space is not None and space.files:
        share = space.wasted / space.unpacked
        part = f"{human_size(space.wasted)} of {human_size(space.unpacked)} in the layers ({share:.1%})"
        lead = f"{part} is replaced or deleted by later ones."
    return make_section(facts, _WASTE, rows, lead=lead)
