"""Which caches the package managers of languages keep, where they keep them, and what empties them."""

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.step import Step
from prill.model.value import dataclass

__all__ = ["CACHES", "Cache", "keeps", "place_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """Which verbs of a program fill ``folders``, root's being the first; ``clean`` are words that empty them.

    ``moved`` are variables, and ``flags`` of the program, that say where the cache is; ``NAME/x`` is x in the folder of
    NAME. ``off`` are words and variables with which none is kept. ``mounts`` says how many folders a fix mounts a cache
    on: none where what runs may need what lies there.
    """

    verbs: frozenset[str] = frozenset()
    folders: tuple[str, ...]
    clean: frozenset[str] = frozenset()
    moved: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    mounts: int = 1


_GO = Cache(
    verbs=frozenset({"build", "install", "get", "mod", "test"}),
    folders=("/go/pkg/mod", "/root/.cache/go-build"),
    clean=frozenset({"clean"}),
    moved=("GOMODCACHE",),
    mounts=2,
)
_CARGO = Cache(
    verbs=frozenset({"build", "install", "fetch"}),
    folders=("/usr/local/cargo/registry", "/root/.cargo/registry"),
    moved=("CARGO_HOME/registry",),
)
_MAVEN = Cache(folders=("/root/.m2",), flags=("-Dmaven.repo.local=",))
_GRADLE = Cache(
    folders=("/root/.gradle", "/home/gradle/.gradle"),
    moved=("GRADLE_USER_HOME",),
    flags=("--gradle-user-home", "-g"),
)
_GEM = Cache(
    verbs=frozenset({"install"}),
    folders=("/usr/local/bundle/cache", "/usr/local/bundle"),
    clean=frozenset({"clean", "cleanup"}),
)
_NPM = Cache(
    verbs=frozenset({"install", "i", "ci", "add"}),
    folders=("/root/.npm",),
    clean=frozenset({"cache"}),
    moved=("NPM_CONFIG_CACHE", "npm_config_cache"),
    flags=("--cache",),
)
_PNPM = Cache(
    verbs=frozenset({"install", "i", "add", "fetch"}),
    folders=("/root/.local/share/pnpm/store",),
    clean=frozenset({"prune"}),
    moved=("PNPM_HOME/store", "npm_config_store_dir"),
    flags=("--store-dir",),
)
_BUN = Cache(
    verbs=frozenset({"install", "i", "add", "ci"}),
    folders=("/root/.bun/install/cache",),
    clean=frozenset({"cache"}),
    moved=("BUN_INSTALL_CACHE_DIR", "BUN_INSTALL/install/cache"),
    flags=("--cache-dir",),
    off=frozenset({"--no-cache"}),
)
_COMPOSER = Cache(
    verbs=frozenset({"install", "update", "require"}),
    folders=("/root/.composer/cache", "/root/.cache/composer", "/tmp/cache"),  # noqa: S108 - the official image's
    clean=frozenset({"clear-cache", "clearcache"}),
    moved=("COMPOSER_CACHE_DIR", "COMPOSER_HOME/cache"),
    off=frozenset({"--no-cache"}),
)
_UV = Cache(
    verbs=frozenset({"sync", "add", "install"}),
    folders=("/root/.cache/uv",),
    clean=frozenset({"cache"}),
    moved=("UV_CACHE_DIR", "XDG_CACHE_HOME/uv"),
    flags=("--cache-dir",),
    off=frozenset({"--no-cache", "--no-cache-dir", "-n", "python", "UV_NO_CACHE"}),
)
_POETRY = Cache(
    verbs=frozenset({"install", "add", "update", "sync"}),
    folders=("/root/.cache/pypoetry",),
    clean=frozenset({"cache"}),
    moved=("POETRY_CACHE_DIR", "XDG_CACHE_HOME/pypoetry"),
    off=frozenset({"--no-cache"}),
)
_CONDA = Cache(
    verbs=frozenset({"install", "create", "update"}),
    folders=("/opt/conda/pkgs",),
    clean=frozenset({"clean"}),
    moved=("CONDA_PKGS_DIRS",),
    mounts=0,
)
_NUGET = Cache(
    verbs=frozenset({"restore", "build", "publish"}),
    folders=("/root/.nuget/packages", "/root/.nuget"),
    clean=frozenset({"locals"}),
    moved=("NUGET_PACKAGES",),
    off=frozenset({"--no-restore"}),
    mounts=0,
)
CACHES = {
    "go": _GO, "cargo": _CARGO, "mvn": _MAVEN, "mvnw": _MAVEN, "gradle": _GRADLE, "gradlew": _GRADLE, "gem": _GEM,
    "bundle": _GEM, "npm": _NPM, "pnpm": _PNPM, "bun": _BUN, "composer": _COMPOSER, "uv": _UV, "poetry": _POETRY,
    "conda": _CONDA, "mamba": _CONDA, "micromamba": _CONDA, "dotnet": _NUGET,
}  # fmt: skip


def keeps(command: ShellCommand, step: Step) -> Cache | None:
    """Return the cache that a command fills; None where it keeps none."""
    cache = CACHES.get(command.program)
    if cache is None or (cache.verbs and cache.verbs.isdisjoint(command.texts)):
        return None
    off = not cache.off.isdisjoint(command.texts) or any(
        _value(step, name) not in {"", "0"} for name in cache.off if name.isupper()
    )
    return None if off else cache


def place_of(cache: Cache, command: ShellCommand, step: Step) -> str | None:
    """Return the folder that a flag or a variable names; "" where none does, None where its value is not known."""
    told = command.value_of(*cache.flags) if cache.flags else None
    if told is not None:
        return None if "$" in told else told.rstrip("/")
    for moved in cache.moved:
        name, _, below = moved.partition("/")
        value = _value(step, name)
        if value is None or value:
            return posixpath.join(value, below).rstrip("/") if value else None
    return ""


@lru_cache(maxsize=32)  # a RUN may have thousands of commands
def _value(step: Step, name: str) -> str | None:
    """Return a variable's value: in the RUN itself, or from ENV and ARG; "" without one, None where it is not known."""
    for word in _assigned(step) if f"{name}=" in step.script.text else ():
        if word.partition("=")[0] == name:
            value = word.partition("=")[2]
            return None if "$" in value else value
    found = step.state.values().get(name)
    return found if found is not None else (None if step.state.declares(name) else "")


def _assigned(step: Step) -> Iterator[str]:
    for command in step.commands:
        yield from (word.text for word in command.assignments)
        if command.program in {"export", "env"}:
            yield from (word.text for word in command.arguments)
