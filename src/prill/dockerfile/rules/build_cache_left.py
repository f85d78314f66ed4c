"""What a package manager of a language keeps for the next time stays in the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._build_caches import CACHES, Cache, keeps, place_of
from prill.dockerfile.rules._users import stays_root
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Fix, Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PLAIN = regex(r"/[\w./@+-]*")
"""A folder that a mount's options can name as it is."""
_HOME = regex(r"(?:~|\$\{?HOME\}?)(?=/)")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    for stage in final.lineage if final is not None else ():
        for step in stage.of("RUN"):
            seen: set[str] = set()
            judged: set[tuple[str, str]] = set()
            for command in step.commands:
                if command.program not in CACHES or command.program in seen:
                    continue
                cache = keeps(command, step)
                place = place_of(cache, command, step) if cache is not None else None
                if cache is None or place is None or place.startswith("/dev/") or (command.program, place) in judged:
                    continue
                judged.add((command.program, place))
                folders = (place,) if place else cache.folders
                if not _mounted(step, folders) and not any(_empties(one, cache, folders) for one in step.commands):
                    seen.add(command.program)
                    where = folders[0] if stays_root(step.state.user) else folders[0].replace("/root", "~", 1)
                    advice = "mount a cache there" if cache.mounts else "empty it in the same RUN"
                    message = f"{command.program} keeps {where} in the image; {advice}"
                    yield Problem(span=command.span, message=message, fix=_fix(step, cache, folders))


def _mounted(step: Step, folders: tuple[str, ...]) -> bool:
    """Whether a mount keeps the cache out of the layer, wherever somebody else than root has it."""
    ends = {folder.rpartition("/")[2] for folder in folders}
    targets = [step.expand(mount.target) for mount in step.mounts if mount.type in {"cache", "tmpfs"}]
    return any(
        target.unset
        or (text := target.text.rstrip("/")) in folders
        or text.rpartition("/")[2] in ends
        or any(folder.startswith(f"{text}/") for folder in folders)
        for target in targets
    )


def _empties(command: ShellCommand, cache: Cache, folders: tuple[str, ...]) -> bool:
    if CACHES.get(command.program) is cache and cache.clean & set(command.texts):
        return True
    ends = tuple(folder.removeprefix("/root") for folder in folders)
    names = {moved.partition("/")[0] for moved in cache.moved}
    for word in command.operands if command.program == "rm" else ():
        path = _HOME.sub("/root", word.text).rstrip("/*")
        if path.endswith(ends) or any(folder.startswith(path + "/") for folder in folders):
            return True
        if any(f"${name}" in path or f"${{{name}}}" in path for name in names) or path.endswith("/*/cache"):
            return True
    return False


def _fix(step: Step, cache: Cache, folders: tuple[str, ...]) -> Fix | None:
    """Mount caches; unsafe, since a later RUN may need what is then not in the image."""
    if step.deferred or not stays_root(step.state.user) or not cache.mounts:
        return None
    if not all(map(_PLAIN.fullmatch, folders)):
        return None
    place = step.instruction.written.end
    text = "".join(f" --mount=type=cache,target={folder}" for folder in folders[: cache.mounts])
    return replacement("mount a cache", Span(place, place), text, safe=False)


RULE = Rule(
    id="build-cache-left",
    severity=Severity.INFO,
    summary="What a package manager keeps for the next time stays in the image",
    check=_check,
)
