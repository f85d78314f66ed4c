import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from images import MadeImage, file, image_of
from prill._io.fetch_errors import FetchFailed
from prill.errors import PrillError
from prill.model import Digest, ImageReference
from prill.oci.archive_writer import write_docker_archive, write_oci_archive
from prill.oci.descriptor import EMPTY_JSON, Descriptor
from prill.oci.index import Index
from prill.oci.layout_store import LayoutStore, ReadOnlyPlace
from prill.oci.layout_writer import write_layout
from prill.oci.manifest import Manifest
from prill.oci.media_types import EMPTY, INDEX, MANIFEST
from prill.oci.memory import MemoryStore
from prill.oci.places import Place, open_place
from prill.oci.push import push
from prill.oci.referrers import ReferrerLimits, attach, read_referrers
from prill.oci.registry import ReferrersLost, Repository, connect
from prill.oci.registry_access import RegistryAccess
from prill.oci.registry_lists import ListTooLong
from prill.oci.store import Blob, ImageStore
from prill.oci.tags import cosign_tag, referrers_tag
from registry_server import RegistryServer

SPDX, VEX = "application/spdx+json", "application/vex+json"
NAME = ImageReference.parse("example.org/app:1.0")


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


def repository(server: RegistryServer) -> Repository:
    reference = ImageReference.parse(f"{server.host}/app:1.0")
    return connect(reference, plain_http=True, writing=True, sleep=lambda _: None)


def published(server: RegistryServer) -> MadeImage:
    made = image_of([file("a")])
    with closing(repository(server)) as target:
        push(target, blobs=made.store, entries=made.entries)
    return made


def artifact(subject: Descriptor, content: bytes, kind: str = SPDX) -> Manifest:
    return Manifest(
        config=Descriptor.of(EMPTY_JSON, EMPTY),
        layers=(Descriptor.of(content, kind),),
        subject=subject,
        artifact_type=kind,
        annotations=(("note", content.decode()),),
    )


def add(store: ImageStore, subject: Descriptor, content: bytes, kind: str = SPDX) -> Descriptor:
    return attach(store, artifact(subject, content, kind), (EMPTY_JSON, content))


