"""What an image does not need at run time, in named sets.

Each set is a list of globs over paths from the root: ``*`` stays within one part, ``**`` crosses parts. Copyright files
are kept whatever the sets say. A removal is recorded with the set's name, and ``prill why`` prints it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from prill.errors import PrillError
from prill.model.value import dataclass

__all__ = ["ALWAYS_KEPT", "TRIM_SETS", "TrimSet", "Trimmer", "UnknownTrimSet", "glob_pattern"]

ALWAYS_KEPT = ("usr/share/doc/*/copyright", "usr/share/common-licenses/**")


class UnknownTrimSet(PrillError):
    """A spec names a trim set that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimSet:
    """A named set of globs; what matches ``keep`` stays although it matches ``paths``.

    With ``interpreters``, only files whose first line (``#!``) names one of these programs are meant.
    """

    id: str
    summary: str
    paths: tuple[str, ...]
    keep: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()


TRIM_SETS: tuple[TrimSet, ...] = (
    TrimSet(
        id="docs",
        summary="Documentation, but no copyright file and no link between documentation folders.",
        paths=("usr/share/doc/*/**", "usr/share/doc-base/**", "usr/share/info/**", "usr/share/gtk-doc/**"),
    ),
    TrimSet(id="man", summary="Manual pages in every language.", paths=("usr/share/man/**",)),
    TrimSet(
        id="locales",
        summary="Translations and locale sources; C.UTF-8 stays.",
        paths=("usr/share/locale/**", "usr/share/i18n/**", "usr/lib/locale/**"),
        keep=("usr/lib/locale/C.utf8/**", "usr/share/locale/locale.alias"),
    ),
    TrimSet(
        id="lintian",
        summary="Overrides for Debian's own package checks, and bug-report helpers.",
        paths=("usr/share/lintian/**", "usr/share/bug/**", "usr/share/reportbug/**"),
    ),
    TrimSet(
        id="gconv",
        summary="The C library's converters for character sets other than UTF-8, ASCII and Latin-1.",
        paths=("usr/lib/*/gconv/**",),
    ),
    TrimSet(
        id="bash-completion",
        summary="Completion for shells that are not there.",
        paths=(
            "usr/share/bash-completion/**",
            "usr/share/zsh/**",
            "usr/share/fish/**",
            "etc/bash_completion.d/**",
        ),
    ),
    TrimSet(
        id="debconf",
        summary="Questions and hooks for package installation, which does not happen here.",
        paths=(
            "usr/share/debconf/**",
            "etc/kernel/**",
            "etc/cron.*/**",
            "etc/logrotate.d/**",
            "etc/init.d/**",
            "etc/default/**",
            "etc/update-motd.d/**",
            "etc/ca-certificates/**",
            "etc/apt/**",
        ),
    ),
    TrimSet(
        id="systemd",
        summary="Units and settings for an init system that a container does not run.",
        paths=("usr/lib/systemd/**", "usr/lib/tmpfiles.d/**", "usr/lib/sysusers.d/**", "usr/lib/udev/**"),
    ),
    TrimSet(
        id="terminfo",
        summary="Terminal descriptions but for the common ones.",
        paths=("usr/lib/terminfo/**", "usr/share/terminfo/**"),
        keep=(
            "usr/*/terminfo/d/dumb",
            "usr/*/terminfo/l/linux",
            "usr/*/terminfo/s/screen*",
            "usr/*/terminfo/t/tmux*",
            "usr/*/terminfo/v/vt100",
            "usr/*/terminfo/x/xterm*",
        ),
    ),
    TrimSet(
        id="python-tests",
        summary="The standard library's own tests.",
        paths=(
            "usr/lib/python3*/**/test/**",
            "usr/lib/python3*/test/**",
            "usr/lib/python3*/**/tests/**",
            "usr/lib/python3*/**/idle_test/**",
        ),
        keep=("usr/lib/python3*/unittest/**",),
    ),
    TrimSet(
        id="python-cache",
        summary="Byte code made at build time.",
        paths=("usr/lib/python3*/**/__pycache__/**",),
    ),
    TrimSet(
        id="libc-tools",
        summary="The C library's command-line programs and debugging aids; the library and its data stay.",
        paths=(
            "usr/bin/catchsegv",
            "usr/bin/getconf",
            "usr/bin/getent",
            "usr/bin/iconv",
            "usr/bin/ldd",
            "usr/bin/ld.so",
            "usr/bin/locale",
            "usr/bin/localedef",
            "usr/bin/pldd",
            "usr/bin/sprof",
            "usr/bin/tzselect",
            "usr/bin/zdump",
            "usr/lib/*/getconf/**",
            "usr/lib/*/libc_malloc_debug.so.0",
            "usr/lib/*/libmemusage.so",
            "usr/lib/*/libpcprofile.so",
            "usr/sbin/iconvconfig",
            "usr/sbin/ldconfig",
            "usr/sbin/zic",
            "usr/share/libc-bin/**",
        ),
    ),
    TrimSet(
        id="scripts",
        summary="Programs written for a shell or Perl, which cannot run where neither is there.",
        paths=("usr/bin/*", "usr/sbin/*", "usr/games/*"),
        interpreters=("sh", "bash", "dash", "perl"),
    ),
    TrimSet(
        id="development",
        summary="Headers, static libraries, pkg-config files and autoconf's macros.",
        paths=("usr/include/**", "usr/lib/**/*.a", "usr/lib/**/*.la", "usr/**/pkgconfig/**", "usr/share/aclocal/**"),
    ),
)


