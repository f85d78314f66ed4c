"""Comments that suppress a finding, as fixes: one for its instruction, one for the file."""

from prill.dockerfile.syntax import Comment, File, Instruction
from prill.model.finding import Edit, Finding, Fix

__all__ = ["suppressions"]


def suppressions(file: File, finding: Finding) -> tuple[Fix, ...]:
    """Return the fixes that put ``# prill: ignore[…]`` before the finding's instruction, and before the first one.

    A finding that is in no instruction gets the second alone, which holds for the file. Neither comment comes above a
    parser directive, which would be none any more, nor between hadolint's comment and its line.
    """
    line = finding.within.line if finding.within else None
    here = next((one for one in file.instructions if file.source.line(one.written.start) == line), None)
    fixes = []
    if here is not None:
        edit = _comment(file, here, f"# prill: ignore[{finding.rule}]")
        fixes.append(Fix(message=f"ignore {finding.rule} here", edits=(edit,)))
    edit = _comment(file, next(iter(file.instructions), None), f"# prill: ignore-file[{finding.rule}]")
    fixes.append(Fix(message=f"ignore {finding.rule} in this file", edits=(edit,)))
    return tuple(fixes)


def _comment(file: File, instruction: Instruction | None, comment: str) -> Edit:
    """Return what writes a line above an instruction; without one, at the end of the file."""
    text = file.source.text
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    if instruction is None:
        start = len(text)
        return Edit(start=start, end=start, text=("" if text[-1:] in {"\n", ""} else newline) + comment + newline)
    start = file.source.lines[file.source.line(instruction.written.start) - 1]
    for node in reversed(file.nodes[: file.nodes.index(instruction)]):
        if not isinstance(node, Comment) or "hadolint" not in node.text:
            break
        start = file.source.lines[file.source.line(node.span.start) - 1]
    return Edit(start=start, end=start, text=comment + newline)
