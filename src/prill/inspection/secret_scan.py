"""Finding secrets in texts, and masking them. What was found says which rule and where, never the secret itself."""

import re
from collections.abc import Iterable, Iterator, Sequence

from prill.catalogue.secret_rules import SecretRule, secret_rules, secret_scope
from prill.model.regex import regex

__all__ = [
    "MASK",
    "find_secrets",
    "joined_words",
    "looks_like_a_secret",
    "mask",
    "mask_words",
    "masked_start",
    "named_secrets",
]

MASK = "••••••"
_MOST = 50
_AHEAD = 16
_APART = "\v"
_LOOKED_AT = 4096
_SECRET_NAME = regex(
    r"(?i)(?:^|[_.-])(?:PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|TOKEN|API[_-]?KEY|ACCESS[_-]?KEY|PRIVATE[_-]?KEY|AUTH|CREDENTIALS?"
    r"|ENCRYPTION[_-]?KEY|SIGNING[_-]?KEY|PW|PAT|SSHPASS|DOCKER_AUTH_CONFIG|REQUIREPASS)(?:$|[_.-](?:VALUE|STRING|BASE64|JSON|ID|KEY|KEY_BASE|HASH|V?[0-9]+)$)"
    r"|(?:PASSWORDS?|PASSWD|SECRETS?|SECRETKEY|TOKEN|APIKEY)$"
)
_NO_SECRET = regex(
    r"(?i)^(?:/|\.{1,2}/|~/|[a-z][a-z0-9+.-]{0,20}://|[a-z]:\\|\$[a-z_({]"
    r"|(?:\d{1,5}|on|off|yes|no|true|false|none|file|env|auto|default|enabled|disabled|basic|bearer)?$)"
)
"""Where a secret is: a path, an address, a variable; or a word for what is none."""
_ASSIGNMENT = regex(
    r"(?P<name>\b[A-Za-z][A-Za-z0-9_.-]{1,80})(?P<is>=)(?P<quote>\\?[\"']?)(?P<value>[^\s\"';&|\\][^\s\"';&|]{0,4095})"
)
_OPTION = regex(
    r"(?P<name>(?<![^\s\"'])--[A-Za-z][A-Za-z0-9-]{1,60})(?P<is>[\"']?,?[ \t\v]{1,8})(?P<quote>\\?[\"']?)"
    r"(?P<value>[^\s\"';&|\\-][^\s\"';&|]{0,4095})"
)
_MEMBER = regex(
    r"(?P<name>\b[A-Za-z][A-Za-z0-9_.-]{1,80})(?P<is>\\?\"[ \t]{0,4}:[ \t]{0,4})(?P<quote>\\?\")"
    r"(?P<value>[^\"\\]{1,4096})"
)
"""A member of a JSON object."""
_BY_NAME = "its name says that it is a secret"


def find_secrets(data: bytes, path: str = "") -> Iterator[tuple[SecretRule, int]]:
    """Yield each rule that finds something in ``data``, with the line of its first place, counted from 1.

    ``path`` chooses the rules; without one, those that hold everywhere are tried.
    """
    found = 0
    for rule in secret_rules():
        match = _first(rule, data, path)
        if match is not None:
            yield rule, data.count(b"\n", 0, match.start()) + 1
            found += 1
            if found == _MOST:
                return


def looks_like_a_secret(name: str, value: str) -> str:
    """Return why a variable is taken for a secret, or nothing."""
    rule = next((rule for rule, _ in find_secrets(f"{name}={value}".encode("utf-8", "replace"))), None)
    if rule is not None:
        return f"its value looks like {rule.title}"
    if _SECRET_NAME.search(name) and not _NO_SECRET.search(value) and not secret_scope().placeholders.search(value):
        return _BY_NAME
    return ""


def named_secrets(text: str) -> Iterator[str]:
    """Yield the names of what a command sets that is a secret by its name alone: ``TOKEN=…``, ``--password …``."""
    for pattern in (_ASSIGNMENT, _OPTION, _MEMBER):
        for match in pattern.finditer(text):
            if looks_like_a_secret(match["name"], match["value"]) == _BY_NAME:
                yield match["name"]


def masked_start(text: str, length: int) -> str:
    """Return at most ``length`` characters, masked before they are cut, so that no part of a secret is left over."""
    return mask(text[: length * _AHEAD])[:length]


def mask(text: str) -> str:
    """Return ``text`` with everything masked that looks like a secret, by the rules or by a variable's name."""
    data = text.encode("utf-8", "surrogateescape")
    for rule in secret_rules():
        if not rule.paths and any(word in data for word in rule.keywords):
            data = rule.pattern.sub(_masked, data)
    text = _ASSIGNMENT.sub(_masked_assignment, data.decode("utf-8", "replace"))
    return _MEMBER.sub(_masked_assignment, _OPTION.sub(_masked_assignment, text))


def joined_words(words: Iterable[str]) -> str:
    """Return a command's words as one text, in which an option's value stands behind it, and the words are apart."""
    return _APART.join(words)


def mask_words(words: Sequence[str]) -> tuple[str, ...]:
    """Return a command's words masked; a secret may be a word of its own: ``--password``, ``…``."""
    masked = mask(joined_words(words)).split(_APART)
    return tuple(map(_masked_word, ("", *words), words, masked if len(masked) == len(words) else map(mask, words)))


def _masked_word(before: str, word: str, masked: str) -> str:
    """Return a word all masked where it is an option's secret, whatever is in it that would end it in a shell."""
    name, given, value = word.partition("=")
    if given and name.startswith("--") and looks_like_a_secret(name, value):
        return f"{name}={MASK}"
    alone = before.startswith("--") and "=" not in before and not word.startswith("-")
    return MASK if alone and looks_like_a_secret(before, word) == _BY_NAME else masked


def _first(rule: SecretRule, data: bytes, path: str) -> re.Match[bytes] | None:
    """Return the first match of a rule that is no placeholder."""
    if not any(word in data for word in rule.keywords) or not rule.holds_in(path):
        return None
    placeholders = secret_scope().placeholders
    for tried, match in enumerate(rule.pattern.finditer(data)):
        if tried == _MOST:
            break
        if not placeholders.search(_secret(match)[:_LOOKED_AT].decode("utf-8", "replace")):
            return match
    return None


def _secret(match: re.Match[bytes]) -> bytes:
    return match["secret"] if "secret" in match.re.groupindex else match[0]


def _masked(match: re.Match[bytes]) -> bytes:
    return match[0].replace(_secret(match), MASK.encode())


def _masked_assignment(match: re.Match[str]) -> str:
    if MASK in match["value"] or not looks_like_a_secret(match["name"], match["value"]):
        return match[0]
    return f"{match['name']}{match['is']}{match['quote']}{MASK}"
