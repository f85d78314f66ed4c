"""Files whose owner or group has no name in the image."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.passwd import read_accounts
from prill.inspection.plugin import FactPlugin
from prill.model.facts import Fact
from prill.model.file_facts import StrayOwner

__all__ = ["STRAY_OWNERS"]

_SHOWN = 5
_MOST = 1000


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield each such number with how many files it has, the most first; the first paths are the evidence."""
    accounts = read_accounts(image)
    uids, gids = {one.uid for one in accounts.users} | {0}, {one.gid for one in accounts.groups} | {0}
    found: dict[tuple[str, int], list[str]] = {}
    for stat in image.entries:
        if stat.uid not in uids:
            found.setdefault(("uid", stat.uid), []).append(stat.path)
        if stat.gid not in gids:
            found.setdefault(("gid", stat.gid), []).append(stat.path)
    for (kind, number), paths in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST]:
        value = StrayOwner(
            uid=number if kind == "uid" else None, gid=number if kind == "gid" else None, files=len(paths)
        )
        yield Fact(id="stray-owners", value=value, evidence=tuple(image.at(path) for path in paths[:_SHOWN]))


STRAY_OWNERS = FactPlugin(id="stray-owners", find=_find)
