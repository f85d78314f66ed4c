"""Python's versions: PEP 440, and below all of them what older tools wrote before it.

PEP 440 orders the epoch, the release without trailing zeros, then ``.devN`` < ``aN`` < ``bN`` < ``rcN`` < nothing <
``.postN``, each with its own ``.devN`` before it, and last the local version. A text that is none of these is split as
setuptools once did: runs of digits and letters, of which words before "final" are earlier than the release.
"""

import re

from prill.ecosystems.versions.keys import MAX_LENGTH, UnreadableVersion, is_number, number, text

__all__ = ["sort_key"]

_VERSION = re.compile(
    r"\s*v?(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<pre_number>[0-9]*))?"
    r"(?P<post>-(?P<implicit>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>[0-9]*))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_number>[0-9]*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*",
    re.ASCII,
)
_STAGES = {"a": 2, "alpha": 2, "b": 3, "beta": 3, "c": 4, "rc": 4, "pre": 4, "preview": 4}
_DEV_ALONE, _RELEASED = b"\x01", b"\x05"
_OLD, _PEP_440 = b"\x00", b"\x01"
_ABSENT, _PRESENT = b"\x01", b"\x02"
_END, _LOCAL, _WORD, _NUMBER = b"\x00", b"\x01", b"\x01", b"\x02"
_LOCAL_PARTS = re.compile(r"[-_.]").split
_RUNS = re.compile(r"[0-9]+|[a-z]+|-|[^a-z0-9.-]+").findall
_OLD_WORDS = {"pre": "c", "preview": "c", "-": "final-", "rc": "c", "dev": "@"}
_FINAL = "final"


def sort_key(version: str) -> bytes:
    """Return the bytes by which ``version`` sorts; raise `UnreadableVersion` where there is none."""
    if not version or len(version) > MAX_LENGTH or "\0" in version:
        raise UnreadableVersion(version, "Python packages")
    lower = version.lower()
    match = _VERSION.fullmatch(lower)
    if match is None:
        return _OLD + _old_key(lower)
    release = match["release"].split(".")
    while release and not release[-1].strip("0"):
        release.pop()
    parts = [_PEP_440, number(match["epoch"] or "")]
    parts += (_PRESENT + number(each) for each in release)
    parts.append(_ABSENT)
    if match["pre"]:
        parts += (bytes((_STAGES[match["pre"]],)), number(match["pre_number"]))
    else:
        parts.append(_DEV_ALONE if match["dev"] and not match["post"] else _RELEASED)
    parts.append(_PRESENT + number(match["implicit"] or match["post_number"] or "") if match["post"] else _ABSENT)
    parts.append(_ABSENT + number(match["dev_number"]) if match["dev"] else _PRESENT)
    if match["local"]:
        parts.append(_LOCAL)
        parts += (
            _NUMBER + number(part) if is_number(part) else _WORD + text(part) for part in _LOCAL_PARTS(match["local"])
        )
    parts.append(_END)
    return b"".join(parts)


def _old_key(version: str) -> bytes:
    """Order what is no PEP 440 version; words sort before numbers, and those after "final" after the release."""
    parts: list[str] = []
    for run in (*_RUNS(version), _FINAL):
        word = _OLD_WORDS.get(run, run)
        if not is_number(word[0]):
            while parts and parts[-1] == "final-" and word < _FINAL:
                parts.pop()
            while parts and is_number(parts[-1]) and not parts[-1].strip("0"):
                parts.pop()
        parts.append(word)
    return b"".join(_NUMBER + number(part) if is_number(part[0]) else _WORD + text(part) for part in parts)
