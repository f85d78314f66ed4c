"""A report about an image, from facts: what it is and how it starts, then the sections."""

from collections.abc import Iterator

from prill.model.fact_values import (
    BaseImage,
    CLibrary,
    Configuration,
    Dates,
    FipsProvider,
    HistoryLayer,
    ImageKind,
    ImageSize,
    PackageCount,
    Release,
    RunAs,
)
from prill.model.facts import ImageFacts
from prill.views.inspection_files import (
    privileges_section,
    secrets_section,
    unpackaged_section,
    waste_section,
    writable_section,
)
from prill.views.inspection_page import Cell, Page, Section
from prill.views.inspection_programs import runtimes_section, shells_section, tools_section
from prill.views.inspection_section import gravest
from prill.views.inspection_settings import (
    accounts_section,
    certificates_section,
    environment_section,
    history_section,
    labels_section,
)
from prill.views.inspection_words import Places, day, support_words
from prill.views.sizes import count, human_size

__all__ = ["layers_of", "page_of"]

_SHOWN = 4
_SECTIONS = (
    secrets_section,
    shells_section,
    tools_section,
    runtimes_section,
    privileges_section,
    writable_section,
    accounts_section,
    certificates_section,
    unpackaged_section,
)
_OF_IMAGES = (environment_section, labels_section, history_section, waste_section)
_BY = {"chain-id": "by its layers", "label": "by label", "packages": "by its packages"}


def page_of(facts: ImageFacts) -> Page:
    """Return the whole report."""
    layers = layers_of(facts)
    places = Places(layers)
    subject = facts.subject
    head = [("image", subject.name)]
    head += [("digest", str(subject.digest))] if subject.digest else []
    head += [("platform", str(subject.platform))] if subject.platform else []
    return Page(
        title=subject.name,
        summary=_summary(facts),
        head=(*head, ("as of", facts.as_of)),
        remarks=facts.remarks,
        sections=(
            _what_it_is(facts),
            *_start(facts),
            *(make(facts, places) for make in _SECTIONS),
            *(make(facts, places) for make in _OF_IMAGES if subject.digest is not None),
        ),
        layers=layers,
        gaps=facts.gaps,
        as_of=facts.as_of,
    )


def layers_of(facts: ImageFacts) -> tuple[str, ...]:
    """Return the diff IDs of the layers, the lowest first."""
    return tuple(one.layer for one in facts.values(HistoryLayer) if one.layer)


def _pairs(rows: Iterator[tuple[str, str]]) -> Iterator[tuple[Cell, ...]]:
    return ((Cell(label), Cell(value)) for label, value in rows)


def _summary(facts: ImageFacts) -> str:
    """Say in one line what the image is."""
    kind, release, size = facts.value(ImageKind), facts.value(Release), facts.value(ImageSize)
    packages = sum(one.packages for one in facts.values(PackageCount))
    parts = [
        f"{kind.kind} image" if kind and facts.subject.digest else "root file system" if kind else "kind not known"
    ]
    parts += [release.title] if release else ["no distribution"]
    parts.append(count(packages, "package"))
    if size:
        parts.append(f"{human_size(size.unpacked)} unpacked")
        parts += [count(size.layers, "layer")] if size.layers else []
    return ", ".join(parts)


def _identity(facts: ImageFacts) -> Iterator[tuple[str, str]]:
    kind, release, size, dates = (
        facts.value(ImageKind),
        facts.value(Release),
        facts.value(ImageSize),
        facts.value(Dates),
    )
    yield "kind", f"{kind.kind}: {'; '.join(kind.reasons)}" if kind else "not known"
    if release is None:
        yield "distribution", "none: no os-release names one" if "distribution" in facts.examined else "not known"
    else:
        yield "distribution", f"{release.title}; {support_words(release.support)}"
    yield from _bases(facts)
    if size:
        stored = f"{human_size(size.compressed)} stored, " if size.compressed else ""
        yield "size", f"{stored}{human_size(size.unpacked)} unpacked, {count(size.files, 'file')}"
    counts = [f"{one.packages:,} {one.ecosystem}" for one in facts.values(PackageCount)]
    yield "packages", ", ".join(counts) or "none"
    libraries = [f"{one.name} {one.version}".strip() for one in facts.values(CLibrary)]
    yield "C library", ", ".join(libraries) or "none"
    providers = [
        f"{one.name} {one.version}".strip() + (", switched on" if one.configured else ", not switched on")
        for one in facts.values(FipsProvider)
    ]
    yield "FIPS provider", "; ".join(providers) or "none"
    if dates:
        made = f"made {day(dates.created)}; " if dates.created else ""
        files = (
            f"files from {day(dates.oldest_file)} to {day(dates.newest_file)}" if dates.oldest_file else "no dated file"
        )
        yield "dates", made + files


def _bases(facts: ImageFacts) -> Iterator[tuple[str, str]]:
    found = list(facts.values(BaseImage))
    if "base-image" not in facts.examined:
        return
    for base in found:
        digest = f" {base.digest}" if base.digest else ""
        yield "base image", f"{base.name}{digest} ({_BY[base.found_by]}: {base.detail})"
    if not found:
        yield "base image", "not known"


def _what_it_is(facts: ImageFacts) -> Section:
    ids = ("kind", "distribution", "base-image", "size", "dates", "packages", "libc", "fips")
    level = gravest(facts, ids)
    rows = tuple(_pairs(_identity(facts)))
    return Section(id="kind", title="What it is", lead="", level="" if level == "good" else level, facts=ids, rows=rows)


def _start(facts: ImageFacts) -> Iterator[Section]:
    config, user = facts.value(Configuration), facts.value(RunAs)
    if config is None:
        return
    rows: list[tuple[str, str]] = []
    if user is not None:
        rows += [("user", _user(user)), ("home", user.home or "not known")]
    command = " ".join((*config.entrypoint, *config.command))
    rows += [
        ("entrypoint", " ".join(config.entrypoint) or "none"),
        ("command", " ".join(config.command) or "none"),
        ("folder", config.working_directory or "/"),
        ("ports", ", ".join(config.ports) or "none"),
        ("volumes", ", ".join(config.volumes) or "none"),
        ("health check", config.health_check or "none"),
        ("stop signal", config.stop_signal or "SIGTERM, by default"),
    ]
    if config.on_build:
        rows.append(("on build", f"{count(config.on_build, 'instruction')} for images that are made from this one"))
    lead = "" if command else "It starts nothing by itself."
    ids = ("run-as", "configuration")
    yield Section(
        id="run-as",
        title="How it starts",
        lead=lead,
        level=gravest(facts, ids),
        facts=ids,
        rows=tuple(_pairs(iter(rows))),
    )


def _user(user: RunAs) -> str:
    names = f"{user.user or 'no account'} ({user.uid if user.uid is not None else '?'})"
    group = f"group {user.group or 'without a name'} ({user.gid if user.gid is not None else '?'})"
    how = f"set as {user.configured!r}" if user.configured else "no USER is set"
    return f"{'ROOT: ' if user.root else ''}{names}, {group}; {how}"
