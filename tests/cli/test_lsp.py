"""prill lsp, with an editor at the other end of its pipes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls", reason="needs the extra prill[lsp]")

from language_client import DOCUMENT_CHANGES, Editor

pytestmark = pytest.mark.timeout(120)

TEXT = "FROM debian\nRUN apt-get install curl\nCMD a b\n"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Editor]]:
    editors: list[Editor] = []

    def run(*words: str, capabilities: dict[str, Any] | None = None) -> Editor:
        editors.append(Editor(tmp_path, *words))
        editors[-1].start(capabilities)
        return editors[-1]

    yield run
    for editor in editors:
        editor.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A server that many tests ask, each about a document of its own."""
    editor = Editor(tmp_path_factory.mktemp("editor"))
    editor.start(DOCUMENT_CHANGES)
    yield editor
    editor.close()


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return (tmp_path / "Dockerfile").as_uri()


def rules(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in diagnostics]


def place(line: int, start: int, end: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """Apply edits to an ASCII text."""
    lines = text.splitlines(keepends=True)

    def offset(position: dict[str, int]) -> int:
        return sum(map(len, lines[: position["line"]])) + position["character"]

    for edit in sorted(edits, key=lambda one: offset(one["range"]["start"]), reverse=True):
        start, end = (offset(edit["range"][name]) for name in ("start", "end"))
        text = text[:start] + edit["newText"] + text[end:]
    return text


def test_a_session(start: Callable[..., Editor], uri: str):
    editor = start("--stdio")
    editor.open(uri, TEXT)
    found = {one["code"]: one for one in editor.diagnostics(uri)}
    tag = found["unpinned-base"]
    assert tag["range"] == place(0, 5, 11)
    assert (tag["severity"], tag["source"]) == (2, "prill")
    assert "DL3006" in tag["message"]
    editor.change(uri, 2, "FROM debian:13\nUSER 1\n")
    assert editor.diagnostics(uri, 2) == []
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert editor.diagnostics(uri, None) == []
    assert editor.leave() == 0
    assert editor.process.stderr
    assert editor.process.stderr.read() == b""


def test_what_is_said_of_itself(tmp_path: Path):
    editor = Editor(tmp_path)
    told = editor.start()
    editor.close()
    assert told["serverInfo"]["name"] == "prill"
    assert told["capabilities"]["textDocumentSync"] == {"openClose": True, "change": 1, "save": True}
    assert told["capabilities"]["codeActionProvider"]["codeActionKinds"] == ["quickfix", "source.fixAll.prill"]
    assert told["capabilities"]["hoverProvider"] is True


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", 14), (None, 12)])
def test_columns_are_in_the_encoding_that_was_agreed_on(
    start: Callable[..., Editor], uri: str, encoding: str | None, end: int
):
    editor = start(capabilities={"general": {"positionEncodings": [encoding]}} if encoding else {})
    editor.open(uri, "FROM debian:13\nUSER 1\nCMD a 𠮷 b c\n")
    (found,) = [one for one in editor.diagnostics(uri) if one["code"] == "shell-form-command"]
    assert found["range"] == place(2, 4, end)
    (fix,) = [one for one in editor.actions(uri, 2, 6) if "unsafe" in one["title"]]
    assert fix["edit"]["changes"][uri][0]["range"] == place(2, 4, end)


def test_fixes_say_whether_they_are_safe(shared: Editor, uri: str):
    shared.open(uri, TEXT)
    safe = shared.actions(uri, 1, 8)[0]
    assert (safe["title"], safe["kind"], safe["isPreferred"]) == ("Add -y (apt-without-yes)", "quickfix", True)
    assert rules(safe["diagnostics"]) == ["apt-without-yes"]
    (change,) = safe["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert applied(TEXT, change["edits"]) == TEXT.replace("install", "install -y")
    unsafe = shared.actions(uri, 2, 4)[0]
    assert unsafe["title"] == "Write a JSON array (shell-form-command; unsafe)"
    assert "isPreferred" not in unsafe
    (change,) = unsafe["edit"]["documentChanges"]
    assert applied(TEXT, change["edits"]).endswith('CMD ["a", "b"]\n')


def test_a_finding_is_suppressed_by_a_comment(shared: Editor, uri: str):
    shared.open(uri, TEXT)
    assert "shell-form-command" in rules(shared.diagnostics(uri))
    (here,) = [one for one in shared.actions(uri, 2, 4) if one["title"] == "Ignore shell-form-command here"]
    text = applied(TEXT, here["edit"]["documentChanges"][0]["edits"])
    assert "# prill: ignore[shell-form-command]\nCMD a b" in text
    shared.change(uri, 2, text)
    assert "shell-form-command" not in rules(shared.diagnostics(uri, 2))


def test_where_comments_suppress_nothing_none_is_offered(shared: Editor, uri: str, tmp_path: Path):
    (tmp_path / "prill.toml").write_text("[lint]\npragmas = false\n")
    shared.open(uri, TEXT)
    assert [one["title"] for one in shared.actions(uri, 2, 4)] == ["Write a JSON array (shell-form-command; unsafe)"]


def test_all_safe_fixes_at_once(shared: Editor, uri: str):
    text = "FROM debian:13\nuser 1\nRUN apt-get install curl\nCMD a b\n"
    shared.open(uri, text)
    (action,) = shared.actions(uri, 0, only=["source.fixAll"])
    assert action["kind"] == "source.fixAll.prill"
    fixed = applied(text, action["edit"]["documentChanges"][0]["edits"])
    assert fixed == text.replace("install", "install -y").replace("user", "USER")
    assert not [one for one in shared.actions(uri, 0) if one["kind"] != "quickfix"]
    shared.change(uri, 2, fixed)
    assert shared.actions(uri, 0, only=["source"]) == []
    assert shared.actions(uri, 2, 4, only=["refactor"]) == []


def test_hover_has_the_page(shared: Editor, uri: str):
    shared.open(uri, "# hadolint ignore=DL3006\nFROM debian\nUSER 1\nCMD a b\n")
    page = shared.hover(uri, 3, 5)
    assert page["range"] == place(3, 4, 7)
    assert page["contents"]["kind"] == "markdown"
    assert page["contents"]["value"].startswith("## shell-form-command\n")
    assert "## Good" in page["contents"]["value"]
    named = shared.hover(uri, 0, 20)
    assert named["range"] == place(0, 18, 24)
    assert "## unpinned-base" in named["contents"]["value"]
    assert shared.hover(uri, 0, 4) is None
    assert shared.hover(uri, 2, 2) is None


def test_of_findings_in_one_another_the_shortest_comes_first(shared: Editor, uri: str):
    shared.open(uri, "FROM debian\nCMD a b\n")
    page = shared.hover(uri, 0, 6)
    assert page["range"] == place(0, 5, 11)
    titles = [line for line in page["contents"]["value"].splitlines() if line.startswith("## ")]
    assert titles == ["## unpinned-base", "## Bad", "## Good", "## runs-as-root", "## Bad", "## Good"]


def test_of_many_changes_the_last_counts(shared: Editor, uri: str):
    shared.open(uri, TEXT)
    shared.diagnostics(uri)
    for version in range(2, 50):
        shared.change(uri, version, f"FROM debian:{version}\nUSER 1\nCMD a b\n")
    assert rules(shared.diagnostics(uri, 49)) == ["shell-form-command"]
    said = [
        one["params"]["version"]
        for one in shared.waiting
        if one.get("method") == "textDocument/publishDiagnostics" and one["params"]["uri"] == uri
    ]
    assert len(said) < 40
    assert said == sorted(said)


def test_fixes_are_of_the_text_that_was_sent_last(shared: Editor, uri: str):
    shared.open(uri, TEXT)
    shared.change(uri, 2, "\n\n" + TEXT)
    (change,) = shared.actions(uri, 3, 8)[0]["edit"]["documentChanges"]
    assert change["textDocument"]["version"] == 2
    assert change["edits"][0]["range"]["start"]["line"] == 3


def test_other_documents_are_left_alone(shared: Editor, uri: str, tmp_path: Path):
    other = (tmp_path / "main.py").as_uri()
    shared.open(other, TEXT, language="python")
    assert shared.hover(other, 0, 6) is None
    assert shared.actions(other, 0) == []
    shared.open(uri, TEXT)
    shared.diagnostics(uri)
    assert not [one for one in shared.waiting if one.get("params", {}).get("uri") == other]


def test_saving_and_settings_that_change_lint_anew(start: Callable[..., Editor], uri: str, tmp_path: Path):
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    editor = start(capabilities=watching)
    asked = editor.until(lambda one: one.get("method") == "client/registerCapability")
    editor.send({"id": asked["id"], "result": None})
    (registered,) = asked["params"]["registrations"]
    assert "prill.toml" in registered["registerOptions"]["watchers"][0]["globPattern"]
    editor.open(uri, TEXT)
    assert "unpinned-base" in rules(editor.diagnostics(uri))
    (tmp_path / "prill.toml").write_text('[lint]\nignore = ["unpinned-base"]\n')
    editor.notify(registered["method"], {"changes": [{"uri": (tmp_path / "prill.toml").as_uri(), "type": 1}]})
    assert "unpinned-base" not in rules(editor.diagnostics(uri))
    (tmp_path / "prill.toml").write_text("[lint]\nnonsense = 1\n")
    editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    (gap,) = editor.diagnostics(uri)
    assert (gap["code"], gap["range"]) == ("gap", place(0, 0, 0))
    assert "nonsense" in gap["message"]


def test_the_least_severity_is_an_option(start: Callable[..., Editor], uri: str):
    editor = start("--severity", "style")
    editor.open(uri, "from debian:13\nUSER 1\n")
    found = {one["code"]: one["severity"] for one in editor.diagnostics(uri)}
    assert 4 in found.values()


def test_leaving_without_a_word_is_a_failure(start: Callable[..., Editor], uri: str):
    rude = start()
    rude.notify("exit")
    assert rude.process.wait(30) == 1
    gone = start()
    gone.open(uri, TEXT)
    assert gone.process.stdin
    gone.process.stdin.close()
    assert gone.process.wait(30) == 1


def test_without_the_extra_it_says_what_to_install():
    code = "import sys; sys.modules['pygls'] = None; from prill.cli.main import main; sys.exit(main(['lsp']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, input="")
    assert done.returncode == 2
    assert "→ pip install 'prill[lsp]'" in done.stderr
    assert done.stdout == ""
