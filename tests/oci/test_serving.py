"""The registry of our own, by plain requests as the distribution-spec has them, and by our client."""

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

from images import MadeImage, file, image_of, index_of
from prill.model import Digest, ImageReference
from prill.oci.credentials import Credentials
from prill.oci.descriptor import EMPTY_JSON, Descriptor
from prill.oci.image import Image
from prill.oci.index import Index
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY, INDEX, MANIFEST
from prill.oci.push import push
from prill.oci.referrers import attach, read_referrers
from prill.oci.registry import Repository, connect
from prill.oci.registry_errors import AccessRefused
from prill.oci.serving.limits import ServerLimits
from prill.oci.serving.server import CannotListen, RegistryServer, ServerOptions
from prill.oci.serving.storage import FolderInUse, NoRegistryFolder

DATA = random.Random(1).randbytes(300_000)  # noqa: S311 - the same in every process, as the names of tests are made of it
DIGEST = str(Digest.of(DATA))


class Client:
    """One connection; each call returns status, headers in lower case, and body."""

    def __init__(self, server: RegistryServer) -> None:
        self.connection = http.client.HTTPConnection(server.host, timeout=20)

    def __call__(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        self.connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = self.connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def code(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        """Return the status and the specification's error code."""
        status, _, answer = self(method, path, body, **headers)
        return status, json.loads(answer)["errors"][0]["code"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RegistryServer]:
    with RegistryServer(tmp_path / "registry") as running:
        yield running


@pytest.fixture
def client(server: RegistryServer) -> Iterator[Client]:
    with Client(server) as asking:
        yield asking


def repository(server: RegistryServer, name: str = "app:1.0", **values: object) -> Repository:
    reference = ImageReference.parse(f"{server.host}/{name}")
    defaults = {"plain_http": True, "writing": True, "sleep": lambda _: None}
    return connect(reference, **{**defaults, **values})  # type: ignore[arg-type]


def published(server: RegistryServer, made: MadeImage | None = None) -> MadeImage:
    made = made or image_of([file("a", DATA)])
    with closing(repository(server)) as target:
        push(target, blobs=made.store, entries=made.entries)
    return made


def test_what_was_pushed_is_there_after_a_new_start(tmp_path: Path):
    index, store = index_of(image_of([file("a", DATA)]), image_of([file("b")]))
    with RegistryServer(tmp_path / "r") as server, closing(repository(server)) as target:
        push(target, blobs=store, entries=[index.descriptor()])
    with RegistryServer(tmp_path / "r") as server, closing(repository(server)) as source:
        assert source.resolve().digest == index.digest
        assert source.tags() == ("1.0",)
        for entry in index.manifests:
            image = Image(entry, source)
            for layer in image.layers():
                with source.open(layer.descriptor) as stream:
                    assert len(stream.read()) == layer.descriptor.size


def test_referrers_are_listed_and_told(server: RegistryServer):
    made = published(server)
    with closing(repository(server)) as target:
        assert read_referrers(target, made.manifest.digest).found == ()
        sbom, slsa = made.refer(b"1", "text/spdx", note="x"), made.refer(b"2", "text/slsa")
        for one in (sbom, slsa):
            attach(target, one, made.blobs)
        found = read_referrers(target, made.manifest.digest)
        assert {one.descriptor for one in found.found} == {sbom.descriptor(), slsa.descriptor()}
        assert target.referrers(made.manifest.digest, "text/spdx") == (sbom.descriptor(),)
        assert target.tags() == ("1.0",)


def test_pages_of_referrers_and_tags(tmp_path: Path):
    options = ServerOptions(limits=ServerLimits(page_entries=3))
    with RegistryServer(tmp_path / "r", options) as server:
        made = published(server)
        with closing(repository(server)) as target:
            for number in range(8):
                attach(target, made.refer(str(number).encode(), f"text/{number % 2}"), made.blobs)
                target.put_manifest(made.manifest.raw, MANIFEST, tag=f"t{number}")
            assert len(target.referrers(made.manifest.digest)) == 8
            assert len(target.referrers(made.manifest.digest, "text/1")) == 4
            assert len(target.tags()) == 9
    with RegistryServer(tmp_path / "r", options) as server, Client(server) as client:
        path = f"/v2/app/referrers/{made.manifest.digest}?artifactType=text/1"
        status, headers, body = client("GET", path)
        assert (status, headers["oci-filters-applied"], headers["content-type"]) == (200, "artifactType", INDEX)
        assert len(json.loads(body)["manifests"]) == 3
        assert "artifactType=text%2F1" in headers["link"]
        assert json.loads(client("GET", "/v2/app/tags/list?n=2&last=t1")[2])["tags"] == ["t2", "t3"]
        assert json.loads(client("GET", "/v2/app/tags/list?n=0")[2])["tags"] == []
        assert json.loads(client("GET", "/v2/_catalog")[2]) == {"repositories": ["app"]}


def test_a_client_may_ask_whether_this_is_a_registry(client: Client):
    status, headers, _ = client("GET", "/v2/")
    assert (status, headers["docker-distribution-api-version"]) == (200, "registry/2.0")


def begun(client: Client, query: str = "") -> str:
    status, headers, _ = client("POST", f"/v2/app/blobs/uploads/{query}")
    assert status == 202
    assert headers["range"] == "0-0"
    return headers["location"]


def test_a_blob_comes_in_one_request_in_two_or_in_many(client: Client):
    status, headers, _ = client("POST", f"/v2/one/blobs/uploads/?digest={quote(DIGEST)}", DATA)
    assert (status, headers["location"]) == (201, f"/v2/one/blobs/{DIGEST}")
    assert client("PUT", f"{begun(client)}?digest={DIGEST}", DATA)[0] == 201
    place = begun(client)
    for start in range(0, len(DATA), 100_000):
        part = DATA[start : start + 100_000]
        assert client("GET", place)[0] == 204
        status, headers, _ = client("PATCH", place, part, Content_Range=f"{start}-{start + len(part) - 1}")
        assert (status, headers["range"]) == (202, f"0-{start + len(part) - 1}")
        place = headers["location"]
    assert client("PUT", f"{place}?digest={DIGEST}")[0] == 201
    assert client("GET", f"/v2/app/blobs/{DIGEST}")[2] == DATA
    assert client("HEAD", f"/v2/app/blobs/{DIGEST}")[1]["content-length"] == str(len(DATA))
    assert client("GET", place)[0] == 404


def test_a_body_may_come_in_chunks(client: Client):
    place = begun(client)
    assert client("PATCH", place, iter([DATA[:7], DATA[7:200_000], DATA[200_000:]]))[0] == 202
    assert client("PUT", f"{place}?digest={DIGEST}")[0] == 201
    assert client("GET", f"/v2/app/blobs/{DIGEST}")[2] == DATA


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_both_algorithms(client: Client, algorithm: str):
    digest = Digest.of(DATA, algorithm)
    assert client("PUT", f"{begun(client)}?digest={digest}", DATA)[0] == 201
    assert client("GET", f"/v2/app/blobs/{digest}")[2] == DATA


def test_chunks_in_the_wrong_order_are_refused(client: Client):
    place = begun(client)
    assert client("PATCH", place, b"abc", Content_Range="0-2")[0] == 202
    for said in ("0-2", "7-9", "x"):
        status, headers, _ = client("PATCH", place, b"abc", Content_Range=said)
        assert (status, headers["range"]) == (416, "0-2")
    for said in ("3-9", "3-4", "3-1"):
        status, headers, _ = client("PATCH", place, b"abc", Content_Range=said)
        assert (status, headers["range"]) == (400, "0-2"), said
    assert client("PATCH", place, b"def", Content_Range="3-5")[0] == 202
    assert client("DELETE", place)[0] == 204
    assert client.code("PATCH", place, b"abc") == (404, "BLOB_UPLOAD_UNKNOWN")


def test_another_digest_is_refused_and_nothing_is_kept(client: Client, server: RegistryServer, tmp_path: Path):
    place = begun(client)
    assert client.code("PUT", f"{place}?digest={DIGEST}", DATA[:-1]) == (400, "DIGEST_INVALID")
    assert client("GET", f"/v2/app/blobs/{DIGEST}")[0] == 404
    assert client.code("PUT", f"{place}?digest={DIGEST}", DATA) == (404, "BLOB_UPLOAD_UNKNOWN")
    assert list((tmp_path / "registry" / "uploads").iterdir()) == []


def test_a_blob_is_mounted_from_another_repository(client: Client):
    client("POST", f"/v2/one/blobs/uploads/?digest={DIGEST}", DATA)
    assert client("HEAD", f"/v2/two/blobs/{DIGEST}")[0] == 404
    assert client("POST", f"/v2/two/blobs/uploads/?mount={DIGEST}&from=three")[0] == 202
    assert client("POST", f"/v2/two/blobs/uploads/?mount={DIGEST}&from=one")[0] == 201
    assert client("GET", f"/v2/two/blobs/{DIGEST}")[2] == DATA
    assert client("POST", f"/v2/four/blobs/uploads/?mount={DIGEST}")[0] == 201


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-9", DATA[:10]),
        ("bytes=299990-", DATA[-10:]),
        ("bytes=-10", DATA[-10:]),
        ("bytes=299990-999999", DATA[-10:]),
        ("bytes=-999999", DATA),
    ],
)
def test_parts_of_a_blob(client: Client, asked: str, expected: bytes):
    client("POST", f"/v2/app/blobs/uploads/?digest={DIGEST}", DATA)
    status, headers, body = client("GET", f"/v2/app/blobs/{DIGEST}", Range=asked)
    assert (status, body) == (206, expected)
    assert headers["content-range"].endswith("/300000")


