"""A registry on loopback, kept in memory, that misbehaves where it is told to (OCI distribution-spec 1.1)."""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

MANIFEST = re.compile(r"/v2/(.+)/manifests/(.+)")
BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:[0-9a-f]{64})")
UPLOAD = re.compile(r"/v2/(.+)/blobs/uploads/(.*)")
TAGS = re.compile(r"/v2/(.+)/tags/list")
REFERRERS = re.compile(r"/v2/(.+)/referrers/(.+)")
INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    path: str
    authorization: str | None
    range: str | None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: "RegistryServer"

    def handle_one(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        registry, path = self.server, urlsplit(self.path).path
        registry.seen.append(
            Seen(self.command, self.path, self.headers.get("Authorization"), self.headers.get("Range"))
        )
        for number, (pattern, behave) in enumerate(registry.script):
            if re.search(pattern, f"{self.command} {self.path}"):
                del registry.script[number]
                behave(self)
                return
        if path == "/token":
            self.token()
        elif registry.wants and self.headers.get("Authorization") != registry.wants:
            self.answer(
                401,
                json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "log in"}]}).encode(),
                registry.challenge,
            )
        elif found := UPLOAD.fullmatch(path):
            self.upload(found, body)
        elif found := BLOB.fullmatch(path):
            self.blob(found[2])
        elif found := MANIFEST.fullmatch(path):
            self.manifest(found[2], body)
        elif found := REFERRERS.fullmatch(path):
            self.referrers(found[2])
        elif TAGS.fullmatch(path):
            self.tags()
        else:
            self.answer(404)

    do_GET = do_HEAD = do_POST = do_PUT = handle_one  # noqa: N815 - the base class's names

    def token(self) -> None:
        registry = self.server
        if registry.token_wants and self.headers.get("Authorization") != registry.token_wants:
            self.answer(401)
        else:
            self.answer(200, json.dumps({"token": registry.token}).encode())

    def upload(self, found: re.Match[str], body: bytes) -> None:
        if self.command == "POST":
            self.answer(202, headers={"Location": f"{self.server.upload_base}/v2/{found[1]}/blobs/uploads/1?state=x"})
            return
        digest = parse_qs(urlsplit(self.path).query)["digest"][0]
        if digest != "sha256:" + hashlib.sha256(body).hexdigest():
            self.answer(400, b'{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}')
            return
        self.server.blobs[digest] = body
        self.answer(201)

    def blob(self, digest: str) -> None:
        data = self.server.blobs.get(digest)
        if data is None:
            self.answer(404)
            return
        wanted = self.headers.get("Range")
        if wanted and self.server.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            self.answer(206, data[start:], {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"})
        else:
            self.answer(200, data)

    def manifest(self, name: str, body: bytes) -> None:
        registry = self.server
        if self.command == "PUT":
            digest = "sha256:" + hashlib.sha256(body).hexdigest()
            kind = self.headers["Content-Type"]
            registry.manifests[digest] = registry.manifests[name] = (kind, body)
            subject = json.loads(body).get("subject")
            headers = {"Docker-Content-Digest": digest}
            if subject and registry.referrers_api:
                registry.subjects.setdefault(subject["digest"], []).append(digest)
                headers["OCI-Subject"] = subject["digest"]
            self.answer(201, headers=headers)
        elif name in registry.manifests:
            kind, data = registry.manifests[name]
            self.answer(200, data, {"Content-Type": kind})
        else:
            self.answer(404)

    def referrers(self, digest: str) -> None:
        registry = self.server
        if not registry.referrers_api:
            self.answer(404)
            return
        entries = []
        for name in registry.subjects.get(digest, ()):
            kind, data = registry.manifests[name]
            parsed = json.loads(data)
            entries.append(
                {
                    "mediaType": kind,
                    "digest": name,
                    "size": len(data),
                    "artifactType": parsed.get("artifactType") or parsed["config"]["mediaType"],
                    "annotations": parsed.get("annotations", {}),
                }
            )
        shown, headers = self.page(entries)
        headers["Content-Type"] = INDEX
        self.answer(200, json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": shown}).encode(), headers)

    def tags(self) -> None:
        shown, headers = self.page(sorted(name for name in self.server.manifests if ":" not in name))
        self.answer(200, json.dumps({"name": "app", "tags": shown or None}).encode(), headers)

    def page(self, entries: list[Any]) -> tuple[list[Any], dict[str, str]]:
        """Return the part of a list that was asked for, and a link to the next one."""
        size = self.server.page_size
        if not size:
            return entries, {}
        address = urlsplit(self.path)
        page = int(parse_qs(address.query).get("page", ["0"])[0])
        more = len(entries) > (page + 1) * size
        headers = {"Link": f'<{address.path}?page={page + 1}>; rel="next"'} if more else {}
        return entries[page * size : (page + 1) * size], headers

    def answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, *, cut: int | None = None
    ) -> None:
        """Answer; with ``cut``, announce the whole body and send so many bytes of it."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut is None else body[:cut])
        self.wfile.flush()
        if cut is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class RegistryServer(ThreadingHTTPServer):
    """Use in a ``with`` block; ``host`` is what references begin with.

    ``script`` holds patterns of "METHOD path" with what to do instead; each is used once. ``wants`` is the only
    ``Authorization`` that is let in; ``challenge`` is what others are told.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_address[1]}"
        self.url = f"http://{self.host}"
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.subjects: dict[str, list[str]] = {}
        self.seen: list[Seen] = []
        self.script: list[tuple[str, Callable[[Handler], None]]] = []
        self.referrers_api = True
        self.ranges = True
        self.page_size = 0
        self.upload_base = ""
        self.wants = ""
        self.challenge: dict[str, str] = {}
        self.token = ""
        self.token_wants = ""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def want_basic(self, value: str) -> None:
        self.wants = value
        self.challenge = {"WWW-Authenticate": 'Basic realm="registry"'}

    def want_token(self, token: str, *, realm: str, login: str = "") -> None:
        self.wants, self.token, self.token_wants = f"Bearer {token}", token, login
        self.challenge = {"WWW-Authenticate": f'Bearer realm="{realm}",service="reg",scope="repository:x:pull"'}

    def methods(self, pattern: str = "") -> list[str]:
        return [f"{one.method} {one.path}" for one in self.seen if re.search(pattern, f"{one.method} {one.path}")]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
