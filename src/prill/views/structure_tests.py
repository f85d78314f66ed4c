"""A run of structure tests as text for people."""

from prill.model.structure_tests import TestResult, TestRun, TestStatus
from prill.views.sizes import count

__all__ = ["render_structure_tests"]

_WORDS = {
    TestStatus.PASS: "pass",
    TestStatus.FAIL: "FAIL",
    TestStatus.NOT_RUN: "not run",
    TestStatus.ERROR: "ERROR",
}
_MAX_LINES = 20
_MAX_WIDTH = 400


def render_structure_tests(run: TestRun, *, verbose: bool = False) -> str:
    """Return one line a test, what is wrong below it, and a summary.

    Output of programs is shown where a test did not pass, or always with ``verbose``. It comes from the image, so
    control characters in it are written out: a terminal is not the image's to command.
    """
    lines: list[str] = []
    source = None
    several = len({result.source for result in run.results}) > 1
    for result in run.results:
        if several and result.source != source:
            source = result.source
            lines.append(f"{_printable(source)}:")
        lines.extend(_result(result, verbose=verbose))
    told = {(result.name, result.errors[0]) for result in run.results if result.errors}
    lines.extend(
        f"note: {_printable(gap.subject)}: {_printable(gap.reason)}"
        for gap in run.gaps
        if (gap.subject, gap.reason) not in told
    )
    lines.append(_summary(run))
    return "\n".join(lines) + "\n"


def _result(result: TestResult, *, verbose: bool) -> list[str]:
    seconds = f"  {result.seconds:.2f} s" if result.seconds else ""
    lines = [f"{_WORDS[result.status]:<7}  {result.kind:<14}  {_printable(result.name)}{seconds}"]
    lines += [f"         {_printable(error)}" for error in result.errors]
    lines += [f"         note: {_printable(note)}" for note in result.notes]
    if verbose or result.status in (TestStatus.FAIL, TestStatus.ERROR):
        for name, text in (("stdout", result.stdout), ("stderr", result.stderr)):
            lines += _output(name, text)
    return lines


def _output(name: str, text: str) -> list[str]:
    shown = text.splitlines()
    lines = [f"         {name}: {_printable(line)}" for line in shown[:_MAX_LINES]]
    if len(shown) > _MAX_LINES:
        lines.append(f"         {name}: … {len(shown) - _MAX_LINES} more lines")
    return lines


def _summary(run: TestRun) -> str:
    counts = [
        f"{run.count(status)} {word}"
        for status, word in (
            (TestStatus.PASS, "passed"),
            (TestStatus.FAIL, "failed"),
            (TestStatus.ERROR, "not judged"),
            (TestStatus.NOT_RUN, "not run"),
        )
        if run.count(status)
    ]
    backend = f"; commands ran in {run.backend}" if run.backend else ""
    return f"{count(len(run.results), 'test')}: {', '.join(counts) or 'nothing to run'}{backend}"


def _printable(text: str) -> str:
    cut = text if len(text) <= _MAX_WIDTH else f"{text[:_MAX_WIDTH]}…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in cut
    )
