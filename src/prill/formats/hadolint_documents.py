"""hadolint's own reports, as its release 2.15.1 writes them, for programs that read them."""

import json
from collections.abc import Callable, Sequence
from typing import Final

from prill.model.value import dataclass, replace

__all__ = ["HADOLINT_FORMATS", "Issue", "encode_issues"]

_UNREAD = "DL1000"
"""What could not be read: in plain text, its place has a column, and its code is not named."""
_CODE_CLIMATE = {"error": "blocker", "warning": "major", "info": "info", "style": "minor"}
_SARIF = {"error": "error", "warning": "warning", "info": "note", "style": "note"}
_SONAR = {"error": "CRITICAL", "warning": "MAJOR", "info": "MINOR", "style": "INFO"}
_COLOURS = {"error": "1m\x1b[91", "warning": "1m\x1b[93", "info": "92", "style": "96"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A line of hadolint's: ``level`` is error, warning, info or style."""

    file: str
    line: int
    code: str
    level: str
    message: str


def _json(issues: Sequence[Issue]) -> str:
    return _dump(
        [
            {
                "code": one.code,
                "column": 1,
                "file": one.file,
                "level": one.level,
                "line": one.line,
                "message": one.message,
            }
            for one in issues
        ]
    )


def _gnu(issues: Sequence[Issue]) -> str:
    return "".join(
        f"hadolint:{one.file}:{one.line}:1: {one.message} \n"
        if one.code == _UNREAD
        else f"hadolint:{one.file}:{one.line}: {one.code} {one.level}: {one.message}\n"
        for one in issues
    )


def _codacy(issues: Sequence[Issue]) -> str:
    return "".join(
        _dump({"filename": one.file, "line": one.line, "message": one.message, "patternId": one.code}) for one in issues
    )


def _climate(issue: Issue) -> dict[str, object]:
    return {
        "categories": ["Bug Risk"],
        "check_name": issue.code,
        "description": issue.message,
        "location": {"lines": {"begin": issue.line, "end": issue.line}, "path": issue.file},
        "severity": _CODE_CLIMATE[issue.level],
        "type": "issue",
    }


def _codeclimate(issues: Sequence[Issue]) -> str:
    return "".join(_dump(_climate(one)) + "\0" for one in issues)


def _gitlab(issues: Sequence[Issue]) -> str:
    return _dump([{**_climate(one), "fingerprint": _fingerprint(one)} for one in issues])


def _fingerprint(issue: Issue) -> str:
    text = f"{issue.file}\0{issue.line}\0{issue.code}\0{issue.message}"
    from hashlib import sha256  # noqa: PLC0415 - the same

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _sonarqube(issues: Sequence[Issue]) -> str:
    found = [
        {
            "engineId": "Hadolint",
            "primaryLocation": {
                "filePath": one.file,
                "message": one.message,
                "textRange": {"endColumn": 1, "endLine": one.line, "startColumn": 0, "startLine": one.line},
            },
            "ruleId": one.code,
            "severity": _SONAR[one.level],
            "type": "BUG" if one.level == "error" else "CODE_SMELL",
        }
        for one in issues
    ]
    return _dump({"issues": found})


def _sarif(issues: Sequence[Issue]) -> str:
    results = [
        {
            "level": _SARIF[one.level],
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": one.file},
                        "region": {
                            "endColumn": 1,
                            "endLine": one.line,
                            "sourceLanguage": "sh" if one.code.startswith("SC") else "dockerfile",
                            "startColumn": 1,
                            "startLine": one.line,
                        },
                    }
                }
            ],
            "message": {"text": one.message},
            "ruleId": one.code,
        }
        for one in issues
    ]
    driver = {
        "downloadUri": "https://github.com/hadolint/hadolint",
        "fullName": "prill lint --hadolint",
        "name": "Hadolint",
        "shortDescription": {"text": "Prill's rules for Dockerfiles, under hadolint's codes"},
        "version": "2.15.1",
    }
    run = {"defaultSourceLanguage": "dockerfile", "results": results, "tool": {"driver": driver}}
    return _dump({"$schema": "http://json.schemastore.org/sarif-2.1.0", "runs": [run], "version": "2.1.0"})


