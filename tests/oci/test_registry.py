import base64
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from certificates import certificates
from images import MadeImage, file, image_of, index_of
from prill._io.fetch_errors import FetchFailed, Unreachable
from prill._io.tls import UnreadableCertificates
from prill._io.urls import RedirectRefused
from prill.errors import PrillError
from prill.model import Digest, ImageReference
from prill.oci.credentials import Credentials
from prill.oci.image import Image
from prill.oci.media_types import INDEX, MANIFEST
from prill.oci.places import open_place
from prill.oci.push import push
from prill.oci.registry import ManifestNotFound, ReferrersLost, Repository, connect
from prill.oci.registry_access import RegistryAccess
from prill.oci.registry_auth import Authorizer, Challenge, parse_challenge
from prill.oci.registry_errors import AccessRefused, AnswerTooLarge, RateLimited, RegistryFailed, RegistryRefused
from prill.oci.serving.server import RegistryServer as ServedRegistry
from prill.oci.serving.server import ServerOptions
from prill.oci.store import Blob, BlobNotFound, DigestMismatch, SizeMismatch
from prill.oci.tags import cosign_tag, referrers_tag
from registry_server import Handler, RegistryServer

WORDS = "told:to:nobody"
LOGIN = Credentials(username="me", password=WORDS)
EMPTY_INDEX = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
BASIC = "Basic " + base64.b64encode(f"me:{WORDS}".encode()).decode()


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


class Pauses(list[float]):
    """Collects how long one would have slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def repository(server: RegistryServer, tag: str = "1.0", **values: object) -> Repository:
    reference = ImageReference.parse(f"{server.host}/app:{tag}")
    defaults = {"plain_http": True, "sleep": Pauses()}
    return connect(reference, **{**defaults, **values})  # type: ignore[arg-type]


def published(server: RegistryServer, made: MadeImage | None = None) -> MadeImage:
    made = made or image_of([file("a", os.urandom(1000))])
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    server.seen.clear()
    return made


def test_what_was_pushed_is_pulled(server: RegistryServer):
    made = image_of([file("a", os.urandom(3 << 20))], [file("b")])
    sbom = made.refer(b"{}", "text/spdx", note="x")
    made.refer(b"{}", "text/slsa")
    with closing(repository(server, writing=True)) as target:
        assert push(target, blobs=made.store, entries=made.entries) == made.manifest.digest
    with closing(repository(server)) as source:
        image = Image(source.resolve(), source)
        assert image.manifest() == made.manifest
        assert image.config() == made.config
        for layer, data in zip(image.layers(), made.layers, strict=True):
            assert source.has(layer.descriptor)
            with source.open(layer.descriptor) as stream:
                assert stream.read() == data
        assert image.referrers("text/spdx") == (sbom.descriptor(),)
        assert len(image.referrers()) == 2


def test_the_tag_comes_last_and_blobs_first(server: RegistryServer):
    made = image_of([file("a")])
    made.refer(b"{}", "text/spdx")
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    puts = [line.rpartition("/")[2] for line in server.methods("^PUT.*manifests")]
    assert puts == [str(made.manifest.digest), str(made.referrers[0].digest), "1.0"]
    assert max(server.seen.index(one) for one in server.seen if "blobs" in one.path) < min(
        server.seen.index(one) for one in server.seen if one.method == "PUT" and "manifests" in one.path
    )


def test_what_is_there_is_not_uploaded_again(server: RegistryServer):
    made = published(server)
    published_again = made
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=published_again.store, entries=published_again.entries)
    assert server.methods("^POST") == []
    assert len(server.methods("^HEAD")) == 2


def test_an_index_is_pushed_after_its_images(server: RegistryServer):
    index, store = index_of(image_of([file("a")]), image_of([file("b")]))
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=store, entries=[index.descriptor()])
        puts = [line.rpartition("/")[2] for line in server.methods("^PUT.*manifests")]
        assert puts == [*(str(entry.digest) for entry in index.manifests), str(index.digest), "1.0"]
        assert target.resolve().digest == index.digest


def test_without_the_referrers_api_the_tag_lists_them(server: RegistryServer):
    server.referrers_api = False
    made = image_of([file("a")])
    first = made.refer(b"1", "text/spdx", note="x")
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
        second = made.refer(b"2", "text/slsa")
        for _ in range(2):
            push(target, blobs=made.store, entries=made.entries)
        assert target.referrers(made.manifest.digest) == (first.descriptor(), second.descriptor())
        assert target.referrers(made.manifest.digest, "text/slsa") == (second.descriptor(),)
        assert target.referrers(Digest.of(b"other")) == ()
    assert referrers_tag(made.manifest.digest) in server.manifests
    assert len(server.methods(f"^PUT.*{referrers_tag(made.manifest.digest)}")) == 2


def test_a_registry_that_reads_the_tag_as_the_digest(server: RegistryServer):
    """As GitLab's does: what an index itself lists refers to nothing."""
    server.referrers_api = False
    index, store = index_of(image_of([file("a")]), image_of([file("b")]))
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=store, entries=[index.descriptor()])
        server.manifests[referrers_tag(index.digest)] = server.manifests[str(index.digest)]
        assert target.referrers(index.digest) == ()
        with pytest.raises(ReferrersLost, match="should list referrers"):
            target.list_referrers(index.digest, index.manifests[:1])
    assert server.manifests[referrers_tag(index.digest)] == server.manifests[str(index.digest)]


