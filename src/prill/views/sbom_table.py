"""The packages of an SBOM on a terminal, by ecosystem, and at the end what could not be known."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from prill.model import Gap, Package, Sbom
from prill.model.sbom_diff import ecosystem_of
from prill.views.columns import cut, printable
from prill.views.sizes import count

__all__ = ["gap_lines", "sbom_table"]

_LEAST, _REMARK = 12, 20
_BETWEEN = 2


def sbom_table(sbom: Sbom, *, width: int) -> str:
    """Lay out the packages for ``width`` columns; versions are never shortened."""
    groups: dict[str, list[Package]] = {}
    for package in sbom.packages:
        groups.setdefault(ecosystem_of(package), []).append(package)
    names = {package.purl: package.name for package in sbom.packages}
    system = f", {sbom.distro.title}" if sbom.distro else ""
    lines = [cut(printable(f"{sbom.subject.name}{system}: {count(len(sbom.packages), 'package')}"), width)]
    for ecosystem, packages in sorted(groups.items()):
        lines += ["", f"{printable(ecosystem)}, {count(len(packages), 'package')}"]
        lines += _rows(sorted(packages, key=lambda one: (one.name, one.version)), names, width)
    if sbom.gaps:
        lines += ["", *gap_lines(sbom.gaps, width=width)]
    return "\n".join(lines)


def _rows(packages: Sequence[Package], names: dict[str, str], width: int) -> Iterator[str]:
    rows = [(printable(one.name), printable(one.version) or "-", _remark(one, names)) for one in packages]
    name = min(width * 2 // 5, max(len(row[0]) for row in rows))
    version = min(max(len(row[1]) for row in rows), width - name - 3 * _BETWEEN - _REMARK)
    for row in rows:
        room = max(_LEAST, width - len(row[1]) - 2 * _BETWEEN)
        line = f"  {cut(row[0], min(name, room)):<{min(name, room)}}  {row[1]:<{version}}"
        rest = width - len(line) - _BETWEEN
        yield f"{line}  {cut(row[2], rest)}".rstrip() if rest >= _LEAST else line.rstrip()
        if rest < _LEAST and row[2]:
            yield f"      {cut(row[2], width - 6)}"


def _remark(package: Package, names: dict[str, str]) -> str:
    """Return whose part a package is, which counts for more than its licences, and these."""
    part = f"[part of {printable(names.get(package.owner, package.owner))}]" if package.owner else ""
    part = part or ("[declared]" if package.found_by == "lock-files" else "")
    return f"{part} {package.licenses}".strip()


def gap_lines(gaps: Iterable[Gap], *, width: int) -> list[str]:
    """Return what was not read or is not known, each reason once with all that it holds for."""
    reasons: dict[str, list[str]] = {}
    for gap in sorted(gaps):
        reasons.setdefault(gap.reason, []).append(printable(gap.subject))
    total = sum(len(subjects) for subjects in reasons.values())
    lines = [f"gaps, {total}: what could not be read or is not known"]
    for reason, subjects in sorted(reasons.items()):
        text = f"{printable(reason)}: {', '.join(subjects)}"
        lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return lines
