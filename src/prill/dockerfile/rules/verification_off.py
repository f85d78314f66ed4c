"""A certificate or a signature is not checked."""

import re
from collections.abc import Iterator
from itertools import pairwise

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.shell import ShellCommand
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_PIP = regex(r"pip[0-9.]*")
_FLAGS: dict[str, tuple[str, ...]] = {
    "curl": ("-k", "--insecure", "--proxy-insecure", "--doh-insecure"),
    "wget": ("--no-check-certificate",),
    "apk": ("--allow-untrusted",),
    "apt-get": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apt": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "dnf": ("--nogpgcheck",),
    "microdnf": ("--nogpgcheck",),
    "tdnf": ("--nogpgcheck",),
    "yum": ("--nogpgcheck",),
    "zypper": ("--no-gpg-checks",),
    "rpm": ("--nodigest", "--nosignature", "--noverify", "--nogpg"),
    "pip": ("--trusted-host",),
    "gem": ("--no-verify-peer",),
    "uv": ("--allow-insecure-host", "--trusted-host"),
    "docker": ("--disable-content-trust",),
    "kubectl": ("--insecure-skip-tls-verify",),
    "oc": ("--insecure-skip-tls-verify",),
    "helm": ("--insecure-skip-tls-verify",),
    "npm": ("--strict-ssl=false",),
    "yarn": ("--strict-ssl=false",),
}
# sources.list(5), "Trusted" and "Allow-Insecure"; the same in the form of deb822.
_UNSIGNED = regex(
    r"\bdeb(?:-src)?\s+\[[^\]]*\b(?:trusted|allow-insecure)=yes\b|^(?:Trusted|Allow-Insecure):\s*yes\b", re.MULTILINE
)
_TRUSTED = "packages of a source that is trusted unsigned are not checked"
_SETTING = frozenset({"composer", "conda", "declare", "export", "git", "go", "mamba", "pnpm"})
"""What else is told in a way of its own; a setting of a package manager, which any program may hand on, has a ``=``."""
# ssh_config(5), apt.conf(5) and Maven's Wagon: as arguments, and as lines of a file that is written.
_SETTINGS = regex(
    r"\bstricthostkeychecking(?:\s*=\s*|\s+)(?:no|off)\b|(?:\b|-D)maven\.wagon\.http\.ssl\.(?:insecure|allowall)=true\b"
    r"|\bverify-(?:peer|host)[\s=\"']{1,8}(?:false|0|no)\b"
    r"|::allow(?:insecurerepositories|unauthenticated)[\s=\"']{1,8}(?:true|1|yes)\b",
    re.IGNORECASE,
)
_HINTS = (
    "check-certificate", "content-trust", "disable-tls", "force-yes", "goflags", "gpg-checks", "gpgcheck",
    "hostkeychecking", "http.ssl", "insecure", "nodigest", "nogpg", "nosignature", "strict-ssl", "strict_ssl", "sumdb",
    "trusted", "unauth", "verify",
)  # fmt: skip
"""Of these a command has one that switches a check off, but for ``curl -k``; most files have none."""
_NEVER = frozenset({"0", "false", "no", "off", "never", "none"})
_ALWAYS = frozenset({"1", "true", "yes", "on"})
_SAYS_SO = {"composer": ("disable-tls", _ALWAYS), "conda": ("ssl_verify", _NEVER), "mamba": ("ssl_verify", _NEVER)}
_VARIABLES: dict[str, frozenset[str]] = {
    "CURL_INSECURE": _ALWAYS,
    "NODE_TLS_REJECT_UNAUTHORIZED": _NEVER,
    "NPM_CONFIG_STRICT_SSL": _NEVER,
    "PERL_LWP_SSL_VERIFY_HOSTNAME": _NEVER,
    "PYTHONHTTPSVERIFY": _NEVER,
    "GOINSECURE": frozenset({"*"}),
    "GONOSUMDB": frozenset({"*"}),
    "GOSUMDB": frozenset({"off"}),
    "GOFLAGS": frozenset({"-insecure"}),
}