def test_ranges_that_are_none(client: Client):
    client("POST", f"/v2/app/blobs/uploads/?digest={DIGEST}", DATA)
    path = f"/v2/app/blobs/{DIGEST}"
    for asked in ("bytes=300000-", "bytes=9-3", "bytes=-0"):
        status, headers, _ = client("GET", path, Range=asked)
        assert (status, headers["content-range"]) == (416, "bytes */300000")
    for asked in ("bytes=-", "lines=1-2", "bytes=0-1,5-6", "x"):
        assert client("GET", path, Range=asked)[0] == 200


def test_a_manifest_needs_what_it_points_to(client: Client):
    made = image_of([file("a")])
    raw, path = made.manifest.raw, "/v2/app/manifests/1.0"
    assert client.code("PUT", path, raw, Content_Type=MANIFEST) == (404, "MANIFEST_BLOB_UNKNOWN")
    for data in (made.config.raw, *made.layers):
        client("POST", f"/v2/app/blobs/uploads/?digest={Digest.of(data)}", data)
    status, headers, _ = client("PUT", path, raw, Content_Type=MANIFEST)
    assert (status, headers["docker-content-digest"]) == (201, str(made.manifest.digest))
    assert "oci-subject" not in headers
    for reference in ("1.0", made.manifest.digest, quote(str(made.manifest.digest), safe="")):
        status, headers, body = client("GET", f"/v2/app/manifests/{reference}")
        assert (status, headers["content-type"], body) == (200, MANIFEST, raw)
    assert client("HEAD", path)[1]["content-length"] == str(len(raw))
    index, _ = index_of(image_of([file("elsewhere")]))
    assert client("PUT", "/v2/app/manifests/i", index.raw, Content_Type=INDEX)[0] == 404


