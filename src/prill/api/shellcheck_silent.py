"""Which shell text ShellCheck has nothing to say about, so that nobody has to ask: half of what RUN says.

ShellCheck looks at expansions, quotes, globs, tests, redirections, pipes, variables, and the arguments of the programs
that it knows pitfalls of. Text with none of these, made of literal words, ``&&`` and ``;`` and programs that it knows
no pitfall of, is silent; the compatibility tests hold that to ShellCheck itself.
"""

import re

from prill.dockerfile.plain_shell import read_plain
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.syntax import Logical
from prill.model.regex import regex

__all__ = ["SILENT_PROGRAMS", "is_silent"]

SILENT_PROGRAMS = frozenset(
    {
        "a2enmod", "add-apt-repository", "addgroup", "adduser", "apk", "apt", "apt-get", "apt-key", "bower", "bundle",
        "cargo", "chmod", "chown", "cmake", "composer", "conda", "cp", "curl", "dnf", "docker-php-ext-configure",
        "docker-php-ext-enable", "docker-php-ext-install", "dotnet", "dpkg", "easy_install", "echo", "gem", "git",
        "go", "gradle", "groupadd", "ldconfig", "ln", "make", "microdnf", "mkdir", "mv", "mvn", "npm", "pecl", "pip",
        "pip2", "pip3", "pipenv", "pnpm", "poetry", "rm", "rpm", "tar", "touch", "true", "unzip",
        "update-ca-certificates", "useradd", "wget", "yarn", "yum", "zypper",
    }
)  # fmt: skip
_WORD = regex(r"[\w./:@%+,=-]+", re.ASCII)
_DEEP = 4
_LISTS = "/var/lib/apt/lists/*"
_RESERVED = frozenset({"do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while"})


def is_silent(text: str) -> bool:
    """Say whether ShellCheck finds nothing in a text, whichever POSIX shell it is for."""
    commands = read_plain(Logical(text, (0,), (0,)), 0, len(text))
    return commands is not None and all(map(_is_silent, commands))


def _is_silent(command: ShellCommand) -> bool:
    if command.assignments or command.redirections or command.connector not in {"", "&&", ";"}:
        return False
    words = [word.text for word in command.words]
    program, operands = words[0], [word for word in words[1:] if word[:1] != "-"]
    if program not in SILENT_PROGRAMS or not all(map(_WORD.fullmatch, [word for word in words if word != _LISTS])):
        return False
    if not _RESERVED.isdisjoint(words) or any(word[0] == "=" for word in words):
        return False
    if program in {"echo", "mkdir"}:  # -e, -m
        return not any(word[0] == "-" and word != "-p" for word in words)
    if program in {"cp", "ln", "mv"}:  # without a destination
        return len(operands) > 1 and not any(word.startswith(("-t", "--t")) for word in words)
    return program != "rm" or all(word[0] != "/" or word.count("/") >= _DEEP for word in operands)  # a system's folder
