"""What a package manager of a language keeps for the next time stays in the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule, replacement
from prill.dockerfile.rules._users import stays_root
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.source import Span
from prill.dockerfile.step import Step
from prill.model.finding import Fix, Severity
from prill.model.value import dataclass

__all__ = ["RULE"]


@dataclass(frozen=True, slots=True)
class _Cache:
    """Which verbs of a program fill ``folders``, root's being the first; ``clean`` are words that empty them."""

    verbs: frozenset[str]
    folders: tuple[str, ...]
    clean: frozenset[str] = frozenset()


_GO = _Cache(
    frozenset({"build", "install", "get", "mod", "test"}),
    ("/go/pkg/mod", "/root/.cache/go-build"),
    frozenset({"clean"}),
)
_CARGO = _Cache(frozenset({"build", "install", "fetch"}), ("/usr/local/cargo/registry", "/root/.cargo/registry"))
_MAVEN = _Cache(frozenset(), ("/root/.m2",))
_GRADLE = _Cache(frozenset(), ("/root/.gradle", "/home/gradle/.gradle"))
_GEM = _Cache(frozenset({"install"}), ("/usr/local/bundle/cache", "/usr/local/bundle"), frozenset({"clean", "cleanup"}))
_NPM = _Cache(frozenset({"install", "i", "ci", "add"}), ("/root/.npm",), frozenset({"cache"}))
_COMPOSER = _Cache(
    frozenset({"install", "update", "require"}), ("/root/.composer/cache",), frozenset({"clear-cache", "clearcache"})
)
_CACHES = {
    "go": _GO, "cargo": _CARGO, "mvn": _MAVEN, "mvnw": _MAVEN, "gradle": _GRADLE, "gradlew": _GRADLE, "gem": _GEM,
    "bundle": _GEM, "npm": _NPM, "composer": _COMPOSER,
}  # fmt: skip


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    for stage in final.lineage if final is not None else ():
        for step in stage.of("RUN"):
            seen: set[str] = set()
            for command in step.commands:
                cache = _CACHES.get(command.program)
                if cache is None or command.program in seen or (cache.verbs and not cache.verbs & set(command.texts)):
                    continue
                if not _mounted(step, cache) and not any(_empties(one, cache) for one in step.commands):
                    seen.add(command.program)
                    message = f"{command.program} keeps {cache.folders[0]} in the image; mount a cache there"
                    yield Problem(span=command.span, message=message, fix=_fix(step, cache))


def _mounted(step: Step, cache: _Cache) -> bool:
    """Whether a mount keeps the cache out of the layer, wherever somebody else than root has it."""
    ends = {folder.rpartition("/")[2] for folder in cache.folders}
    return any(
        mount.type in {"cache", "tmpfs"}
        and (mount.target.rstrip("/") in cache.folders or mount.target.rstrip("/").rpartition("/")[2] in ends)
        for mount in step.mounts
    )


def _empties(command: ShellCommand, cache: _Cache) -> bool:
    if _CACHES.get(command.program) is cache and cache.clean & set(command.texts):
        return True
    words = [word.masked.rstrip("/*") for word in command.operands] if command.program == "rm" else []
    ends = tuple(folder.removeprefix("/root") for folder in cache.folders)
    return any(word.endswith(ends) or any(folder.startswith(word + "/") for folder in cache.folders) for word in words)


def _fix(step: Step, cache: _Cache) -> Fix | None:
    """Mount caches; unsafe, since a later RUN may need what is then not in the image."""
    if step.deferred or not stays_root(step.state.user):
        return None
    place = step.instruction.written.end
    folders = cache.folders if cache is _GO else cache.folders[:1]
    text = "".join(f" --mount=type=cache,target={folder}" for folder in folders)
    return replacement("mount a cache", Span(place, place), text, safe=False)


RULE = Rule(
    id="build-cache-left",
    severity=Severity.INFO,
    summary="What a package manager keeps for the next time stays in the image",
    check=_check,
)
