"""ShellCheck over the RUN bodies of many files: each body once, a process a core, answers mapped back to the files.

What ShellCheck cannot know is told to it: the shell, and the variables that ARG and ENV set.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prill._io.parallel import run_parallel
from prill.api.shellcheck_silent import is_silent
from prill.dockerfile.document import Dockerfile
from prill.dockerfile.engine import Places, Selection, weigh
from prill.dockerfile.rule import Problem, Rule
from prill.dockerfile.script import ShellText, shell_text
from prill.dockerfile.source import Span
from prill.dockerfile.state import PREDEFINED_ARGS, ShellKind, shell_kind
from prill.dockerfile.step import Step
from prill.dockerfile.syntax import Logical
from prill.model.finding import Finding, Severity
from prill.model.regex import regex
from prill.model.report import Gap
from prill.model.value import dataclass

if TYPE_CHECKING:
    from prill.api.lint_cache import LintCache

__all__ = ["ShellcheckAnswer", "find_shellcheck", "has_shell_text", "program_folders", "run_shellcheck"]

SECONDS = 300
MAX_OUTPUT = 64 << 20
# A missing #!, files that are not there, a dialect that is not known: nothing that a RUN could mend.
EXCLUDED = "SC1090,SC1091,SC2148,SC2187"

_SHELLS = frozenset({"sh", "bash", "dash", "ksh"})
_BUSYBOX = {"ash": "busybox sh", "busybox": "busybox sh"}
_DEFAULT = ("/bin/sh", "-c")
_WINDOWS = ("pwsh", "powershell", "cmd")
_LOST = regex("[\ud800-\udfff]")
"""What is not UTF-8 in the file: to ShellCheck, a letter as any other."""
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_Key = tuple[str, str]
_Comments = list[dict[str, object]]
_RULES = {severity: Rule(id="shellcheck", summary="ShellCheck's", severity=severity) for severity in Severity}
_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "style": Severity.STYLE}


@dataclass(frozen=True, slots=True)
class _Body:
    """One text for ShellCheck, and where it stands; ``before`` is how many lines were put before it."""

    document: Dockerfile
    step: Step
    logical: Logical
    start: int
    end: int
    key: _Key
    before: int


@dataclass(frozen=True, slots=True)
class ShellcheckAnswer:
    """The findings of each document, in the documents' order, and what was not answered."""

    findings: tuple[tuple[Finding, ...], ...]
    gaps: tuple[Gap, ...] = ()


def program_folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where programs are looked for: beside this Python, where an extra puts them, and on ``PATH``."""
    paths = (Path(one) for one in environment.get("PATH", "").split(os.pathsep) if one)
    return (Path(sys.executable).parent, *paths)


def find_shellcheck(folders: Sequence[Path]) -> Path | None:
    """Return the first program called ``shellcheck`` in the folders."""
    return next((folder / "shellcheck" for folder in folders if (folder / "shellcheck").is_file()), None)


def run_shellcheck(
    program: Path,
    documents: Sequence[Dockerfile],
    selections: Sequence[Selection],
    *,
    workers: int,
    as_hadolint: bool = False,
    cache: "LintCache | None" = None,
) -> ShellcheckAnswer:
    """Return what ShellCheck says about the files; what it does not answer is a gap.

    It is not asked about what it says nothing about, nor about what ``cache`` knows its answer to.
    As hadolint, the first word of SHELL is the shell whatever it is, and of each RUN the last comment counts alone.
    """
    make = _hadolint_body if as_hadolint else _body
    bodies = [[body for step in one.of("RUN") if (body := make(one, step))] for one in documents]
    keys = sorted({body.key for of_file in bodies for body in of_file if not _is_silent(body.key)})
    try:
        said = _answers(program, keys, workers, cache)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        gap = Gap("shellcheck", f"{program} did not answer: {error}")
        return ShellcheckAnswer(tuple(() for _ in documents), (gap,))
    findings: list[tuple[Finding, ...]] = []
    for document, selection, of_file in zip(documents, selections, bodies, strict=True):
        places = Places(document)
        own = [(body, said.get(body.key, [])) for body in of_file]
        if as_hadolint:
            raw = [_last(places, body, comments) for body, comments in own if comments]
        else:
            raw = [found for body, comments in own for one in comments if (found := _finding(places, body, one))]
        findings.append(tuple(weigh(raw, document, selection)))
    return ShellcheckAnswer(tuple(findings))


def _is_silent(key: _Key) -> bool:
    shell, text = key
    return shell.startswith("/") and shell.rpartition("/")[2] in _SHELLS and is_silent(text)


def _answers(program: Path, keys: Sequence[_Key], workers: int, cache: "LintCache | None") -> dict[_Key, _Comments]:
    """Return the comments on each text that has some; what is asked is kept in the cache, no comments included."""
    said: dict[_Key, _Comments] = {}
    digests: dict[_Key, str] = {}
    if cache is not None:
        from prill.api.lint_cache import digest_of  # noqa: PLC0415 - only with a cache

        stat = program.stat()
        stamp = f"{program} {stat.st_size} {stat.st_mtime_ns} {EXCLUDED}".encode("utf-8", "surrogateescape")
        digests = {key: digest_of(stamp, *(part.encode("utf-8", "surrogateescape") for part in key)) for key in keys}
        said = {key: found for key, digest in digests.items() if (found := cache.find(digest)) is not None}
    new = [key for key in keys if key not in said]
    chunks = [new[number::workers] for number in range(workers) if new[number::workers]]
    for answer in run_parallel(lambda chunk: _ask(program, chunk), chunks, workers=workers):
        said.update(answer)
    if cache is not None:
        for key in new:
            cache.keep(digests[key], said.get(key, []))
    return said


def has_shell_text(document: Dockerfile) -> bool:
    """Whether there is something that ShellCheck would be asked about."""
    return any(_body(document, step) is not None for step in document.of("RUN"))


def _body(document: Dockerfile, step: Step) -> _Body | None:
    shell = step.shell or _DEFAULT
    found = shell_text(step.instruction)
    if found is None or shell_kind(shell) is not ShellKind.POSIX:
        return None
    name = found.interpreter or shell[0].rpartition("/")[2]
    dialect = _BUSYBOX.get(name, name if name in _SHELLS else "sh")
    return _told(document, step, found, f"/bin/{dialect}")


def _hadolint_body(document: Dockerfile, step: Step) -> _Body | None:
    """Return the text as hadolint has it: whatever it is that SHELL names, but for what looks like Windows'."""
    shell = step.shell or _DEFAULT
    found = shell_text(step.instruction)
    if found is None or any(name in " ".join(shell) for name in _WINDOWS):
        return None
    return _told(document, step, found, shell[0])


