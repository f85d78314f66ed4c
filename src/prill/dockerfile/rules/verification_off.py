"""A certificate or a signature is not checked."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

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
    "pip3": ("--trusted-host",),
    "gem": ("--no-verify-peer",),
    "npm": ("--strict-ssl=false",),
    "yarn": ("--strict-ssl=false",),
}
# sources.list(5), "Trusted" and "Allow-Insecure"; the same in the form of deb822.
_UNSIGNED = re.compile(
    r"\bdeb(?:-src)?\s+\[[^\]]*\b(?:trusted|allow-insecure)=yes\b|^(?:Trusted|Allow-Insecure):\s*yes\b", re.MULTILINE
)
_SETTING = frozenset({"declare", "export", "git", "pnpm"})
"""What else is told in a way of its own; a setting of a package manager, which any program may hand on, has a ``=``."""
_NEVER = frozenset({"0", "false", "no", "off", "never", "none"})
_ALWAYS = frozenset({"1", "true", "yes", "on"})
_VARIABLES: dict[str, frozenset[str]] = {
    "CURL_INSECURE": _ALWAYS,
    "GIT_SSL_NO_VERIFY": _ALWAYS,
    "NODE_TLS_REJECT_UNAUTHORIZED": _NEVER,
    "NPM_CONFIG_STRICT_SSL": _NEVER,
    "PERL_LWP_SSL_VERIFY_HOSTNAME": _NEVER,
    "PYTHONHTTPSVERIFY": _NEVER,
    "GOINSECURE": frozenset({"*"}),
    "GONOSUMDB": frozenset({"*"}),
    "GOSUMDB": frozenset({"off"}),
    "GOFLAGS": frozenset({"-insecure"}),
}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("ENV", "ARG"):
        for pair in step.pairs:
            if _switched_off(pair.key.text, pair.text):
                yield Problem(span=pair.span, message=f"{pair.key.text} switches the check off")
    for one in dockerfile.invocations:
        command = one.command
        for word in command.assignments:
            name, _, value = word.text.partition("=")
            if _switched_off(name, value):
                yield Problem(span=word.span, message=f"{name} switches the check off")
        program = command.program
        own = program in _FLAGS or program in _SETTING
        for word in command.words[1:]:
            if (own or "=" in word.masked) and _off(program, word.masked, command.texts):
                yield Problem(span=word.span, message=f"{program} {word.text}: nothing is checked")
            elif "yes" in word.text and _UNSIGNED.search(word.text):
                yield Problem(span=word.span, message="packages of a source that is trusted unsigned are not checked")


def _switched_off(name: str, value: str) -> bool:
    if name.upper() == "PIP_TRUSTED_HOST":
        return bool(value)
    return value.lower() in _VARIABLES.get(name.upper(), frozenset())


def _off(program: str, text: str, texts: tuple[str, ...]) -> bool:
    """Whether an argument switches a check off; ``export`` and the settings of git, npm, yarn and yum count, too."""
    if program == "curl" and text[:1] == "-" and text[:2] != "--":
        return "k" in text.partition("=")[0] and not text.startswith(("-H", "-o", "-u", "-A", "-d", "-X"))
    if program in {"export", "declare"}:
        name, _, value = text.partition("=")
        return _switched_off(name, value)
    if program == "git":
        return text.lower() == "http.sslverify=false" or (text.lower() == "http.sslverify" and "false" in texts)
    if program in {"npm", "yarn", "pnpm"} and text.lower() == "strict-ssl":
        return "false" in texts
    if text.lower().replace("--setopt=", "") in {"sslverify=0", "sslverify=false", "gpgcheck=0"}:
        return True
    return text.partition("=")[0] in _FLAGS.get(program, ()) or text in _FLAGS.get(program, ())


RULE = Rule(
    id="verification-off",
    aliases=(
        "CKV2_DOCKER_2",
        "CKV2_DOCKER_3",
        "CKV2_DOCKER_4",
        "CKV2_DOCKER_5",
        "CKV2_DOCKER_6",
        "CKV2_DOCKER_7",
        "CKV2_DOCKER_8",
        "CKV2_DOCKER_9",
        "CKV2_DOCKER_10",
        "CKV2_DOCKER_11",
        "CKV2_DOCKER_12",
        "CKV2_DOCKER_13",
        "CKV2_DOCKER_14",
        "CKV2_DOCKER_15",
        "CKV2_DOCKER_16",
    ),
    severity=Severity.ERROR,
    summary="A certificate or a signature is not checked",
    check=_check,
)
