"""``go.mod`` and ``go.sum`` (Go Modules Reference): what a module is built from.

Since Go 1.17 ``go.mod`` lists every module that is needed. Before, the rest stands in ``go.sum`` alone.
"""

import re

from prill.ecosystems.go import is_folder
from prill.ecosystems.locked import InvalidLockFile, Locked, text_of
from prill.model.value import dataclass

__all__ = ["GoMod", "parse_go_mod", "parse_go_sum"]

_COMMENT = re.compile(r"\s*//.*")
_BLOCK = re.compile(r"(require|replace|exclude|retract|tool|ignore)\s*\(\s*")
_GO = re.compile(r"go\s+(\d+)\.(\d+)")
_ALL_LISTED = (1, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoMod:
    """What a ``go.mod`` requires; ``complete`` where that is all. ``local`` are modules replaced by a folder."""

    module: str
    packages: tuple[Locked, ...]
    complete: bool
    local: tuple[str, ...] = ()


def parse_go_mod(data: bytes) -> GoMod:
    """Read ``go.mod``; raise `InvalidLockFile`."""
    module = ""
    go = (1, 0)
    required: dict[str, str] = {}
    replaced: dict[tuple[str, str], tuple[str, str]] = {}
    block = ""
    for line in text_of(data, "go.mod").splitlines():
        text = _COMMENT.sub("", line).strip()
        if match := _BLOCK.fullmatch(text):
            block = match[1]
        elif text == ")":
            block = ""
        elif match := _GO.match(text):
            go = (int(match[1]), int(match[2]))
        else:
            words = [word.strip('"`') for word in ([block] if block else []) + text.split()]
            match words:
                case ["module", name]:
                    module = name
                case ["require", name, version]:
                    required[name] = version
                case ["replace", name, "=>", *other]:
                    replaced[name, ""] = _target(other)
                case ["replace", name, version, "=>", *other]:
                    replaced[name, version] = _target(other)
    if not module:
        raise InvalidLockFile("go.mod names no module")
    chosen = [(name, replaced.get((name, version)) or replaced.get((name, ""))) for name, version in required.items()]
    targets = {name: other or (name, required[name]) for name, other in chosen}
    return GoMod(
        module=module,
        packages=tuple(
            Locked(name=name, version=version) for name, version in sorted(set(targets.values())) if not is_folder(name)
        ),
        complete=go >= _ALL_LISTED,
        local=tuple(sorted(name for name, other in targets.items() if is_folder(other[0]))),
    )


def _target(words: list[str]) -> tuple[str, str]:
    return (words[0], words[1] if len(words) > 1 else "") if words else ("", "")


def parse_go_sum(data: bytes) -> tuple[Locked, ...]:
    """Read ``go.sum``: the modules whose content, not their ``go.mod`` alone, is checked; raise `InvalidLockFile`."""
    found = set()
    for number, line in enumerate(text_of(data, "go.sum").splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if len(words) != 3 or not words[2].startswith("h1:"):  # noqa: PLR2004 - module, version, hash
            raise InvalidLockFile(f"line {number} of go.sum is {line[:160]!r}")
        if not words[1].endswith("/go.mod"):
            found.add((words[0], words[1]))
    return tuple(Locked(name=name, version=version) for name, version in sorted(found))
