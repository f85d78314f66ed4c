"""The server: which documents are open, when they are linted, and what is answered.

A document is linted when it is opened and saved, and when typing pauses. A newer version ends the wait for what an
older one would have got: what is published, and what fixes refer to, is always of the text that the editor has now. The
whole text is sent with each change: Dockerfiles are small, and nothing can drift apart.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from prill import __version__
from prill.cli.language_server.actions import FIX_ALL, ActionMaker, wants
from prill.cli.language_server.diagnostics import diagnostics
from prill.cli.language_server.hover import pages_at
from prill.cli.language_server.look import Looked, LookOptions, Opened, look
from prill.cli.language_server.positions import Lines

__all__ = ["LintServer", "make_server"]

PAUSE = 0.2
"""How many seconds nobody has to type before a changed document is linted."""

_SETTINGS = "**/{prill.toml,prill-policy.toml,pyproject.toml,.hadolint.yaml,.hadolint.yml,.dockerignore,*.dockerignore}"


class LintServer(LanguageServer):
    """Keeps one run for each Dockerfile that is open; one thread lints, so that of old runs at most one still works."""

    def __init__(self, options: LookOptions) -> None:
        super().__init__("prill", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.options = options
        self.pool = ThreadPoolExecutor(max_workers=1)
        self.runs: dict[str, asyncio.Task[Looked]] = {}
        self.ended_well = False

    def lint(self, uri: str, *, pause: float = 0) -> None:
        """Lint a document after a pause, in place of what is under way for it; leave alone what is no Dockerfile."""
        document = self.workspace.get_text_document(uri)
        opened = Opened(uri=uri, version=document.version, language=document.language_id, text=document.source)
        if opened.is_dockerfile:
            self.forget(uri)
            self.runs[uri] = asyncio.get_running_loop().create_task(self._lint(opened, pause))
            self.runs[uri].add_done_callback(self._report_bug)

    async def _lint(self, opened: Opened, pause: float) -> Looked:
        await asyncio.sleep(pause)
        looked = await asyncio.get_running_loop().run_in_executor(self.pool, look, opened, self.options)
        shown = diagnostics(looked, self.lines_of(looked))
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(opened.uri, shown, opened.version))
        return looked

    def _report_bug(self, run: "asyncio.Task[Looked]") -> None:
        if not run.cancelled() and (error := run.exception()) is not None:
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Error, f"a bug in Prill: {error!r}"))

    def forget(self, uri: str) -> bool:
        """End what is under way for a document; say whether it is one that is linted."""
        run = self.runs.pop(uri, None)
        if run is not None:
            run.cancel()
        return run is not None

    async def looked(self, uri: str) -> Looked | None:
        """Wait for what is found in the document's present text; None where it is not linted."""
        while (run := self.runs.get(uri)) is not None:
            await asyncio.wait((run,))
            if not run.cancelled():
                return run.result()
        return None

    def lines_of(self, looked: Looked) -> Lines:
        """Return the document's lines in the encoding that the client asked for."""
        encoding = self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16
        return Lines(looked.source.text, lsp.PositionEncodingKind(encoding).value)


def make_server(options: LookOptions) -> LintServer:
    """Return a server: ``start_io`` serves until the client is gone, ``ended_well`` says whether that took leave."""
    server = LintServer(options)
    kinds = [lsp.CodeActionKind.QuickFix, FIX_ALL]
    server.feature(lsp.INITIALIZED)(_initialized)
    server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)(_opened)
    server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(_saved)
    server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_settings_changed)
    server.feature(lsp.TEXT_DOCUMENT_HOVER)(_hover)
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=kinds))(_code_actions)
    server.feature(lsp.SHUTDOWN)(_shut_down)
    return server


async def _initialized(ls: LintServer, _: lsp.InitializedParams) -> None:
    """Ask the client, where it can, to say when settings change."""
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching is None or not watching.dynamic_registration:
        return
    watched = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(_SETTINGS)])
    registration = lsp.Registration("settings", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, watched)
    await ls.client_register_capability_async(lsp.RegistrationParams([registration]))


def _opened(ls: LintServer, params: lsp.DidOpenTextDocumentParams) -> None:
    ls.lint(params.text_document.uri)


def _changed(ls: LintServer, params: lsp.DidChangeTextDocumentParams) -> None:
    ls.lint(params.text_document.uri, pause=PAUSE)


def _saved(ls: LintServer, params: lsp.DidSaveTextDocumentParams) -> None:
    ls.lint(params.text_document.uri)


def _closed(ls: LintServer, params: lsp.DidCloseTextDocumentParams) -> None:
    if ls.forget(params.text_document.uri):
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(params.text_document.uri, []))


def _settings_changed(ls: LintServer, _: lsp.DidChangeWatchedFilesParams) -> None:
    for uri in tuple(ls.runs):
        ls.lint(uri)


async def _hover(ls: LintServer, params: lsp.HoverParams) -> lsp.Hover | None:
    looked = await ls.looked(params.text_document.uri)
    if looked is None:
        return None
    lines = ls.lines_of(looked)
    found = pages_at(looked, lines.offset(params.position))
    if found is None:
        return None
    text, span = found
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), lines.range(*span))


async def _code_actions(ls: LintServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    looked = await ls.looked(params.text_document.uri)
    if looked is None:
        return []
    workspace = ls.client_capabilities.workspace
    edits = workspace.workspace_edit if workspace else None
    lines = ls.lines_of(looked)
    maker = ActionMaker(looked=looked, lines=lines, versioned=bool(edits and edits.document_changes))
    touched = maker.touched(lines.offset(params.range.start), lines.offset(params.range.end))
    only = params.context.only
    actions: list[lsp.CodeAction] = []
    if wants(only, lsp.CodeActionKind.QuickFix.value):
        actions += maker.quick_fixes(touched)
    if wants(only, FIX_ALL) and (only is not None or any(fix.safe for finding in touched for fix in finding.fixes)):
        actions += await asyncio.get_running_loop().run_in_executor(ls.pool, maker.fix_all)
    return actions


def _shut_down(ls: LintServer, _: None) -> None:
    for uri in tuple(ls.runs):
        ls.forget(uri)
    ls.pool.shutdown(wait=False, cancel_futures=True)
    ls.ended_well = True
