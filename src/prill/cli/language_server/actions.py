"""Fixes as code actions: for each finding its own, and comments that suppress it; and all safe ones at once."""

from collections.abc import Iterator, Sequence

from lsprotocol import types as lsp

from prill.api.lint_fix import fix_data
from prill.cli.language_server.diagnostics import diagnostic
from prill.cli.language_server.look import Looked
from prill.cli.language_server.positions import Lines
from prill.dockerfile.parser import parse
from prill.dockerfile.suppress import suppressions
from prill.model.finding import Edit, Finding, Fix
from prill.model.value import dataclass

__all__ = ["FIX_ALL", "ActionMaker", "wants"]

FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.prill"


def wants(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a client that asks for ``only`` these kinds, or for all, wants ``kind``; a kind holds its sub-kinds."""
    return only is None or any(kind == one or kind.startswith(f"{one}.") for one in map(_text, only))


def _text(kind: str) -> str:
    return kind.value if isinstance(kind, lsp.CodeActionKind) else kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionMaker:
    """Makes the code actions of a document; ``versioned``: the client takes edits of one version of it."""

    looked: Looked
    lines: Lines
    versioned: bool

    def touched(self, start: int, end: int) -> list[Finding]:
        """Return the findings that touch a span."""
        spans = ((finding, *self.looked.span(finding.location)) for finding in self.looked.shown)
        return [finding for finding, first, last in spans if first <= end and start <= last]

    def quick_fixes(self, touched: list[Finding]) -> list[lsp.CodeAction]:
        """Return the fixes of findings, then the comments that suppress them."""
        fixes = [self._action(finding, fix, safe=fix.safe) for finding in touched for fix in finding.fixes]
        return fixes + [self._action(finding, fix, safe=None) for finding, fix in self._suppressions(touched)]

    def fix_all(self) -> list[lsp.CodeAction]:
        """Return the action that applies every safe fix of the document, in rounds; none where it would do nothing."""
        looked = self.looked
        fixed = fix_data(looked.source.data, looked.source.name, looked.options, ignore_file=looked.ignore_file)
        if not fixed.applied:
            return []
        before, after = looked.source.text, fixed.data.decode()
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        first = _common(old, new)
        last = _common(old[first:][::-1], new[first:][::-1])
        start, end = sum(map(len, old[:first])), len(before) - sum(map(len, old[len(old) - last :]))
        edit = Edit(start=start, end=end, text="".join(new[first : len(new) - last]))
        title = "Prill: apply all safe fixes"
        return [lsp.CodeAction(title, kind=FIX_ALL, edit=self._edit((edit,)))]

    def _suppressions(self, findings: list[Finding]) -> Iterator[tuple[Finding, Fix]]:
        if not findings or not self.looked.options.settings.pragmas:
            return
        file = parse(self.looked.source.data, self.looked.source.name)
        for finding in findings:
            for fix in suppressions(file, finding):
                yield finding, fix

    def _action(self, finding: Finding, fix: Fix, *, safe: bool | None) -> lsp.CodeAction:
        """Return a fix; ``safe`` is None for what mends nothing."""
        title = f"{fix.message[:1].upper()}{fix.message[1:]}"
        if safe is not None:
            title += f" ({finding.rule})" if safe else f" ({finding.rule}; unsafe)"
        return lsp.CodeAction(
            title,
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(self.looked, self.lines, finding)],
            is_preferred=True if safe else None,
            edit=self._edit(fix.edits),
        )

    def _edit(self, edits: tuple[Edit, ...]) -> lsp.WorkspaceEdit:
        opened = self.looked.opened
        changes = [lsp.TextEdit(self.lines.range(edit.start, edit.end), edit.text) for edit in edits]
        if not self.versioned:
            return lsp.WorkspaceEdit(changes={opened.uri: changes})
        document = lsp.OptionalVersionedTextDocumentIdentifier(opened.uri, opened.version)
        return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(document, changes)])


def _common(one: list[str], other: list[str]) -> int:
    """Return with how many equal lines both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))
