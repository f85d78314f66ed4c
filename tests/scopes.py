"""Which tests xdist runs in one process, and in which order: those of a group, else of a file, the longest first."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

__all__ = ["ScopeScheduling", "longest_first", "scope_of"]

_LONGEST = ("slow", "archive", "compat")


class ScopeScheduling(LoadGroupScheduling):
    """Gives a process whole groups and whole files, so that what a module's fixtures make is made once."""

    def __init__(self, config: pytest.Config, log: Producer | None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = (
            False  # not those with the most tests first, but those that `longest_first` put there
        )

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid, super()._split_scope(nodeid))


def scope_of(nodeid: str, group: str) -> str:
    """Return a test's file unless it has a group; xdist says that it is a group of its own where it has none."""
    return nodeid.partition("::")[0] if group == nodeid else group


def longest_first(items: list[pytest.Item]) -> None:
    """Put the scopes of slow tests before all others, for nobody to wait for the last one; else keep the order."""
    ranks: dict[str, int] = {}
    for item in items:
        ranks[_scope(item)] = min(_rank(item), ranks.get(_scope(item), len(_LONGEST)))
    items.sort(key=lambda item: ranks[_scope(item)])


def _scope(item: pytest.Item) -> str:
    group = item.get_closest_marker("xdist_group")
    return str(group.args[0]) if group else item.nodeid.partition("::")[0]


def _rank(item: pytest.Item) -> int:
    return next((at for at, name in enumerate(_LONGEST) if item.get_closest_marker(name)), len(_LONGEST))