def test_a_manifests_bytes_stay_as_they_came(client: Client):
    made = image_of([file("a")])
    odd = json.dumps(json.loads(made.manifest.raw) | {"unknown": [1, 2.50, "ü"]}, indent=3).encode() + b"\n"
    for data in (made.config.raw, *made.layers):
        client("POST", f"/v2/app/blobs/uploads/?digest={Digest.of(data)}", data)
    assert client("PUT", "/v2/app/manifests/odd", odd, Content_Type=MANIFEST)[0] == 201
    assert client("GET", f"/v2/app/manifests/{Digest.of(odd)}")[2] == odd


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"", MANIFEST, (400, "MANIFEST_INVALID")),
        (b"{}", MANIFEST, (400, "MANIFEST_INVALID")),
        (b"[" * 100_000, MANIFEST, (400, "MANIFEST_INVALID")),
        (b"{}", "text/plain", (415, "MANIFEST_INVALID")),
        (b"{}", "", (415, "MANIFEST_INVALID")),
        (b" " * (5 << 20), MANIFEST, (413, "SIZE_INVALID")),
    ],
)
def test_what_is_no_manifest_is_refused(client: Client, body: bytes, kind: str, expected: tuple[int, str]):
    assert client.code("PUT", "/v2/app/manifests/1.0", body, Content_Type=kind) == expected
    assert client.code("GET", "/v2/app/manifests/1.0") == (404, "MANIFEST_UNKNOWN")


