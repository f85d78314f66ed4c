"""Maintainer scripts that were not run: which there were, and what they would have done.

The classification reads what debhelper generated and the names of well-known commands (Debian Policy, chapter 6); it
explains a report to a person and decides nothing.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from prill.build.maintainer_shell import is_shell, script_commands
from prill.build.script_report import ScriptReport

__all__ = ["ScriptReport", "classify_script", "report_scripts"]


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
        elif name not in _INERT:
            kinds.add("own-code")
    return tuple(sorted(kinds))