def _told(document: Dockerfile, step: Step, found: ShellText, shell: str) -> _Body:
    """Return the text behind what ShellCheck cannot know: the shell, and those of its variables that are set."""
    text = found.logical.text[found.start : found.end]
    names = sorted(set(_NAME.findall(text)) & (step.state.declared | PREDEFINED_ARGS))
    head = "".join(f"export {name}=1\n" for name in names)
    return _Body(document, step, found.logical, found.start, found.end, (shell, head + text), len(names))


def _ask(program: Path, keys: Sequence[_Key]) -> dict[_Key, _Comments]:
    """Ask about several texts in one process; each begins with a ``#!`` that names its shell."""
    with tempfile.TemporaryDirectory(prefix="prill-shellcheck-") as folder:
        names = {}
        for number, (shell, text) in enumerate(keys):
            path = Path(folder) / f"{number:06}"
            path.write_text(_LOST.sub("\ufffd", f"#!{shell}\n{text}\n"), encoding="utf-8")
            names[str(path)] = keys[number]
        done = subprocess.run(  # noqa: S603 - a program that the caller names, without a shell
            [str(program), "--norc", "-f", "json1", "-e", EXCLUDED, "--", *names],
            capture_output=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    if done.returncode not in {0, 1} or len(done.stdout) > MAX_OUTPUT:
        raise ValueError(done.stderr.decode("utf-8", "replace")[:200] or f"it ended in {done.returncode}")
    said: dict[_Key, _Comments] = {}
    for comment in sorted(json.loads(done.stdout)["comments"], key=_order):
        said.setdefault(names[comment["file"]], []).append(comment)
    return said


def _order(comment: dict[str, object]) -> tuple[int, ...]:
    """Return what ShellCheck itself sorts by: the place, from the heaviest on, the code."""
    weight = list(_LEVELS).index(str(comment["level"]))
    return int(str(comment["line"])), int(str(comment["column"])), weight, int(str(comment["code"]))


def _last(places: Places, body: _Body, comments: Sequence[dict[str, object]]) -> Finding:
    comment = comments[-1]
    return places.finding(_rule(comment), _problem(comment, body.step.span))


def _rule(comment: dict[str, object]) -> Rule:
    return _RULES[_LEVELS.get(str(comment["level"]), Severity.INFO)]


def _problem(comment: dict[str, object], span: Span) -> Problem:
    return Problem(span=span, message=str(comment["message"]), aliases=(f"SC{comment['code']}",))


def _finding(places: Places, body: _Body, comment: dict[str, object]) -> Finding | None:
    """Map a comment back; those on the lines that were put before the text are nobody's."""
    text = body.logical.text[body.start : body.end]
    lines = text.split("\n")
    first, last = (int(str(comment[key])) - 2 - body.before for key in ("line", "endLine"))
    if first < 0 or first >= len(lines):
        return None
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    begin = min(starts[first] + int(str(comment["column"])) - 1, len(text))
    end = min(starts[min(last, len(lines) - 1)] + int(str(comment["endColumn"])) - 1, len(text))
    span = body.logical.span(body.start + begin, body.start + max(begin, end)) if text else Span(0, 0)
    return places.finding(_rule(comment), _problem(comment, span))