def test_no_registry_is_asked_for_a_tag_that_is_too_long(server: RegistryServer):
    """cosign's tag of an image that is named by a SHA-512: some registries answer 400 to it."""
    with closing(repository(server)) as source:
        assert source.find(cosign_tag(Digest.of(b"", "sha512"), "sig")) is None
        assert source.find("x" * 128) is None
    assert len(server.methods("/manifests/")) == 1


def test_with_the_referrers_api_no_tag_is_made(server: RegistryServer):
    made = image_of([file("a")])
    made.refer(b"1", "text/spdx")
    published(server, made)
    assert referrers_tag(made.manifest.digest) not in server.manifests


def test_pages_of_referrers_are_followed(server: RegistryServer):
    made = image_of([file("a")])
    for number in range(7):
        made.refer(str(number).encode(), "text/x")
    published(server, made)
    server.page_size = 3
    with closing(repository(server)) as source:
        assert len(source.referrers(made.manifest.digest)) == 7


def test_a_digest_in_the_reference_is_what_is_fetched(server: RegistryServer):
    made = published(server)
    pinned = ImageReference.parse(f"{server.host}/app:gone@{made.manifest.digest}")
    with closing(connect(pinned, plain_http=True)) as source:
        assert source.resolve().digest == made.manifest.digest
    server.manifests[str(made.manifest.digest)] = ("application/vnd.oci.image.manifest.v1+json", b"{}")
    with closing(connect(pinned, plain_http=True)) as source, pytest.raises(DigestMismatch):
        source.resolve()


def test_what_is_not_there_is_named(server: RegistryServer):
    with closing(repository(server)) as source:
        with pytest.raises(ManifestNotFound, match=r"app:1\.0"):
            source.resolve()
        layer = image_of([file("a")]).manifest.layers[0]
        assert not source.has(layer)
        with pytest.raises(BlobNotFound):
            source.open(layer)
        with pytest.raises(ManifestNotFound):
            source.open(image_of([file("a")]).manifest.descriptor())


@pytest.mark.parametrize("change", [lambda data: b"x" + data[1:], lambda data: data[:-1], lambda data: data + b"x"])
def test_a_registry_that_serves_other_bytes_is_found_out(server: RegistryServer, change: Callable[[bytes], bytes]):
    made = published(server)
    layer = made.manifest.layers[0]
    server.blobs[str(layer.digest)] = change(made.layers[0])
    server.ranges = False
    wrong = (DigestMismatch, SizeMismatch, FetchFailed)
    with closing(repository(server)) as source, source.open(layer) as stream, pytest.raises(wrong):
        stream.read()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_connection_is_taken_up_where_it_broke(server: RegistryServer, *, ranges: bool):
    made = published(server, image_of([file("a", os.urandom(2 << 20))]))
    layer, data = made.manifest.layers[0], made.layers[0]
    server.ranges = ranges
    server.script = [("GET .*blobs", lambda handler: handler.answer(200, data, cut=700_000))]
    with closing(repository(server)) as source, source.open(layer) as stream:
        assert stream.read() == data
    asked = [one.range for one in server.seen if "blobs" in one.path]
    assert asked == [None, "bytes=700000-"]


