"""``prill why``: the answer about one path or package, as lines for a person."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prill.api.built import Built
from prill.build.lock import LockedPlatform
from prill.build.spec_json import spec_from_json
from prill.build.spec_variant import apply_variant
from prill.build.why import ExcludedAnswer, PackageAnswer, PathAnswer, why_excluded, why_package, why_path
from prill.model import FileKind
from prill.views.facts import fact_sheet

__all__ = ["explain"]

_RULES = {
    "package": "as the package has it",
    "parent": "a folder that no package ships, above something that is in the image",
    "package-metadata": "tells scanners which packages are in the image",
    "setuid-dropped": "as the package has it, without its setuid and setgid bits",
    "setuid-kept": "as the package has it; the spec keeps its setuid or setgid bit",
    "emptied": "the folder held nothing but what was left out",
    "hard-link-resolved": "a hard link whose other name was left out; the content is the package's",
    "not-in-variant": "the production image has it, and its variant nothing at this path",
    "spec:paths": "paths in the spec",
}
_PREFIXES = {
    "trim": "trim set {0} of the spec leaves it out",
    "replaced-by": "{0} takes its place",
    "same-as": "{0} has the same file",
    "same-content-as": "{0} has the same file, with the mode and owner that are kept",
    "diverted-by": "{0} diverts it",
    "made": "Prill makes its own instead ({0})",
    "moved-to": "now in /{0}, as the variant has dpkg's own database",
    "through-link": "packaged as /{0}, which lies behind a symlink",
    "files": "files in the spec: {0}",
}


def explain(built: Built, thing: str) -> str:
    """Explain a path (it has a slash) or a package of ``built``; raise `NothingKnown`."""
    image = built.lock.image(built.record.platform, built.record.variant)
    if "/" in thing:
        answer = why_path(thing, image=image, lock=built.lock, record=built.record)
        return "\n".join(_path_sheets(answer))
    spec = apply_variant(spec_from_json(bytes(built.lock.spec)), built.record.variant)
    excluded = why_excluded(thing, image=image, spec=spec)
    if excluded is not None:
        return fact_sheet(f"{thing} is not in the image", _excluded_rows(excluded))
    return fact_sheet(*_package(why_package(thing, image=image, lock=built.lock), image))


def _path_sheets(answer: PathAnswer) -> Iterator[str]:
    owners = {one.package.name: one for one in answer.owners}
    file = answer.file
    if file is not None:
        rows = [("reached by", link) for link in answer.links]
        rows += [("kind", f"{file.kind}, mode {file.mode:04o}, owner {file.uid}:{file.gid}")]
        if file.content:
            rows.append(("links to" if file.kind is not FileKind.FILE else "SHA-256", file.content))
        rows.append(("rule", _rule(file.rule)))
        if file.owner in owners:
            rows += _package_rows(owners[file.owner])
        elif answer.source is not None:
            rows += [("source", answer.source.source), ("digest", answer.source.digest)]
        else:
            rows.append(("made by", f"Prill ({file.rule})"))
        yield fact_sheet(f"/{answer.path}", rows)
    for one in answer.dropped:
        rows = [("rule", f"{one.rule}: {_rule(one.rule)}")]
        if one.owner in owners:
            rows += _package_rows(owners[one.owner])
        yield fact_sheet(f"/{one.path} of {one.owner} is not in the image", rows)


def _rule(rule: str) -> str:
    if rule in _RULES:
        return _RULES[rule]
    prefix, _, rest = rule.partition(":")
    return _PREFIXES[prefix].format(rest) if prefix in _PREFIXES else rule


def _package(answer: PackageAnswer, image: LockedPlatform) -> tuple[str, list[tuple[str, str]]]:
    wanted = sorted({one.wanted_by or "the spec" for one in answer.package.reasons})
    rows = _package_rows(answer)
    rows.append(("wanted by", ", ".join(wanted)))
    return f"{answer.package.name} in {image.platform}{f' ({image.variant})' if image.variant else ''}", rows


def _excluded_rows(answer: ExcludedAnswer) -> list[tuple[str, str]]:
    rows = [("excluded by", "the spec")]
    if answer.reason:
        rows.append(("reason", answer.reason))
    who = [f"{one.wanted_by} {one.field}: {one.relation}" for one in answer.wanted_by] or ["nobody"]
    return rows + [("wanted by" if number == 0 else "", one) for number, one in enumerate(who)]


def _package_rows(answer: PackageAnswer) -> list[tuple[str, str]]:
    package, release = answer.package, answer.release
    rows = [
        ("package", f"{package.name} {package.version} ({package.architecture})"),
        ("source", f"{package.source} {package.source_version}"),
        (".deb", package.filename),
        ("", f"SHA-256 {package.sha256}, {package.size:,} bytes"),
    ]
    if release is not None:
        date = datetime.fromtimestamp(release.date, UTC).strftime("%Y-%m-%d %H:%M UTC")
        rows.append(("vouched by", f"{release.origin} {release.pocket} ({release.suite}) of {date}"))
        rows.append(("", f"InRelease SHA-256 {release.inrelease_sha256}"))
        rows += [("", f"signed by {signer}") for signer in release.signers]
    label = "here because"
    for name, reason in answer.chain:
        who = f"{reason.wanted_by} {reason.field}: {reason.relation}" if reason.wanted_by else "the spec asks for it"
        rows.append((label, f"{name} ← {who}"))
        label = ""
    return rows
