"""How programs that nobody packaged are recognised: by texts that stand in the file itself, whatever it is called.

A rule counts where its mark stands in the file's data, and one version, however often. Each is tested on three real
versions; what could not be is not here.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

__all__ = ["PROGRAM_RULES", "ProgramRule"]


class ProgramRule(msgspec.Struct, frozen=True, kw_only=True):
    """One program. The groups of ``version``, a pattern, are the version, joined by dots; ``name`` is also the purl's.

    Patterns are compiled where a mark was found, as it is in few programs.

    ``libraries`` are how the sonames begin of the shared libraries that are it, too; ``large`` means that it may have
    more data than `MAX_DATA` of `known_programs`. ``built`` is for a program with many versions in it: its own is the
    one that another text begins with, and goes on as this pattern says.
    """

    name: str
    mark: bytes
    version: bytes
    libraries: tuple[str, ...] = ()
    large: bool = False
    built: bytes = b""

    def versions(self, data: bytes, *, cut: bool = False) -> Iterator[str]:
        """Yield the versions that stand in ``data``; what is ``cut`` may go on, and its last one with it."""
        for match in re.finditer(self.version, data):
            if not cut or match.end() < len(data):
                yield b".".join(match.groups()).decode("ascii")

    def builds(self, data: bytes) -> Iterator[str]:
        """Yield the texts in ``data`` that may begin with the version; none where the rule needs none."""
        for match in re.finditer(_BUILD, data) if self.built else ():
            yield match[1].decode("ascii")

    def own(self, versions: set[str], builds: set[str]) -> set[str]:
        """Return those of all versions that are the program's own, as far as can be told."""
        if not self.built:
            return versions
        return {one for text in builds for one in _beginnings(text) if one in versions and self._goes_on(text, one)}

    def _goes_on(self, text: str, version: str) -> bool:
        return re.fullmatch(self.built, text[len(version) :].encode("ascii")) is not None


def _beginnings(text: str) -> Iterator[str]:
    """Yield the versions that a text may begin with: of ``6.2.58f1c``, ``6.2.5`` and ``6.2.58``."""
    number = re.match(r"\d+\.\d+\.(\d+)", text)
    for end in range(number.start(1), number.end()) if number else ():
        yield text[: end + 1]


_NUMBER = rb"(\d{1,4}\.\d{1,4}\.\d{1,4})"  # bounded, as every repetition here whose end a file can put off
_BUILD = rb"(?<![\d.])(\d{1,4}\.\d{1,4}\.\d{1,4}[A-Za-z0-9_.-]{19,160})\0"


def _rule(
    name: str, mark: bytes, version: bytes, *libraries: str, large: bool = False, built: bytes = b""
) -> ProgramRule:
    return ProgramRule(name=name, mark=mark, version=version, libraries=libraries, large=large, built=built)


PROGRAM_RULES: Final = (
    _rule("bash", b"@(#)Bash version ", rb"@\(#\)Bash version " + _NUMBER + rb"\("),
    _rule("busybox", b"syslogd started: BusyBox v", rb"BusyBox v" + _NUMBER),
    _rule("curl", b"Usage: curl [options...]", rb"\0curl " + _NUMBER + rb" \("),
    _rule("dnsmasq", b"Dnsmasq version %s", rb"\0dnsmasq-(\d+\.\d+[0-9a-z.]*)\0"),
    _rule("envoy", b"\0starting main dispatch loop\0", rb"\0(1\.\d{2}\.\d{1,3})(?=\0)", large=True),
    _rule("haproxy", b"\0HAProxy version follows\0", rb"\0 version " + _NUMBER + rb"[^\0,]{0,99}, released \d{4}/"),
    _rule("httpd", b"AH00098: pid file %s overwritten", rb"\0Apache/" + _NUMBER + rb"[ \0]"),
    _rule("libcurl", b"\0libcurl/", rb"\0libcurl/" + _NUMBER + rb"\0", "libcurl"),
    _rule("lighttpd", b"server started (lighttpd/", rb"server started \(lighttpd/" + _NUMBER + rb"\)"),
    _rule("lua", b"$LuaVersion: Lua ", rb"\$LuaVersion: Lua " + _NUMBER + rb" ", "liblua"),
    _rule("mariadb", b"MariaDB-InnoDB key mismatch", rb"\0" + _NUMBER + rb"-MariaDB\0"),
    _rule("memcached", b"print memcached and libevent license", rb"\0memcached " + _NUMBER + rb"\n?\0"),
    _rule("mosquitto", b"mosquitto version %s terminating", rb"\0" + _NUMBER + rb"\0+mosquitto version %s"),
    _rule("nginx", b"nginx version: nginx/", rb"nginx version: nginx/" + _NUMBER),
    _rule("node", b"node.js/v", rb"\0node\.js/v" + _NUMBER + rb"\0", "libnode", large=True),
    _rule(
        "openssl",
        b'OPENSSLDIR: "',
        rb"OpenSSL (\d+\.\d+\.\d+[a-z]{0,2})[A-Za-z0-9.+-]* +\d{1,2} [A-Z][a-z]{2} \d{4}",
        "libcrypto",
        large=True,
    ),
    _rule("openssh", b"OpenSSH_6.6.1*", rb"\0OpenSSH_(\d+\.\d+(?:\.\d+)?p\d+)[ \0]"),
    _rule("perl", b"This is perl 5, version ", rb"This is perl (5), version (\d+), subversion (\d+) ", "libperl"),
    _rule("php", b"X-Powered-By: PHP/", rb"X-Powered-By: PHP/" + _NUMBER, "libphp"),
    _rule("postgresql", b"postgres (PostgreSQL) ", rb"postgres \(PostgreSQL\) (\d+(?:\.\d+)+)"),
    # Its variables, such as PYTHONHOME, stand in programs that start it, too, as in uv. Not 3.2.0, which is a version
    # of Unicode's data that every Python still has. Linkers make one text of the version and of a path that ends in
    # it, as pyenv's do.
    # It begins with plain characters, which are looked for quickly, and then looks back at what is before them.
    _rule(
        "python",
        b"Fatal Python error: ",
        rb"(3\.(?<=[\0/]3\.)(?!2\.0\0)\d+\.\d+(?:(?:a|b|rc)\d+)?)\+?(?=\0)",
        "libpython",
    ),
    # The versions in which its commands came are in it, too. What it was built as is one text: its version, where
    # (which may begin with a digit), when, how many changes, which commit.
    _rule(
        "redis",
        b"Redis is starting",
        rb"\0" + _NUMBER + rb"(?=\0)",
        built=rb"(?:[\w.-]{1,99}-)?1\d{9}\d{1,9}?[0-9a-f]{8}",
    ),
    _rule("rsync", b"rsyncd version %s starting, listening", rb"\0(3\.\d+\.\d+)(?=\0)"),
    _rule("sqlite", b"API call with %s database connection pointer", rb"\0(3\.\d+\.\d+)(?=\0)", "libsqlite3"),
)