_CHECKOV = {
    "curl": 2, "wget": 3, "pip": 4, "pythonhttpsverify": 5, "node_tls_reject_unauthorized": 6, "apk": 7,
    "--allow-unauthenticated": 8, "dnf": 9, "microdnf": 9, "tdnf": 9, "yum": 9, "rpm": 10, "--force-yes": 11,
    "npm_config_strict_ssl": 12, "npm": 13, "yarn": 13, "git_ssl_no_verify": 14, "sslverify": 15,
    "pip_trusted_host": 16,
}  # fmt: skip
"""The number that checkov has for a switch, a variable or what else a program is told; it knows no others."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ENV", "ARG"):
        for pair in step.pairs:
            if _switched_off(pair.key.text, pair.text):
                message = f"{pair.key.text} switches the check off"
                yield Problem(span=pair.span, message=message, aliases=_aliases(pair.key.text))
            elif _hints(pair.text) and _SETTINGS.search(pair.text):
                message = f"{pair.key.text} has a switch that turns the check off"
                yield Problem(span=pair.span, message=message, aliases=())
    hint = _hints(dockerfile.command_text)
    for _, command in dockerfile.invocations if hint or "curl" in dockerfile.programs else ():
        if hint or command.program == "curl":
            yield from _called(command)


def _hints(text: str) -> bool:
    said = text.lower()
    return any(map(said.__contains__, _HINTS))


def _called(command: ShellCommand) -> Iterator[Problem]:
    for word in command.assignments:
        name, _, value = word.text.partition("=")
        if _switched_off(name, value):
            yield Problem(span=word.span, message=f"{name} switches the check off", aliases=_aliases(name))
    program = _name(command)
    own = program in _FLAGS or program in _SETTING
    for word in command.words[1:]:
        off = (own or "=" in word.masked) and _off(program, word.masked, command.texts)
        if off or (("=" in word.text or " " in word.text) and _SETTINGS.search(word.text)):
            told = word.masked.lower().removeprefix("--setopt=").partition("=")[0]
            aliases = _aliases(told, program) if off else ()
            yield Problem(span=word.span, message=f"{command.program} {word.text}: nothing is checked", aliases=aliases)
        elif "yes" in word.text and _UNSIGNED.search(word.text):
            yield Problem(span=word.span, message=_TRUSTED, aliases=())


def _aliases(*names: str) -> tuple[str, ...]:
    """Return checkov's name for the first of them that it knows."""
    numbers = [_CHECKOV[name.lower()] for name in names if name.lower() in _CHECKOV]
    return (f"CKV2_DOCKER_{numbers[0]}",) if numbers else ()


def _name(command: ShellCommand) -> str:
    """Return the program's name, and pip's for each of its names."""
    program = command.program
    module = program.startswith("python") and ("-m", "pip") in pairwise(command.texts)
    return "pip" if module or _PIP.fullmatch(program) else program


def _switched_off(name: str, value: str) -> bool:
    if name.upper() in {"PIP_TRUSTED_HOST", "GIT_SSL_NO_VERIFY"}:  # git does not look at the value
        return bool(value)
    return value.lower() in _VARIABLES.get(name.upper(), frozenset())


def _off(program: str, text: str, texts: tuple[str, ...]) -> bool:
    """Whether an argument switches a check off; ``export`` and the settings of git, npm, yarn and yum count, too."""
    if program == "curl" and text[:1] == "-" and text[:2] != "--":
        return "k" in text.partition("=")[0] and not text.startswith(("-H", "-o", "-u", "-A", "-d", "-X"))
    if program in {"export", "declare"} or (program == "go" and texts[:1] == ("env",)):
        name, _, value = text.partition("=")
        return _switched_off(name, value)
    name, _, value = text.partition("=")
    flags = _FLAGS.get(program, ())
    return text in flags or (name in flags and value.lower() != "false") or _set_off(program, text.lower(), texts)


def _set_off(program: str, text: str, texts: tuple[str, ...]) -> bool:
    """Whether an argument names a setting that is given a value which switches a check off."""
    if program == "git":
        return text == "http.sslverify=false" or (text == "http.sslverify" and "false" in texts)
    if program in _SAYS_SO and text == _SAYS_SO[program][0]:
        return not _SAYS_SO[program][1].isdisjoint(map(str.lower, texts))
    if program == "pip" and text.endswith(".trusted-host"):
        return "set" in texts
    if program in {"npm", "yarn", "pnpm"} and text.startswith("strict-ssl"):
        return text == "strict-ssl=false" or "false" in texts
    return text.replace("--setopt=", "") in {"sslverify=0", "sslverify=false", "gpgcheck=0"}


RULE = Rule(
    id="verification-off",
    aliases=tuple(f"CKV2_DOCKER_{number}" for number in range(2, 17)),
    severity=Severity.ERROR,
    summary="A certificate or a signature is not checked",
    check=_check,
)