def test_a_refusal_reaches_a_client_that_is_still_sending(server: RegistryServer):
    for _ in range(20):
        with Client(server) as client:  # which would have a broken pipe in place of the answer
            body = b" " * (20 << 20)
            assert client.code("PUT", "/v2/app/manifests/1.0", body, Content_Type=MANIFEST) == (413, "SIZE_INVALID")


def test_a_refusal_waits_for_nobody_for_long(server: RegistryServer):
    host, _, port = server.host.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        head = f"PUT /v2/app/manifests/1.0 HTTP/1.1\r\nHost: {server.host}\r\nContent-Length: 99999999\r\n\r\n"
        connection.sendall(head.encode() + b" " * (5 << 20))
        answer = b"".join(iter(lambda: connection.recv(4096), b""))  # ends although the rest never comes
    assert answer.startswith(b"HTTP/1.1 41")


def test_a_referrer_is_listed_by_the_digest_it_was_pushed_by(client: Client):
    subject = Descriptor.of(b"x", MANIFEST)
    raw = Manifest(config=Descriptor.of(EMPTY_JSON, EMPTY), layers=(), subject=subject).raw
    client("POST", f"/v2/app/blobs/uploads/?digest={Digest.of(EMPTY_JSON)}", EMPTY_JSON)
    digest = Digest.of(raw, "sha512")
    assert client("PUT", f"/v2/app/manifests/{digest}", raw, Content_Type=MANIFEST)[0] == 201
    (listed,) = Index.parse(client("GET", f"/v2/app/referrers/{subject.digest}")[2]).manifests
    assert listed.digest == digest
    assert client("GET", f"/v2/app/manifests/{listed.digest}")[2] == raw


def test_a_manifest_under_another_digest_is_refused(client: Client):
    made = image_of([file("a")])
    path = f"/v2/app/manifests/{Digest.of(b'other')}"
    assert client.code("PUT", path, made.manifest.raw, Content_Type=MANIFEST) == (400, "DIGEST_INVALID")