def test_a_connection_that_breaks_again_and_again_is_an_error(server: RegistryServer):
    made = published(server, image_of([file("a", os.urandom(100_000))]))
    server.ranges = False
    server.script = [("GET .*blobs", lambda handler: handler.answer(200, made.layers[0], cut=10))] * 20
    layer = made.manifest.layers[0]
    with closing(repository(server)) as source, source.open(layer) as stream, pytest.raises(FetchFailed):
        stream.read()
    assert len(server.seen) < 10


def test_what_may_pass_is_tried_again(server: RegistryServer):
    made = published(server)
    pauses = Pauses()
    server.script = [
        ("GET .*manifests", lambda handler: handler.answer(500)),
        ("GET .*manifests", lambda handler: handler.answer(429, headers={"Retry-After": "7"})),
        ("GET .*manifests", lambda handler: handler.answer(429, headers={"Retry-After": "99999"})),
        ("GET .*blobs", lambda handler: handler.answer(503)),
    ]
    with closing(repository(server, sleep=pauses)) as source:
        source.resolve()
        with source.open(made.manifest.layers[0]) as stream:
            assert stream.read() == made.layers[0]
    assert pauses == [0.5, 7.0, 30.0, 0.5]


@pytest.mark.parametrize(("status", "error"), [(500, RegistryFailed), (503, RegistryFailed), (429, RateLimited)])
def test_what_does_not_pass_is_an_error(server: RegistryServer, status: int, error: type[PrillError]):
    pauses = Pauses()
    server.script = [("GET", lambda handler: handler.answer(status, b"<html>"))] * 9
    with closing(repository(server, sleep=pauses)) as source, pytest.raises(error, match=str(status)):
        source.resolve()
    assert len(server.seen) == 4
    assert len(pauses) == 3


@pytest.mark.parametrize("status", [400, 403, 405, 418])
def test_what_will_not_pass_is_not_tried_again(server: RegistryServer, status: int):
    reason = b'{"errors":[{"code":"DENIED","message":"go \\u001b[31maway"}]}'
    server.script = [("GET", lambda handler: handler.answer(status, reason))]
    with closing(repository(server)) as source, pytest.raises(RegistryRefused, match="DENIED go") as caught:
        source.resolve()
    assert "\x1b" not in str(caught.value)
    assert len(server.seen) == 1


def test_a_failed_upload_begins_anew(server: RegistryServer):
    made = image_of([file("a", os.urandom(200_000))])
    server.script = [("^PUT .*uploads", lambda handler: handler.answer(500))] * 2
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    assert len(server.methods("^POST")) == 4
    assert server.blobs[str(made.manifest.layers[0].digest)] == made.layers[0]


def test_a_huge_manifest_is_not_read_to_its_end(server: RegistryServer):
    server.manifests["1.0"] = ("application/vnd.oci.image.manifest.v1+json", bytes(5 << 20))
    with closing(repository(server)) as source, pytest.raises(AnswerTooLarge):
        source.resolve()


def test_a_login_is_sent_only_when_it_is_asked_for(server: RegistryServer):
    made = published(server)
    server.want_basic(BASIC)
    with closing(repository(server, credentials=LOGIN)) as source:
        assert source.resolve().digest == made.manifest.digest
        source.has(made.manifest.layers[0])
    assert [one.authorization for one in server.seen] == [None, BASIC, BASIC]


@pytest.mark.parametrize("credentials", [None, Credentials(username="me", password=WORDS[1:])])
def test_a_wrong_login_ends_in_a_clear_error(server: RegistryServer, credentials: Credentials | None):
    server.want_basic(BASIC)
    with (
        closing(repository(server, credentials=credentials)) as source,
        pytest.raises(AccessRefused, match="log in") as caught,
    ):
        source.resolve()
    assert caught.value.hint
    assert WORDS[1:] not in str(caught.value)
    assert len(server.seen) == 2


def test_a_credential_helper_is_named(server: RegistryServer):
    server.want_basic(BASIC)
    credentials = Credentials(helper="desktop")
    with closing(repository(server, credentials=credentials)) as source, pytest.raises(AccessRefused) as caught:
        source.resolve()
    assert "docker-credential-desktop" in caught.value.hint


