"""An editor in a test: speaks the Language Server Protocol with ``prill lsp`` over its standard input and output."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]

DOCUMENT_CHANGES = {"workspace": {"workspaceEdit": {"documentChanges": True}}}


class Editor:
    """A server's process; what it sends without being asked is kept until somebody looks for it."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "prill", "lsp", *words],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.waiting: list[Message] = []
        self.number = 0

    def send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> Message:
        assert self.process.stdout
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, (self.process.stderr and self.process.stderr.read()) or "the server ended"
        message: Message = json.loads(self.process.stdout.read(length))
        return message

    def until(self, wanted: Callable[[Message], bool]) -> Message:
        """Return the first message, kept or new, for which ``wanted`` holds."""
        for number, message in enumerate(self.waiting):
            if wanted(message):
                return self.waiting.pop(number)
        while not wanted(message := self.receive()):
            self.waiting.append(message)
        return message

    def notify(self, method: str, params: Message | None = None) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: Message | None = None) -> int:
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        return self.number

    def answer(self, number: int) -> Message:
        return self.until(lambda one: one.get("id") == number and "method" not in one)

    def request(self, method: str, params: Message | None = None) -> Any:  # noqa: ANN401 - whatever the method answers
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def start(self, capabilities: Message | None = None) -> Message:
        told: Message = self.request(
            "initialize", {"processId": None, "rootUri": None, "capabilities": capabilities or {}}
        )
        self.notify("initialized", {})
        return told

    def open(self, uri: str, text: str, language: str = "dockerfile") -> None:
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, text: str) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def diagnostics(self, uri: str, version: int | None = 1) -> list[Message]:
        """Wait for what is said about one version of a document."""
        message = self.until(
            lambda one: (
                one.get("method") == "textDocument/publishDiagnostics"
                and one["params"]["uri"] == uri
                and one["params"].get("version") == version
            )
        )
        found: list[Message] = message["params"]["diagnostics"]
        return found

    def actions(self, uri: str, line: int, character: int = 0, only: list[str] | None = None) -> list[Message]:
        place = {"line": line, "character": character}
        context: Message = {"diagnostics": [], **({"only": only} if only else {})}
        found: list[Message] = self.request(
            "textDocument/codeAction",
            {"textDocument": {"uri": uri}, "range": {"start": place, "end": place}, "context": context},
        )
        return found

    def hover(self, uri: str, line: int, character: int) -> Any:  # noqa: ANN401 - whatever the method answers
        place = {"line": line, "character": character}
        return self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})

    def leave(self) -> int:
        """Take leave as the protocol wants it; return the exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(30)

    def close(self) -> None:
        """End the process, however it is."""
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        self.process.kill()
        self.process.wait()