def glob_pattern(glob: str) -> str:
    """Translate a glob over paths into a regular expression's text (unanchored at its end)."""
    out = []
    position = 0
    while position < len(glob):
        if glob.startswith("**/", position):
            out.append("(?:[^/]+/)*")
            position += 3
        elif glob.startswith("**", position):
            out.append(".*")
            position += 2
        elif glob[position] == "*":
            out.append("[^/]*")
            position += 1
        elif glob[position] == "?":
            out.append("[^/]")
            position += 1
        else:
            out.append(re.escape(glob[position]))
            position += 1
    return "".join(out)


def _alternatives(globs: Iterable[str]) -> str:
    return "|".join(glob_pattern(glob) for glob in globs)


class Trimmer:
    """Decides which paths leave, for a choice of named sets and the spec's own globs."""

    def __init__(self, sets: Iterable[str], *, paths: Iterable[str] = (), keep: Iterable[str] = ()) -> None:
        """Compile the choice; raise `UnknownTrimSet` for a name that is none."""
        known = {one.id: one for one in TRIM_SETS}
        chosen = []
        for name in sets:
            if name not in known:
                raise UnknownTrimSet(f"there is no trim set {name!r}", hint=f"the sets are {', '.join(known)}")
            chosen.append(known[name])
        if own := tuple(paths):
            chosen.append(TrimSet(id="spec", summary="Named in the spec.", paths=own))
        self._sets = tuple(chosen)
        self._kept = re.compile(_alternatives((*ALWAYS_KEPT, *keep)))
        # One pattern finds the few paths that any set names; which set it is, is asked only then.
        self._any = re.compile(_alternatives(glob for one in chosen for glob in one.paths)) if chosen else None

    def rule(self, path: str, interpreter: str = "") -> str | None:
        """Return ``trim:SET`` for the first set that removes ``path``, or None where it stays."""
        if self._any is None or self._any.fullmatch(path) is None or self._kept.fullmatch(path):
            return None
        for one in self._sets:
            if one.interpreters and interpreter not in one.interpreters:
                continue
            if _pattern(one.paths).fullmatch(path) and not (one.keep and _pattern(one.keep).fullmatch(path)):
                return f"trim:{one.id}"
        return None


@lru_cache(maxsize=256)
def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(_alternatives(globs))