@pytest.mark.parametrize("credentials", [None, LOGIN])
def test_tokens_are_fetched_with_and_without_a_login(server: RegistryServer, credentials: Credentials | None):
    made = published(server)
    server.want_token("abc.def", realm=f"{server.url}/token", login=BASIC if credentials else "")
    with closing(repository(server, credentials=credentials)) as source:
        assert source.resolve().digest == made.manifest.digest
        with source.open(made.manifest.layers[0]) as stream:
            assert stream.read() == made.layers[0]
    (asked,) = server.methods("/token")
    assert asked == "GET /token?service=reg&scope=repository%3Aapp%3Apull"
    assert [one.authorization for one in server.seen if "/v2/" in one.path] == [
        None,
        "Bearer abc.def",
        "Bearer abc.def",
    ]


def test_pushing_asks_for_the_right_to_push(server: RegistryServer):
    server.want_token("t", realm=f"{server.url}/token")
    made = image_of([file("a")])
    with closing(repository(server, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    assert all("pull%2Cpush" in line for line in server.methods("/token"))
    assert "1.0" in server.manifests


def test_an_identity_token_is_exchanged(server: RegistryServer):
    made = published(server)
    server.want_token("abc", realm=f"{server.url}/token")
    with closing(repository(server, credentials=Credentials(identity_token=WORDS))) as source:
        assert source.resolve().digest == made.manifest.digest
    assert server.methods("/token") == ["POST /token"]


def test_an_expired_token_is_renewed(server: RegistryServer):
    made = published(server)
    server.want_token("first", realm=f"{server.url}/token")
    with closing(repository(server)) as source:
        source.resolve()
        server.want_token("second", realm=f"{server.url}/token")
        assert source.has(made.manifest.layers[0])


@pytest.mark.parametrize("realm", ["http://198.51.100.7/token", "ftp://x/y", "file:///etc/passwd", "token"])
def test_a_token_server_must_be_safe_to_talk_to(realm: str):
    def refuse(method: str, url: str, headers: dict[str, str], body: bytes | None) -> bytes:
        pytest.fail(f"{method} {url} was sent")

    authorizer = Authorizer(LOGIN, plain_http=False, exchange=refuse)
    with pytest.raises(AccessRefused, match="not safe"):
        authorizer.answer(f'Bearer realm="{realm}"', "repository:x:pull")


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b'{"token":""}', b'{"token":"a\\r\\nX: y"}', b'{"token":"\\u00e4"}', b"[", b"[]"]
)
def test_a_token_that_is_none_is_refused(server: RegistryServer, answer: bytes):
    server.want_token("t", realm=f"{server.url}/token")
    server.script = [("/token", lambda handler: handler.answer(200, answer))]
    with closing(repository(server)) as source, pytest.raises(AccessRefused, match="no token"):
        source.resolve()


@pytest.mark.parametrize("header", ["", "Negotiate", "Bearer", 'Bearer service="x"', "Digest realm=x"])
def test_an_unknown_challenge_is_refused(header: str):
    with pytest.raises(AccessRefused):
        parse_challenge(header)


def to(url: str) -> Callable[[Handler], None]:
    """Redirect whatever comes to ``url``."""
    return lambda handler: handler.answer(307, headers={"Location": url})


def test_a_redirect_to_another_host_loses_the_login(server: RegistryServer):
    made = published(server)
    server.want_basic(BASIC)
    with RegistryServer() as storage:
        layer = made.manifest.layers[0]
        storage.blobs[str(layer.digest)] = made.layers[0]
        server.script = [("blobs", to(f"{storage.url}/v2/app/blobs/{layer.digest}?signed=1"))]
        with closing(repository(server, credentials=LOGIN)) as source:
            source.resolve()
            with source.open(layer) as stream:
                assert stream.read() == made.layers[0]
    assert server.seen[-1].authorization == BASIC
    assert [one.authorization for one in storage.seen] == [None]


def test_another_host_cannot_ask_for_the_login(server: RegistryServer):
    made = published(server)
    server.want_basic(BASIC)
    with RegistryServer() as storage:
        storage.want_basic(BASIC)
        server.script = [("blobs", to(f"{storage.url}/stolen"))]
        with closing(repository(server, credentials=LOGIN)) as source:
            source.resolve()
            with pytest.raises(AccessRefused):
                source.open(made.manifest.layers[0])
    assert [one.authorization for one in storage.seen] == [None]