@pytest.fixture(params=["memory", "layout", "api", "fallback"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ImageStore]:
    """An empty place of each kind that artifacts are added to, with one image in it."""
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "layout":
        made = image_of([file("other")])
        write_layout(tmp_path / "out", blobs=made.store, entries=made.entries, tag="other")
        yield LayoutStore(tmp_path / "out")
    else:
        with RegistryServer() as server:
            server.referrers_api = request.param == "api"
            with closing(repository(server)) as opened:
                yield opened


def test_what_was_attached_is_found_and_opened(store: ImageStore):
    made = image_of([file("a")])
    image = attach(store, made.manifest, (made.config.raw, *made.layers))
    assert read_referrers(store, image.digest).found == ()
    first, second = add(store, image, b"one"), add(store, image, b"two", VEX)
    add(store, first, b"about the first")
    found = read_referrers(store, image.digest)
    assert {one.descriptor for one in found.found} == {first, second}
    assert {one.manifest.artifact_type for one in found.found} == {SPDX, VEX}
    assert found.gaps == ()
    assert len(read_referrers(store, first.digest).found) == 1
    contents = set()
    for one in found.found:
        with store.open(one.manifest.children()[1]) as stream:
            contents.add(stream.read())
    assert contents == {b"one", b"two"}


def test_attaching_twice_changes_nothing(store: ImageStore):
    made = image_of([file("a")])
    image = attach(store, made.manifest, (made.config.raw, *made.layers))
    assert add(store, image, b"one") == add(store, image, b"one")
    assert len(store.referrers(image.digest)) == 1


def test_tags_are_put_found_and_listed(store: ImageStore):
    made = image_of([file("a")])
    image = attach(store, made.manifest, (made.config.raw, *made.layers))
    before = set(store.tags())
    assert store.find("1.0") is None
    store.put_manifest(made.manifest.raw, MANIFEST, tag="1.0")
    tag = cosign_tag(image.digest, "sig")
    for content in (b"first", b"second"):
        signature = replace(artifact(image, content), subject=None)
        attach(store, signature, (EMPTY_JSON, content))
        store.put_manifest(signature.raw, MANIFEST, tag=tag)
        found = store.find(tag)
        assert found is not None
        assert found.digest == signature.digest
    assert set(store.tags()) == before | {"1.0", tag}


def test_a_list_that_says_something_wrong_is_not_believed(server: RegistryServer):
    """cosign's lists under the referrers tag have the config's media type as the artifact type."""
    server.referrers_api = False
    made = published(server)
    with closing(repository(server)) as store:
        sbom = add(store, made.manifest.descriptor(), b"one")
        wrong = replace(sbom, artifact_type=EMPTY, annotations=())
        server.manifests[referrers_tag(made.manifest.digest)] = (INDEX, Index(manifests=(wrong,)).raw)
        assert store.referrers(made.manifest.digest, SPDX) == ()
        (found,) = read_referrers(store, made.manifest.digest).found
    assert found.descriptor == sbom
    assert found.descriptor.annotation("note") == "one"


def test_what_cannot_be_counted_is_a_gap(server: RegistryServer):
    server.referrers_api = False
    made, other = published(server), image_of([file("b")])
    with closing(repository(server)) as store:
        good = add(store, made.manifest.descriptor(), b"good")
        elsewhere = add(store, other.manifest.descriptor(), b"about another image")
        gone = Descriptor.of(b"gone", MANIFEST)
        broken = Descriptor.of(b"{}", MANIFEST)
        server.manifests[str(broken.digest)] = (MANIFEST, b"{}")
        forged = Descriptor.of(b"what was promised", MANIFEST)
        server.manifests[str(forged.digest)] = (MANIFEST, b"something else")
        blob = Descriptor.of(b"x", "text/plain")
        listed = (elsewhere, gone, broken, forged, blob, made.manifest.descriptor(), good)
        server.manifests[referrers_tag(made.manifest.digest)] = (INDEX, Index(manifests=listed).raw)
        found = read_referrers(store, made.manifest.digest)
    assert [one.descriptor for one in found.found] == [good]
    assert [gap.subject for gap in found.gaps] == [str(one.digest) for one in listed[:-1]]


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_registry_that_does_not_answer_is_no_gap(server: RegistryServer, status: int):
    made = published(server)
    with closing(repository(server)) as store:
        add(store, made.manifest.descriptor(), b"one")
    for pattern in ("GET .*referrers", "GET .*manifests/sha256"):
        server.script = [(pattern, lambda handler: handler.answer(status))] * 9
        with closing(repository(server)) as store, pytest.raises(FetchFailed, match=str(status)):
            read_referrers(store, made.manifest.digest)


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_without_an_api_the_tag_is_asked(server: RegistryServer, status: int):
    made = published(server)
    with closing(repository(server)) as store:
        sbom = add(store, made.manifest.descriptor(), b"one")
        server.manifests[referrers_tag(made.manifest.digest)] = (INDEX, Index(manifests=(sbom,)).raw)
        server.script = [("GET .*referrers/", lambda handler: handler.answer(status))]
        assert store.referrers(made.manifest.digest) == (sbom,)


def test_ten_thousand_referrers_are_opened_to_a_bound():
    subject = image_of([file("a")]).manifest.descriptor()
    store = MemoryStore()
    many = [artifact(subject, str(number).encode()) for number in range(9_999)]
    wanted = artifact(subject, b"wanted", VEX)
    for one in (*many, wanted):
        store.add(Blob.of(one.raw))
    listing = Listing(store, tuple(one.descriptor() for one in (*many, wanted)))
    found = read_referrers(listing, subject.digest, first=(VEX,), limits=ReferrerLimits(number=50))
    assert len(found.found) == 50
    assert found.found[0].descriptor == wanted.descriptor()
    assert found.gaps[0].reason.startswith("9950 of 10000 referrers were not opened")
    small = ReferrerLimits(total_size=3 * len(wanted.raw))
    assert len(read_referrers(listing, subject.digest, limits=small).found) == 3


def test_a_list_without_an_end_is_an_error(server: RegistryServer):
    made = published(server)
    entries = tuple(Descriptor.of(str(number).encode(), MANIFEST) for number in range(5000))
    again = {"Content-Type": INDEX, "Link": f'</v2/app/referrers/{made.manifest.digest}>; rel="next"'}
    body = Index(manifests=entries).raw
    server.script = [("referrers", lambda handler: handler.answer(200, body, again))] * 9
    with closing(repository(server)) as store, pytest.raises(ListTooLong):
        store.referrers(made.manifest.digest)


def test_pages_of_tags_are_followed(server: RegistryServer):
    published(server)
    for number in range(7):
        server.manifests[f"t{number}"] = server.manifests["1.0"]
    server.page_size = 3
    with closing(repository(server)) as store:
        assert store.tags() == ("1.0", *(f"t{number}" for number in range(7)))


def test_the_next_page_is_at_the_same_host(server: RegistryServer):
    published(server)
    link = {"Link": '<http://127.0.0.2:1/v2/app/tags/list>; rel="next"'}
    server.script = [("tags/list", lambda handler: handler.answer(200, b'{"tags":["a"]}', link))]
    with closing(repository(server)) as store, pytest.raises(PrillError, match="another host"):
        store.tags()


def test_a_list_that_somebody_overwrites_is_written_again(server: RegistryServer):
    server.referrers_api = False
    made = published(server)
    tag = referrers_tag(made.manifest.digest)
    other = artifact(made.manifest.descriptor(), b"theirs").descriptor()

    def overwrite(handler: object) -> None:
        server.manifests[tag] = (INDEX, Index(manifests=(other,)).raw)
        handler.answer(201)  # type: ignore[attr-defined]

    server.script = [(f"PUT .*{tag}", overwrite)]
    with closing(repository(server)) as store:
        ours = add(store, made.manifest.descriptor(), b"ours")
        assert store.referrers(made.manifest.digest) == (other, ours)
        server.script = [(f"PUT .*{tag}", overwrite)] * 11
        with pytest.raises(ReferrersLost, match="somebody else"):
            add(store, made.manifest.descriptor(), b"never")


def test_an_image_with_the_referrers_tag_is_left_alone(server: RegistryServer):
    server.referrers_api = False
    made = published(server)
    tag = referrers_tag(made.manifest.digest)
    server.manifests[tag] = server.manifests["1.0"]
    with closing(repository(server)) as store, pytest.raises(ReferrersLost, match="should list referrers"):
        add(store, made.manifest.descriptor(), b"ours")
    assert server.manifests[tag] == server.manifests["1.0"]


def layout_with(tmp_path: Path, made: MadeImage) -> Path:
    write_layout(tmp_path / "out", blobs=made.store, entries=made.entries, tag="1.0")
    return tmp_path / "out"


def test_a_layout_copied_from_a_registry_without_the_api_keeps_its_referrers(tmp_path: Path):
    made = image_of([file("a")])
    path = layout_with(tmp_path, made)
    sbom = artifact(made.manifest.descriptor(), b"one")
    store = LayoutStore(path)
    for data in (EMPTY_JSON, b"one", sbom.raw):
        store.put(Descriptor.of(data, EMPTY), MemoryStore([Blob.of(data)]))
    index = Index(manifests=(sbom.descriptor(),))
    store.put_manifest(index.raw, INDEX, tag=referrers_tag(made.manifest.digest))
    with open_place(str(path)) as place:
        assert [one.descriptor for one in read_referrers(place.store, place.target.digest).found] == [sbom.descriptor()]


def test_an_artifact_cannot_take_a_tag(tmp_path: Path):
    made = image_of([file("a")])
    path = layout_with(tmp_path, made)
    names = (("io.containerd.image.name", "1.0"), ("org.opencontainers.image.ref.name", "1.0"))
    hostile = replace(artifact(made.manifest.descriptor(), b"x"), annotations=names)
    attach(LayoutStore(path), hostile, (EMPTY_JSON, b"x"))
    with open_place(f"{path}:1.0") as place:
        assert place.target.digest == made.manifest.digest
        assert len(place.store.referrers(made.manifest.digest)) == 1


def test_two_who_add_to_a_layout_lose_nothing(tmp_path: Path):
    made = image_of([file("a")])
    path = layout_with(tmp_path, made)
    contents = [str(number).encode() for number in range(12)]
    work: list[Callable[[], object]] = [
        lambda content=content: add(LayoutStore(path), made.manifest.descriptor(), content)  # type: ignore[misc]
        for content in contents
    ]
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(LayoutStore(path).referrers(made.manifest.digest)) == 12


@pytest.mark.parametrize("write", [write_oci_archive, write_docker_archive])
def test_nothing_is_added_to_an_archive(tmp_path: Path, write: Callable[..., None]):
    made = image_of([file("a")])
    made.refer(b"one", SPDX)
    if write is write_oci_archive:
        write(tmp_path / "a.tar", blobs=made.store, entries=made.entries, tag="1.0")
    else:
        write(tmp_path / "a.tar", blobs=made.store, image=made.entries[0], name=NAME)
    with open_place(str(tmp_path / "a.tar"), writing=True) as place:
        assert place.target.digest == made.manifest.digest
        assert len(place.store.referrers(place.target.digest)) == (write is write_oci_archive)
        assert place.store.find("1.0") is not None
        assert place.store.find("2.0") is None
        with pytest.raises(ReadOnlyPlace, match="nothing can be added"):
            place.writable()


def test_a_registry_opened_for_reading_is_not_written_to(server: RegistryServer):
    made = published(server)
    access = RegistryAccess(plain_http=True)

    def opened(*, writing: bool) -> Place:
        return open_place(f"{server.host}/app:1.0", access=access, writing=writing)

    with opened(writing=False) as place, pytest.raises(ReadOnlyPlace):
        place.writable()
    with opened(writing=True) as place:
        add(place.writable(), place.target, b"one")
        assert len(place.store.referrers(made.manifest.digest)) == 1


class Listing(MemoryStore):
    """A store whose list of referrers is what a test says."""

    def __init__(self, store: MemoryStore, listed: tuple[Descriptor, ...]) -> None:
        super().__init__()
        self._blobs = store._blobs
        self._listed = listed

    def referrers(self, digest: Digest, artifact_type: str | None = None) -> tuple[Descriptor, ...]:  # noqa: ARG002
        return self._listed


def test_a_signature_stays_when_the_same_image_is_written_again(tmp_path: Path):
    made, other = image_of([file("a")]), image_of([file("b")])
    path = layout_with(tmp_path, made)
    store = LayoutStore(path)
    signature = add(store, made.manifest.descriptor(), b"signature")
    about_it = add(store, signature, b"timestamp")
    layout_with(tmp_path, made)
    with open_place(str(path)) as place:
        assert len(place.store.referrers(made.manifest.digest)) == 1
        (found,) = read_referrers(place.store, signature.digest).found
        assert found.descriptor == about_it
        with place.store.open(found.manifest.children()[1]) as stream:
            assert stream.read() == b"timestamp"
    layout_with(tmp_path, other)
    with open_place(str(path)) as place:
        assert place.store.referrers(made.manifest.digest) == ()
        assert not place.store.has(signature)
