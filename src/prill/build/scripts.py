"""Maintainer scripts that were not run: which there were, what they would have done, and the diversions they declare.

The classification reads what debhelper generated and the names of well-known commands (Debian Policy, chapter 6 and
appendix G for diversions); it explains a report to a person and decides nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from prill.build.maintainer_shell import is_shell, script_commands
from prill.build.script_report import ScriptReport

__all__ = ["Diversion", "ScriptReport", "classify_script", "diversions", "report_scripts"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Diversion:
    """Another package's file at ``source`` goes to ``target``; ``package`` itself keeps ``source``.

    Neither path has a leading slash.
    """

    package: str
    source: str
    target: str


_GENERATED = re.compile(
    r"^# Automatically added by (?P<helper>\S+?)(?:/\S*)?\s*$.*?^# End automatically added section\s*$",
    re.MULTILINE | re.DOTALL,
)
_HELPERS: Final = {
    "dh_installalternatives": "alternatives",
    "dh_installdeb": "conffiles",
    "dh_installdebconf": "debconf",
    "dh_installinit": "init",
    "dh_installmenu": "menus",
    "dh_installsystemd": "systemd",
    "dh_installsystemduser": "systemd",
    "dh_installsysusers": "users",
    "dh_installtmpfiles": "tmpfiles",
    "dh_installudev": "udev",
    "dh_installxmlcatalogs": "xml-catalogs",
    "dh_makeshlibs": "loader-cache",
    "dh_python3": "python-bytecode",
    "dh_sysuser": "users",
    "dh_usrlocal": "usr-local",
}
_COMMANDS: Final = {
    "addgroup": "users",
    "adduser": "users",
    "chmod": "permissions",
    "chown": "permissions",
    "db_get": "debconf",
    "db_input": "debconf",
    "deb-systemd-helper": "systemd",
    "deb-systemd-invoke": "systemd",
    "delgroup": "users",
    "deluser": "users",
    "dpkg-divert": "diversions",
    "dpkg-maintscript-helper": "conffiles",
    "dpkg-statoverride": "permissions",
    "dpkg-trigger": "triggers",
    "groupadd": "users",
    "install-info": "menus",
    "invoke-rc.d": "init",
    "ldconfig": "loader-cache",
    "py3clean": "python-bytecode",
    "py3compile": "python-bytecode",
    "setcap": "capabilities",
    "systemctl": "systemd",
    "systemd-sysusers": "users",
    "systemd-tmpfiles": "tmpfiles",
    "ucf": "conffiles",
    "update-alternatives": "alternatives",
    "update-ca-certificates": "certificates",
    "update-menus": "menus",
    "update-passwd": "users",
    "update-rc.d": "init",
    "useradd": "users",
}
_INERT: Final = frozenset(
    {
        "",
        "#",
        ":",
        "[",
        "break",
        "case",
        "do",
        "done",
        "echo",
        "else",
        "esac",
        "exec",
        "exit",
        "false",
        "fi",
        "for",
        "if",
    }
    | {"local", "printf", "return", "set", "shift", "test", "then", "true", "which", "while", "}", "{"}
)


def report_scripts(package: str, scripts: Iterable[tuple[str, bytes]]) -> tuple[ScriptReport, ...]:
    """Describe each of a package's scripts, in the order given."""
    return tuple(
        ScriptReport(
            package=package,
            script=name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            does=classify_script(content),
        )
        for name, content in scripts
    )


def classify_script(script: bytes) -> tuple[str, ...]:
    """Name the kinds of work a script does; empty for one that does nothing."""
    if script[:4] == b"\x7fELF":
        return ("program",)
    if not is_shell(script):
        return ("other-language",)
    text = script.decode("utf-8", "replace")
    kinds = {_HELPERS.get(match["helper"], match["helper"]) for match in _GENERATED.finditer(text)}
    own = _GENERATED.sub("", text).encode("utf-8", "replace")
    for command in script_commands(own):
        name = (command[0] or "$").rpartition("/")[2]
        if name in _COMMANDS:
            kinds.add(_COMMANDS[name])
        elif name not in _INERT and not _is_case_pattern(command):
            kinds.add("own-code")
    return tuple(sorted(kinds))


def _is_case_pattern(command: Sequence[str | None]) -> bool:
    """Whether the words are a branch's label, such as ``configure`` or ``abort-upgrade``, rather than a command."""
    known = {"configure", "install", "upgrade", "remove", "purge", "triggered", "disappear", "deconfigure", "*"}
    return (
        len(command) == 1
        and command[0] is not None
        and bool(command[0] in known or command[0].startswith(("abort-", "failed-")))
    )


def diversions(package: str, script: bytes) -> tuple[tuple[Diversion, ...], tuple[str, ...]]:
    """Return the diversions that a script adds, sorted, and a note for each call that could not be read.

    Left out are those whose target ends in ``.usr-is-merged``: they guard an upgrade to merged /usr against paths that
    are aliases (Debian DEP 17, mitigation M8), and in an image every path is canonical.
    """
    found: set[Diversion] = set()
    notes: set[str] = set()
    for command in script_commands(script):
        if (command[0] or "").rpartition("/")[2] != "dpkg-divert":
            continue
        call = _read_call(package, command[1:])
        if isinstance(call, str):
            notes.add(f"dpkg-divert {call} could not be read without running the script")
        elif call is not None and not call.target.endswith(".usr-is-merged"):
            found.add(call)
    return tuple(sorted(found)), tuple(sorted(notes))


def _read_call(package: str, arguments: Sequence[str | None]) -> Diversion | str | None:
    """Return the diversion a call adds, None for a call that adds none, or the call's text where it is not literal."""
    words = list(arguments)
    target: str | None = ""
    sources: list[str | None] = []
    while words:
        word = words.pop(0)
        name, equals, value = (word or "").partition("=")
        if name in ("--divert", "--package", "--admindir", "--instdir", "--root"):
            argument = value if equals else (words.pop(0) if words else None)
            if name == "--divert":
                target = argument
            elif name == "--package" and argument:
                package = package if argument == ":" else argument
        elif name in ("--remove", "--list", "--listpackage", "--truename", "--local"):
            return None
        elif word is None or not word.startswith("--"):
            sources.append(word)
    source = sources[0] if len(sources) == 1 else None
    if not source or target is None or not source.startswith("/"):
        return " ".join("…" if word is None else word for word in arguments)
    return Diversion(package=package, source=source.lstrip("/"), target=(target or f"{source}.distrib").lstrip("/"))