def test_an_upload_elsewhere_loses_the_login(server: RegistryServer):
    made = image_of([file("a")])
    server.want_basic(BASIC)
    with RegistryServer() as storage:
        server.upload_base = storage.url
        with closing(repository(server, credentials=LOGIN, writing=True)) as target:
            push(target, blobs=made.store, entries=made.entries)
        assert storage.blobs[str(made.manifest.layers[0].digest)] == made.layers[0]
    assert {one.authorization for one in storage.seen} == {None}


def test_writes_are_not_redirected(server: RegistryServer):
    made = image_of([file("a")])
    with RegistryServer() as other:
        server.script = [("^POST", to(f"{other.url}/v2/app/blobs/uploads/"))] * 2
        with closing(repository(server, writing=True)) as target, pytest.raises(RedirectRefused):
            push(target, blobs=made.store, entries=made.entries)
        assert other.seen == []


def test_redirects_in_circles_end(server: RegistryServer):
    made = published(server)
    url = f"{server.url}/v2/app/blobs/{made.manifest.layers[0].digest}"
    server.script = [("blobs", to(url))] * 50
    with closing(repository(server)) as source, pytest.raises(RedirectRefused):
        source.open(made.manifest.layers[0])
    assert len(server.seen) < 10


@pytest.mark.parametrize("target", ["ftp://x/y", "file:///etc/passwd", "gopher://127.0.0.1/"])
def test_redirects_lead_to_http_only(server: RegistryServer, target: str):
    made = published(server)
    server.script = [("blobs", to(target))]
    with closing(repository(server)) as source, pytest.raises(RedirectRefused):
        source.open(made.manifest.layers[0])


@pytest.mark.parametrize(
    "target", ["http://[", "//[x", "ftp://evil/\x1b[31mRED\x1b]0;title\x07", "//127.0.0.1:1/\x1b[31m"]
)
def test_a_redirect_that_is_none_is_an_error_that_can_be_shown(server: RegistryServer, target: str):
    server.script = [("manifests", to(target))] * 20
    with closing(repository(server)) as source, pytest.raises((FetchFailed, RedirectRefused)) as caught:
        source.resolve()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("target", ["http://[", "//[x"])
def test_a_next_page_that_is_none_is_an_error(server: RegistryServer, target: str):
    made = image_of([file("a")])
    made.refer(b"x", "text/x")
    published(server, made)
    headers = {"Link": f'<{target}>; rel="next"', "Content-Type": "application/vnd.oci.image.index.v1+json"}
    server.script = [("referrers", lambda handler: handler.answer(200, EMPTY_INDEX, headers))]
    with closing(repository(server)) as source, pytest.raises(RedirectRefused):
        source.referrers(made.manifest.digest)


@pytest.mark.parametrize("realm", ["http://[", "http://a\x1b[31m]/x", "https://h:port/", "https:///x"])
def test_a_token_server_without_an_address_is_refused(server: RegistryServer, realm: str):
    server.wants, server.challenge = "Bearer t", {"WWW-Authenticate": f'Bearer realm="{realm}"'}
    with closing(repository(server)) as source, pytest.raises(AccessRefused, match="not safe") as caught:
        source.resolve()
    assert str(caught.value).isprintable()


def test_plain_http_is_spoken_only_when_asked_for(server: RegistryServer):
    published(server)
    reference = ImageReference.parse(f"{server.host}/app:1.0")
    with closing(connect(reference, sleep=Pauses())) as source, pytest.raises(FetchFailed):
        source.resolve()
    assert server.seen == []


def test_a_registry_that_is_not_there_is_named():
    with RegistryServer() as server:
        reference = ImageReference.parse(f"{server.host}/app:1.0")
    pauses = Pauses()
    with (
        closing(connect(reference, plain_http=True, sleep=pauses)) as source,
        pytest.raises(Unreachable, match=r"127\.0\.0\.1"),
    ):
        source.resolve()
    assert len(pauses) == 3


def test_a_manifest_stored_as_another_is_found(server: RegistryServer):
    made = image_of([file("a")])
    lie = {"Docker-Content-Digest": str(Digest.of(b"other"))}
    server.script = [("^PUT .*manifests", lambda handler: handler.answer(201, headers=lie))]
    with closing(repository(server, writing=True)) as target, pytest.raises(DigestMismatch, match="stored"):
        push(target, blobs=made.store, entries=made.entries)


def test_pushing_a_changed_blob_publishes_nothing(server: RegistryServer):
    made = image_of([file("a", "x" * 100)])
    store = made.store
    layer = made.manifest.layers[0]
    store.add(replace(Blob.of(b"z" * layer.size), digest=layer.digest))
    with closing(repository(server, writing=True)) as target, pytest.raises(DigestMismatch):
        push(target, blobs=store, entries=made.entries)
    assert server.manifests == {}


