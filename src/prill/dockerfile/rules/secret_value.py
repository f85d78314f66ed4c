"""A secret is written into the file."""

import re
from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand, ShellWord
from prill.dockerfile.source import Span
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_SECRETS = regex(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z2-7]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,}"
    r"|github_pat_[A-Za-z0-9_]{60,}"
    r"|glpat-[A-Za-z0-9_-]{20,}"
    r"|npm_[A-Za-z0-9]{36}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|sk_live_[A-Za-z0-9]{20,}"
    r"|AIza[A-Za-z0-9_-]{35}"
    r"|dckr_pat_[A-Za-z0-9_-]{20,}"
    r"|sk-(?:proj|ant-[a-z0-9]{2,8}|svcacct)-[A-Za-z0-9_-]{20,}"
    r"|hf_[A-Za-z0-9]{34}"
    r"|pypi-AgEI[A-Za-z0-9_-]{50,}"
    r"|AccountKey=[A-Za-z0-9+/]{86}=="
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    r"|[a-z][a-z0-9+.-]{0,24}://[^/\s:@$]{0,128}:[^/\s:@${]{3,256}@[A-Za-z0-9]"
    r")"
)
_HINTS = tuple(
    map(
        regex,
        (
            r"A(?:KIA|SIA|Iza)",
            r"_(?:(?<=gh[pousr]_)|(?<=_pat_)|(?<=npm_)|(?<=sk_live_))",
            r"-(?:(?<=glpat-)|(?<=xox[abprs]-)|-BEGIN )",
            r"://[^/\s:@$]{0,128}:[^/\s:@${]{3,256}@",
        ),
    )
)
"""A secret has one of these in it, or a word. Each begins with a character that there are few of, found at once."""
_LOGIN = regex(
    r"\b(?:curl|wget)\b(?:\\\r?\n|[^\n|;&]){0,400}?\s(?:-[a-zA-Z]{0,8}u|--(?:proxy-)?user)[ =]?"
    r"(?P<quote>[\"']?)[^\s:\"'$]{1,64}:(?P<secret>[^\s\"'${}:/]{6,128})(?P=quote)(?=\s|$)"
)
"""A login on the command line of curl or wget: ``-u user:word``; the bounds keep a hostile line cheap."""
_USER = regex(r"-(?:[a-zA-Z]{0,8}u|-(?:proxy-)?user)[ =]?[\"']?[^\s:\"'$]{1,64}:")
"""What every such login has in it."""
_HEADER = regex(
    r"(?:authorization:\s*(?:bearer|basic|token)|(?:private-token|x-api-key|x-jfrog-art-api):)\s*"
    r"(?P<secret>[A-Za-z0-9._~+/=-]{16,512})\Z",
    re.IGNORECASE,
)
_LOGINS = frozenset({"buildah", "docker", "helm", "nerdctl", "oras", "podman", "skopeo"})
_ATTACHED = frozenset({"mariadb", "mariadb-admin", "mysql", "mysqladmin", "mysqldump"})
_GIVING = frozenset({"curl", "sshpass", "wget"}) | _LOGINS | _ATTACHED
_SAID = "a password stands on the command line"
_CONNECTION = regex(
    r"(?:\b(?:server|data source|host|addr)\s{0,4}=[^;\n]{1,256};|\bjdbc:[a-z0-9]{1,24}:)[^\n]{0,400}?"
    r"(?<![a-z])(?:password|pwd)\s{0,4}=\s{0,4}(?P<secret>[^\s;&\"'${}<]{4,128})",
    re.IGNORECASE,
)
"""A password in a connection string, of ADO.NET and ODBC, or in a URL of JDBC's."""
_PLACEHOLDER = regex(r"EXAMPLE|example|sample|xxxx|XXXX|changeme|dummy|placeholder|password|user:pass|<|\*\*\*")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    source = dockerfile.file.source
    hint = any(one.search(source.text) for one in _HINTS) or _says_word(source.text)
    fetches = ("curl" in source.text or "wget" in source.text) and _USER.search(source.text) is not None
    for node in dockerfile.file.instructions if hint or fetches else ():
        for found in _SECRETS.finditer(source.text, node.span.start, node.span.end) if hint else ():
            if not _PLACEHOLDER.search(found[0]):
                yield Problem(span=Span(*found.span()))
        if fetches and node.keyword == "RUN":
            for found in _LOGIN.finditer(source.text, node.span.start, node.span.end):
                if not _PLACEHOLDER.search(found["secret"]):
                    yield Problem(span=Span(*found.span("secret")), message=_SAID)
    yield from _connecting(dockerfile)
    for _, command in () if dockerfile.programs.isdisjoint(_GIVING) else dockerfile.invocations:
        for word, secret in _given(command) if command.program in _GIVING else ():
            if word.literal and secret and not _PLACEHOLDER.search(secret):
                yield Problem(span=word.span, message=_SAID)


def _says_word(text: str) -> bool:
    """Whether a text has what a secret without a hint begins with."""
    return "sk-" in text or "hf_" in text or "AccountKey=" in text or "pypi-AgEI" in text


def _connecting(dockerfile: Dockerfile) -> Iterator[Problem]:
    for step in dockerfile.of("ENV", "ARG"):
        arguments = step.instruction.arguments
        for pair in step.pairs if ";" in arguments or "jdbc:" in arguments else ():
            found = _CONNECTION.search(pair.text)
            if found is not None and not _PLACEHOLDER.search(found["secret"]):
                yield Problem(span=pair.span, message="a password stands in the connection string")


def _given(command: ShellCommand) -> Iterator[tuple[ShellWord, str]]:
    """Yield the words of a command that give a password or a token, and what they give."""
    program = command.program
    logs_in = program == "sshpass" or (program in _LOGINS and "login" in command.texts)
    for before, word in pairwise(command.words):
        text = word.text
        if text.startswith("--password=") and (logs_in or program in _ATTACHED):
            yield word, text.partition("=")[2]
        elif logs_in and before.text in {"-p", "--password"}:
            yield word, text
        elif program in _ATTACHED and text.startswith("-p"):
            yield word, text[2:]
        elif program in {"curl", "wget"} and (found := _HEADER.search(text)):
            yield word, found["secret"]


RULE = Rule(
    id="secret-value",
    severity=Severity.ERROR,
    summary="A secret is written into the file",
    check=_check,
)
