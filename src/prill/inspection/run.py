"""From an image to facts: every question is asked, and one that cannot be answered is a gap."""

from collections.abc import Sequence
from itertools import islice

from prill.errors import PrillError
from prill.inspection.facts import BUILTIN
from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.remarks import remarks_on
from prill.model import Gap
from prill.model.facts import Fact, ImageFacts

__all__ = ["inspect"]

_MOST = 20_000
"""How many answers to one question are told."""


def inspect(image: Inspected, gaps: Sequence[Gap] = (), *, plugins: Sequence[FactPlugin] = BUILTIN) -> ImageFacts:
    """Ask everything that can be asked; ``gaps`` are what could not be read before."""
    facts: list[Fact] = []
    examined: list[str] = []
    missing = [*gaps, *image.unread, *image.noticed.gaps]
    for plugin in plugins:
        if plugin.of_images and image.config is None:
            continue
        try:
            found = list(islice(plugin.find(image), _MOST + 1))
        except PrillError as error:
            missing.append(Gap(plugin.id, str(error)))
        except Exception as error:  # noqa: BLE001 - a plug-in that raises becomes a gap, see the architecture
            missing.append(Gap(plugin.id, f"it failed: {type(error).__name__}: {error}"))
        else:
            examined.append(plugin.id)
            facts += found[:_MOST]
            if len(found) > _MOST:
                missing.append(Gap(plugin.id, f"more than {_MOST:,} answers; the others are left out"))
    return remarks_on(
        ImageFacts(
            subject=image.sbom.subject,
            as_of=image.day.isoformat(),
            facts=tuple(facts),
            examined=tuple(examined),
            incomplete=bool(image.unread or image.noticed.gaps),
            gaps=tuple(sorted(set(missing))),
        )
    )