def test_secrets_are_not_shown():
    assert WORDS not in repr(LOGIN)
    assert WORDS not in repr(Credentials(identity_token=WORDS, registry_token=WORDS))


@pytest.mark.parametrize(
    "header",
    [
        'Bearer realm="https://x/t",service="s"',
        'bearer service=s, realm="https://x/t"',
        'Basic realm="Bearer realm=no", Bearer realm="https://x/t",service="s",scope="a b,c"',
        'Negotiate, Bearer realm="https://x/t" , service="s"',
        'Bearer  realm = "https://x/t", service = "s", error="insufficient scope"',
    ],
)
def test_a_token_comes_before_a_password(header: str):
    found = parse_challenge(header)
    assert replace(found, scope="") == Challenge(scheme="bearer", realm="https://x/t", service="s")
    assert found.scope == ("a b,c" if "scope=" in header else "")


def test_a_pause_may_be_a_date(server: RegistryServer):
    published(server)
    pauses = Pauses()
    date = {"Retry-After": "Fri, 01 Jan 2100 00:00:07 GMT", "Date": "Fri, 01 Jan 2100 00:00:00 GMT"}

    def busy(handler: Handler) -> None:
        handler.send_response_only(429)
        for name, value in {**date, "Content-Length": "0"}.items():
            handler.send_header(name, value)
        handler.end_headers()

    server.script = [("GET", busy)]
    with closing(repository(server, sleep=pauses)) as source:
        source.resolve()
    assert pauses == [7.0]


def test_a_registry_with_a_certificate_of_its_own(tmp_path: Path):
    authority, chain, key = certificates(tmp_path)
    with ServedRegistry(tmp_path / "r", ServerOptions(certificate=chain, key=key)) as serving:
        made = image_of([file("a", os.urandom(300_000))])
        reference = ImageReference.parse(f"{serving.host}/app:1.0")
        with closing(connect(reference, writing=True, ca_file=authority)) as target:
            push(target, blobs=made.store, entries=made.entries)
            with target.open(made.manifest.layers[0]) as stream:
                assert stream.read() == made.layers[0]
        with closing(connect(reference, sleep=Pauses())) as source, pytest.raises(FetchFailed, match="certificate"):
            source.resolve()
        (tmp_path / "none.pem").write_text("no certificate")
        with pytest.raises(UnreadableCertificates, match=r"none\.pem"):
            connect(reference, ca_file=tmp_path / "none.pem")


def test_plain_http_is_never_spoken_to_a_token_server(tmp_path: Path):
    """A registry that is reached safely cannot send its caller, or the caller's password, over an open line."""
    authority, chain, key = certificates(tmp_path)
    with RegistryServer() as open_line, RegistryServer() as hostile:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain, key)
        hostile.socket = context.wrap_socket(hostile.socket, server_side=True)
        hostile.want_token("t", realm=f"{open_line.url}/token", login=BASIC)
        reference = ImageReference.parse(f"{hostile.host}/app:1.0")
        with closing(connect(reference, credentials=LOGIN, ca_file=authority)) as source:
            with pytest.raises(AccessRefused, match="not safe"):
                source.resolve()
            hostile.wants = ""
            hostile.script = [("GET", to(f"{open_line.url}/v2/app/manifests/1.0"))]
            with pytest.raises(RedirectRefused, match="less safe"):
                source.resolve()
        assert open_line.seen == []


def test_a_mirror_is_read_from_and_never_written_to(server: RegistryServer):
    made = published(server)
    with RegistryServer() as broken, RegistryServer() as mirror:
        with closing(connect(ImageReference.parse(f"{mirror.host}/hub/app:1.0"), plain_http=True)) as target:
            push(target, blobs=made.store, entries=made.entries)
        broken.script = [("GET", lambda handler: handler.answer(404))] * 99
        hosts = (broken.host, f"{mirror.host}/hub")
        access = RegistryAccess(plain_http=True, mirrors=((server.host, hosts),))
        mirror.seen.clear()
        with open_place(f"{server.host}/app:1.0", access=access) as place:
            assert place.target.digest == made.manifest.digest
            assert place.notes == (f"{server.host}/app:1.0 was read from the mirror {mirror.host}/hub/app",)
        assert server.seen == []
        with open_place(f"{server.host}/app:1.0", access=access, writing=True) as place:
            assert place.notes == ()
        assert len(mirror.seen) == 1
        mirror.manifests.clear()
        with open_place(f"{server.host}/app:1.0", access=access) as place:
            assert place.target.digest == made.manifest.digest


