"""Nothing says what a downloaded file has to be."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.dockerfile.step import Step
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_VERIFIERS = frozenset(
    {"sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shasum", "b2sum", "b3sum", "cksum"}
    | {"gpg", "gpgv", "gpg2", "openssl", "minisign", "signify", "cosign", "slsa-verifier", "rhash", "pgpverify"}
)
_UNPACKERS = frozenset({"tar", "bsdtar", "unzip", "gunzip", "gzip", "xz", "bzip2", "zstd", "dpkg", "rpm", "cpio", "7z"})
_URL = regex(r"https?://|ftp://", re.IGNORECASE)
_KEYS = regex(r"\.(?:asc|gpg|key|list|pub|repo|sig)\Z", re.IGNORECASE)
"""What a package manager checks others with, or where it fetches from: nothing to unpack."""
_LOCAL = regex(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])", re.IGNORECASE)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("RUN") if dockerfile.programs & {"curl", "wget"} else ():
        commands = step.commands
        fetched = [one for one in commands if one.program in {"curl", "wget"} and _addresses(one)]
        if not fetched or any(_verifies(one) for one in commands):
            continue
        for command in fetched:
            if _kept(step, command):
                yield Problem(span=command.span)


def _verifies(command: ShellCommand) -> bool:
    return command.program in _VERIFIERS or "--checksum" in command.texts


def _addresses(command: ShellCommand) -> bool:
    return any(
        _URL.match(word.text) and not _LOCAL.match(word.text) and not _KEYS.search(word.text)
        for word in command.words[1:]
    )


def _kept(step: Step, command: ShellCommand) -> bool:
    """Whether something is unpacked or made executable that this brings: not a page that is only asked for."""
    for other in step.commands:
        if other is command:
            continue
        piped = other.pipeline == command.pipeline and other.connector in {"|", "|&"}
        after = other.span.start > command.span.start
        if other.program in _UNPACKERS and (piped or (after and not other.connector.startswith("|"))):
            return True
        if other.program in {"chmod", "install"} and after and ({"+x", "755", "a+x", "u+x", "0755"} & set(other.texts)):
            return True
    return False


RULE = Rule(
    id="unverified-download",
    severity=Severity.INFO,
    summary="Nothing says what the downloaded file has to be",
    check=_check,
)