@pytest.mark.parametrize(
    "path",
    [
        "/v2/../../etc/manifests/x",
        "/v2/%2e%2e/%2e%2e/manifests/x",
        "/v2/APP/manifests/x",
        "/v2/app/manifests/..",
        "/v2/app/manifests/.tmp-1",
        "/v2/app~b/tags/list",
        "/v2/a//b/tags/list",
        "/v2/app/manifests/" + "t" * 129,
        "/v2/" + "a" * 256 + "/tags/list",
        "/v2/app/blobs/sha256:..%2f..%2fx",
        "/v2/app/blobs/md5:" + "0" * 32,
        "/v2/app/referrers/sha256:1",
        "/v1/", "/", "/v2/app", "/v2//tags/list",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_what_is_no_name_leads_nowhere(client: Client, method: str, path: str):
    status, _, _ = client(method, path, b"{}" if method == "PUT" else None, Content_Type=MANIFEST)
    assert status in {400, 404, 405}
    assert client("POST", path.replace("manifests", "blobs/uploads"))[0] in {400, 404, 405}


def test_deleting(client: Client, server: RegistryServer, tmp_path: Path):
    made = published(server)
    sbom = made.refer(b"1", "text/spdx")
    published(server, made)
    image, layer = f"/v2/app/manifests/{made.manifest.digest}", str(made.manifest.layers[0].digest)
    assert client("DELETE", "/v2/app/manifests/1.0")[0] == 202
    assert client("GET", "/v2/app/manifests/1.0")[0] == 404
    assert client("GET", image)[0] == 200
    client("PUT", "/v2/app/manifests/a", made.manifest.raw, Content_Type=MANIFEST)
    assert client("DELETE", image)[0] == 202
    assert client("DELETE", image)[0] == 404
    assert json.loads(client("GET", "/v2/app/tags/list")[2])["tags"] == []
    assert client("DELETE", f"/v2/app/manifests/{sbom.digest}")[0] == 202
    assert json.loads(client("GET", f"/v2/app/referrers/{made.manifest.digest}")[2])["manifests"] == []
    client("POST", f"/v2/two/blobs/uploads/?mount={layer}&from=app")
    content = tmp_path / "registry" / "blobs" / "sha256" / made.manifest.layers[0].digest.hex
    assert client("DELETE", f"/v2/app/blobs/{layer}")[0] == 202
    assert client("DELETE", f"/v2/app/blobs/{layer}")[0] == 404
    assert content.exists()
    assert client("DELETE", f"/v2/two/blobs/{layer}")[0] == 202
    assert not content.exists()


def test_a_registry_that_is_only_read_from(tmp_path: Path):
    with RegistryServer(tmp_path / "r") as server:
        made = published(server)
    with RegistryServer(tmp_path / "r", ServerOptions(read_only=True)) as server, Client(server) as client:
        assert client("GET", "/v2/app/manifests/1.0")[2] == made.manifest.raw
        for method, path in (("POST", "blobs/uploads/"), ("PUT", "manifests/2"), ("DELETE", "manifests/1.0")):
            assert client.code(method, f"/v2/app/{path}") == (405, "UNSUPPORTED")
            assert client(method, f"/v2/app/{path}")[1]["allow"] == ("" if method == "POST" else "GET, HEAD")


def test_what_is_not_done_is_answered_as_everything_is(client: Client):
    """With the specification's errors, and with what is done in its place."""
    for method, path, allow in (
        ("POST", "/v2/app/manifests/1", "DELETE, GET, HEAD, PUT"),
        ("PUT", f"/v2/app/blobs/{Digest.of(b'')}", "DELETE, GET, HEAD"),
        ("GET", "/v2/app/blobs/uploads/", "POST"),
    ):
        status, headers, body = client(method, path)
        assert (status, headers["allow"], headers["content-type"]) == (405, allow, "application/json")
        assert json.loads(body)["errors"][0]["code"] == "UNSUPPORTED"
    status, headers, body = client("OPTIONS", "/v2/")
    assert (status, headers["content-type"]) == (501, "application/json")
    assert json.loads(body)["errors"][0]["code"] == "UNSUPPORTED"


def test_a_login_is_asked_for(tmp_path: Path):
    known = Credentials(username="me", password="told:to:nobody")  # noqa: S106 - for this test alone
    options = ServerOptions(logins=(b"other:x", b"me:told:to:nobody"))
    with RegistryServer(tmp_path / "r", options) as server:
        made = image_of([file("a")])
        with closing(repository(server, credentials=known)) as target:
            push(target, blobs=made.store, entries=made.entries)
        wrong = replace(known, password="x")  # noqa: S106
        for credentials in (None, wrong):
            with closing(repository(server, credentials=credentials)) as source, pytest.raises(AccessRefused):
                source.resolve()
        with Client(server) as client:
            assert client.code("GET", "/v2/", Authorization="Basic %%%") == (401, "UNAUTHORIZED")


def test_a_blob_larger_than_allowed(tmp_path: Path):
    options = ServerOptions(limits=ServerLimits(blob=1000))
    with RegistryServer(tmp_path / "r", options) as server, Client(server) as client:
        assert client.code("PUT", f"{begun(client)}?digest={DIGEST}", DATA[:2000]) == (413, "SIZE_INVALID")


def test_uploads_that_nobody_goes_on_with_give_way(tmp_path: Path):
    options = ServerOptions(limits=ServerLimits(uploads=3))
    with RegistryServer(tmp_path / "r", options) as server, Client(server) as client:
        places = [begun(client) for _ in range(5)]
        assert [client("GET", place)[0] for place in places] == [404, 404, 204, 204, 204]
        assert len(list((tmp_path / "r" / "uploads").iterdir())) == 3


def test_more_connections_than_allowed_are_told_to_come_back(tmp_path: Path):
    with RegistryServer(tmp_path / "r", ServerOptions(limits=ServerLimits(connections=2))) as server:
        with Client(server) as first, Client(server) as second:
            assert (first("GET", "/v2/")[0], second("GET", "/v2/")[0]) == (200, 200)
            with Client(server) as third:
                status, headers, _ = third("GET", "/v2/")
                assert (status, headers["retry-after"]) == (503, "1")
        with closing(repository(server, sleep=time.sleep)) as patient:
            assert patient.tags() == ()


def raw(server: RegistryServer, data: bytes) -> bytes:
    """Send bytes as they are; return all that comes until the connection ends."""
    address, _, port = server.host.rpartition(":")
    with socket.create_connection((address, int(port)), timeout=20) as connection:
        connection.sendall(data)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: 3 3\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding:\r\n",
        b"Content-Length : 3\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"garbage\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\n",
        b"A: b\r\n Content-Length: 3\r\n",
        b"Content-Length: 3\xa0\r\n",
    ],
)
def test_a_length_that_is_not_clear_ends_the_connection(server: RegistryServer, headers: bytes):
    head = b"POST /v2/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\nabc"
    answer = raw(server, head + b"GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "line",
    [
        b"GET http://[ HTTP/1.1",
        b"GET /v2/?" + b"&".join(b"a%d=b" % number for number in range(30)) + b" HTTP/1.1",
        b"GET  /v2/ HTTP/1.1",
        b"GET /v2/",
        b"GET /v2/ HTTP/1.1 HTTP/1.1",
        b"GET /v2/ HTTP/2",
    ],
    ids=["an address that is none", "a long query", "two spaces", "no version", "two versions", "another version"],
)
def test_a_request_that_is_none_is_told_so(server: RegistryServer, line: bytes):
    answer = raw(server, line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("chunks", [b"zz\r\nabc\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"fffffffffffffffff\r\n", b"3\r\na"])
def test_chunks_that_are_none_end_the_connection(server: RegistryServer, client: Client, chunks: bytes):
    place = begun(client).encode()
    head = b"PATCH " + place + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    address, _, port = server.host.rpartition(":")
    with socket.create_connection((address, int(port)), timeout=20) as connection:
        connection.sendall(head + chunks)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536) == b""


def test_a_trailer_is_passed_over(server: RegistryServer, client: Client):
    place = begun(client).encode()
    head = b"PATCH " + place + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw(server, head + b"3\r\nabc\r\n0\r\nX: y\r\nZ: " + b"z" * 200 + b"\r\n\r\n").startswith(b"HTTP/1.1 202 ")


@pytest.mark.parametrize(
    "trailer",
    [b"A: b\r\n" * 1000, b"A: " + b"b" * 70_000 + b"\r\n", (b"A: " + b"b" * 60_000 + b"\r\n") * 10, b"garbage\r\n"],
    ids=["many fields", "a long field", "long fields", "no field"],
)
def test_a_trailer_is_bounded(server: RegistryServer, client: Client, trailer: bytes):
    """The connection ends while the client could still go on: nothing here says that the trailer is over."""
    place = begun(client).encode()
    head = b"PATCH " + place + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    address, _, port = server.host.rpartition(":")
    with socket.create_connection((address, int(port)), timeout=20) as connection, suppress(ConnectionError):
        connection.sendall(head + b"3\r\nabc\r\n0\r\n" + trailer)
        assert connection.recv(65536) == b""


@pytest.mark.parametrize(
    ("host", "version", "status"),
    [
        (b"", b"1.1", b"400"),
        (b"Host: a\r\nHost: b\r\n", b"1.1", b"400"),
        (b"Host: a, b\r\n", b"1.1", b"400"),
        (b"Host: a b\r\n", b"1.1", b"400"),
        (b"Host: me@a\r\n", b"1.1", b"400"),
        (b"Host: a/b\r\n", b"1.1", b"400"),
        (b"Host: \xe9\r\n", b"1.0", b"400"),
        (b"Host: a\r\nHost: b\r\n", b"1.0", b"400"),
        (b"", b"1.0", b"200"),
        (b"Host:\r\n", b"1.1", b"200"),
        (b"Host: registry.example.test:5000\r\n", b"1.1", b"200"),
        (b"host: [::1]:5000\r\n", b"1.1", b"200"),
    ],
)
def test_a_request_names_one_host(server: RegistryServer, host: bytes, version: bytes, status: bytes):
    following = b"GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = raw(server, b"GET /v2/ HTTP/" + version + b"\r\n" + host + b"\r\n" + following)
    assert answer.startswith(b"HTTP/1.1 " + status)
    if status == b"400":
        assert answer.count(b"HTTP/1.1 ") == 1


def test_what_came_before_a_connection_broke_is_kept(server: RegistryServer, client: Client):
    place = begun(client)
    head = f"PATCH {place} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(DATA)}\r\n\r\n".encode()
    address, _, port = server.host.rpartition(":")
    with socket.create_connection((address, int(port)), timeout=20) as connection:
        connection.sendall(head + DATA[:100_000])
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    status, headers, _ = client("GET", place)
    at = int(headers["range"].removeprefix("0-")) + 1
    assert (status, at) == (204, 100_000)
    assert client("PUT", f"{place}?digest={DIGEST}", DATA[at:], Content_Range=f"{at}-{len(DATA) - 1}")[0] == 201


def test_many_who_push_the_same_at_once(server: RegistryServer):
    made = image_of([file("a", DATA)], [file("b")])
    for number in range(4):
        made.refer(str(number).encode(), "text/x")
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with closing(repository(server, f"app:t{number}")) as target:
                push(target, blobs=made.store, entries=made.entries)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with closing(repository(server)) as source:
        assert source.tags() == tuple(f"t{number}" for number in range(6))
        assert len(source.referrers(made.manifest.digest)) == 4


def test_two_registries_do_not_share_a_folder(server: RegistryServer, tmp_path: Path):
    with pytest.raises(FolderInUse, match="another registry"):
        RegistryServer(tmp_path / "registry")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(NoRegistryFolder, match=r"thesis\.txt"):
        RegistryServer(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_address_that_is_taken_is_named(server: RegistryServer, tmp_path: Path):
    port = int(server.host.rpartition(":")[2])
    with pytest.raises(CannotListen, match=str(port)):
        RegistryServer(tmp_path / "other", ServerOptions(port=port))
    with RegistryServer(tmp_path / "other"):
        pass


def test_requests_are_logged_without_control_characters(tmp_path: Path):
    lines: list[str] = []
    with RegistryServer(tmp_path / "r", log=lines.append) as server:
        raw(server, b"GET /v2/\x1b[31m\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert lines
    assert all(line.isascii() and line.isprintable() for line in lines)


def test_only_what_is_sent_has_a_range(client: Client):
    """RFC 9110, section 14.2: for other methods than GET there is no ``Range``."""
    client("POST", f"/v2/a/blobs/uploads/?digest={DIGEST}", DATA)
    status, headers, _ = client("HEAD", f"/v2/a/blobs/{DIGEST}", Range="bytes=0-3")
    assert (status, headers["content-length"], "content-range" in headers) == (200, str(len(DATA)), False)


@pytest.mark.parametrize("source", ["NONE", "a//b", "no/such"])
def test_what_no_repository_has_is_uploaded(client: Client, source: str):
    """Who cannot mount is given an upload (distribution-spec, "Mounting a blob from another repository")."""
    client("POST", f"/v2/a/blobs/uploads/?digest={DIGEST}", DATA)
    status, headers, _ = client("POST", f"/v2/b/blobs/uploads/?mount={DIGEST}&from={source}")
    assert (status, "/v2/b/blobs/uploads/" in headers["location"]) == (202, True)