def test_a_tag_that_moves_between_two_requests_moves_nothing(server: RegistryServer):
    """Everything after the first answer is asked for by digest."""
    made, other = published(server), image_of([file("other")])
    with closing(repository(server)) as source:
        image = Image(source.resolve(), source)
        with closing(repository(server, writing=True)) as target:
            push(target, blobs=other.store, entries=other.entries)
        assert image.manifest() == made.manifest
        with source.open(image.layers()[0].descriptor) as stream:
            assert stream.read() == made.layers[0]
    assert [line for line in server.methods("GET .*manifests") if line.endswith("/1.0")] == [
        "GET /v2/app/manifests/1.0"
    ]


@pytest.mark.parametrize("kind", ["", "application/json", "text/plain", "application/octet-stream", MANIFEST.upper()])
@pytest.mark.parametrize("unstated", [False, True])
def test_a_manifest_that_is_announced_as_something_else(server: RegistryServer, kind: str, *, unstated: bool):
    """Servers of plain files know no media types; the document says what it is."""
    made = published(server)
    raw = made.manifest.raw.replace(f'"mediaType":"{MANIFEST}",'.encode(), b"", 1) if unstated else made.manifest.raw
    server.manifests["1.0"] = (kind, raw)
    with closing(repository(server)) as source:
        assert source.resolve().media_type == MANIFEST
    index = b'{"schemaVersion":2,"manifests":[]}' if unstated else EMPTY_INDEX
    server.manifests["1.0"] = (kind.replace("manifest", "index").replace("MANIFEST", "INDEX"), index)
    with closing(repository(server)) as source:
        assert source.resolve().media_type == INDEX


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'{"schemaVersion":1}', b'{"mediaType":"text/x"}', b'{"config":{},"layers":[],"manifests":[]}'],
)
def test_what_is_neither_a_manifest_nor_an_index_stays_what_it_was_announced_as(server: RegistryServer, body: bytes):
    server.manifests["1.0"] = ("text/html; charset=utf-8", body)
    with closing(repository(server)) as source:
        assert source.resolve().media_type == "text/html"


@pytest.mark.parametrize(
    "link",
    [
        '</v2/app/tags/list?last=a>; title="a, b; rel=x"; rel="next"',
        '</v2/app/tags/list?z>; rel="first", </v2/app/tags/list?last=a>;rel=next',
        "<list?last=a> ; rel = next",
        pytest.param(f"{'<' * 60_000}, <list?last=a>; rel=next", id="many that begin"),
    ],
)
def test_a_next_page_is_found_among_parameters(server: RegistryServer, link: str):
    server.script.append((r"tags/list", lambda handler: handler.answer(200, b'{"tags":["a"]}', {"Link": link})))
    server.script.append((r"tags/list\?last=a", lambda handler: handler.answer(200, b'{"tags":["b"]}')))
    with closing(repository(server)) as source:
        assert source.tags() == ("a", "b")


def test_a_token_may_stand_beside_a_null(server: RegistryServer):
    published(server)
    server.wants, server.challenge = "Bearer T", {"WWW-Authenticate": f'Bearer realm="{server.url}/access"'}
    server.script.append((r"GET /access", lambda handler: handler.answer(200, b'{"token":null,"access_token":"T"}')))
    with closing(repository(server)) as source:
        assert source.resolve().media_type == MANIFEST


def test_a_registry_may_ask_for_access_of_its_own_kind(server: RegistryServer):
    """As ECR's public registry does; but what may be done with repositories is not its to ask for."""
    published(server)
    asked = "aws repository:app:pull,push repository(plugin):other:push"
    server.token, server.wants = "T", "Bearer T"
    server.challenge = {"WWW-Authenticate": f'Bearer realm="{server.url}/token",scope="{asked}"'}
    with closing(repository(server)) as source:
        source.resolve()
    (path,) = [one.path for one in server.seen if one.path.startswith("/token")]
    assert path == "/token?scope=repository%3Aapp%3Apull&scope=aws"