def _checkstyle(issues: Sequence[Issue], files: Sequence[str], called: str | None) -> str:
    parts = ['<?xml version="1.0" encoding="UTF-8"?><checkstyle version="4.3">']
    for name in files:
        errors = "".join(
            f'<error column="1" line="{one.line}" message="{_attribute(one.message)}" severity="{one.level}"'
            f' source="{one.code}"/>'
            for one in issues
            if one.file == name
        )
        parts.append(f'<file name="{_attribute(called or name)}"' + (f">{errors}</file>" if errors else "/>"))
    return "".join([*parts, "</checkstyle>"])


def _junit(issues: Sequence[Issue], files: Sequence[str], called: str | None) -> str:
    parts = ['<?xml version="1.0" encoding="UTF-8"?><testsuites id="0" name="Hadolint run" time="0.001">']
    for name in files:
        cases = [_junit_case(replace(one, file=called or name)) for one in issues if one.file == name]
        head = f'<testsuite errors="0" failures="{len(cases)}" id="hadolint" name="Hadolint 2.15.1" time="0.001"'
        parts.append(head + (f">{''.join(cases)}</testsuite>" if cases else "/>"))
    return "".join([*parts, "</testsuites>"])


def _junit_case(issue: Issue) -> str:
    text = (
        f"File: {issue.file}\nLine: {issue.line}\nCategory: Hadolint - Dockerfile Static Analysis\n"
        f"{issue.level}: {issue.message}\n"
    )
    return (
        f'<testcase id="hadolint.rule.{issue.code}" time="0.001"><failure id="{issue.code}"'
        f' message="{_attribute(issue.message)}" type="{issue.level}">{_attribute(text)}</failure></testcase>'
    )


def _attribute(text: str) -> str:
    from prill.formats.junit import xml_text  # noqa: PLC0415 - the settings ask for the formats' names alone

    return xml_text(text).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


_PLAIN: Final[dict[str, Callable[[Sequence[Issue]], str]]] = {
    "json": _json,
    "gnu": _gnu,
    "codacy": _codacy,
    "codeclimate": _codeclimate,
    "gitlab_codeclimate": _gitlab,
    "sonarqube": _sonarqube,
    "sarif": _sarif,
}
_BY_FILE: Final[dict[str, Callable[[Sequence[Issue], Sequence[str], str | None], str]]] = {
    "checkstyle": _checkstyle,
    "junit": _junit,
}
_RENAMED = frozenset({"codeclimate", "gitlab_codeclimate", "sonarqube"})

HADOLINT_FORMATS: Final = ("tty", *sorted([*_PLAIN, *_BY_FILE]))


def encode_issues(
    issues: Sequence[Issue], files: Sequence[str], name: str, *, colour: bool = True, called: str | None = None
) -> bytes:
    """Return the report called ``name``, issues in their order; ``called`` is what ``--file-path-in-report`` says."""
    if called is not None and name in _RENAMED:
        issues = [replace(one, file=called) for one in issues]
    if name == "tty":
        text = "".join(_tty(one, colour=colour) for one in issues)
    elif name in _BY_FILE:
        text = _BY_FILE[name](issues, files, called)
    else:
        text = _PLAIN[name](issues)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def _tty(issue: Issue, *, colour: bool) -> str:
    if issue.code == _UNREAD:
        return f"{issue.file}:{issue.line}:1 {issue.message} \n"
    level = f"\x1b[{_COLOURS[issue.level]}m{issue.level}\x1b[0m" if colour else issue.level
    return f"{issue.file}:{issue.line} {issue.code} {level}: {issue.message}\n"
