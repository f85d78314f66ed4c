"""What an SBOM document lacks, for people."""

import textwrap
from collections.abc import Sequence

from prill.model.value import dataclass
from prill.views.columns import printable
from prill.views.sizes import count

__all__ = ["CheckLine", "sbom_check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One thing that is missing or wrong: ``packages`` are those it is missing for, none where it is the document's."""

    what: str
    packages: tuple[str, ...] = ()


def sbom_check(
    title: str,
    packages: int,
    sections: Sequence[tuple[str, Sequence[CheckLine]]],
    *,
    width: int,
    most: int | None = None,
) -> str:
    """Return one section for each rule: what is missing, with the packages concerned, or that nothing is.

    Of more packages than ``most``, so many are named and the rest are counted.
    """
    lines = [printable(f"{title}, {count(packages, 'package')}" if packages else title)]
    for name, found in sections:
        lines.append(f"{name}: {'no' if found else 'yes'}")
        for one in found:
            lines += _wrapped(one, width, most)
    return "\n".join(lines)


def _wrapped(line: CheckLine, width: int, most: int | None) -> list[str]:
    text = printable(line.what)
    if line.packages:
        shown = line.packages[:most]
        more = f", and {len(line.packages) - len(shown)} more" if len(shown) < len(line.packages) else ""
        text += f" ({len(line.packages)}): {', '.join(printable(one) for one in shown)}{more}"
    return textwrap.wrap(
        text, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )
