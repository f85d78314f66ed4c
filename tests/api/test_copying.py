"""Images are copied with all that is attached to them, from every kind of place to every other."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from attached import AttachedImage, attached_image
from images import ARM64, file, image_of
from prill.api.copying import Copied, CopyRequest, copy_image
from prill.model import Digest, ImageReference
from prill.oci.archive_writer import write_oci_archive
from prill.oci.attachments import find_attachments
from prill.oci.destinations import Destination, InvalidDestination
from prill.oci.graph import reachable
from prill.oci.layout_writer import write_layout
from prill.oci.places import Place, open_place
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.registry_access import RegistryAccess
from prill.oci.serving.server import RegistryServer as ServedRegistry
from prill.oci.store import BlobNotFound
from prill.oci.tags import cosign_tag
from registry_server import RegistryServer

PLAIN = RegistryAccess(plain_http=True)
KINDS = ("api", "fallback", "layout", "archive")


class Places:
    """Makes places of each kind."""

    def __init__(self, tmp_path: Path, stack: ExitStack) -> None:
        self._path = tmp_path
        self._stack = stack
        self._count = 0

    def new(self, kind: str) -> str:
        self._count += 1
        path = self._path / f"{self._count}"
        if kind == "api":
            return f"{self._stack.enter_context(ServedRegistry(path)).host}/team/app:1.0"
        if kind == "fallback":
            server = self._stack.enter_context(RegistryServer())
            server.referrers_api = False
            return f"{server.host}/team/app:1.0"
        return f"oci-dir:{path}" if kind == "layout" else f"oci-archive:{path}.tar"

    def filled(self, kind: str, made: AttachedImage) -> str:
        place = self.new(kind)
        into = Destination.parse(place)
        if into.reference is not None:
            with closing(connect(into.reference, writing=True, plain_http=True)) as repository:
                push(repository, blobs=made.store, entries=made.entries, named=made.named)
        elif into.path is not None:
            write = write_layout if kind == "layout" else write_oci_archive
            first, *rest = made.entries
            write(into.path, blobs=made.store, entries=[first], tag="1.0", unlisted=rest, named=made.named)
        return place


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    with ExitStack() as stack:
        yield Places(tmp_path, stack)


def copied(source: str, into: str, **values: object) -> Copied:
    defaults = {"whole": True, "attachments": True, "access": PLAIN}
    request = CopyRequest(source=source, destination=Destination.parse(into), **{**defaults, **values})  # type: ignore[arg-type]
    return copy_image(request)


def opened(text: str) -> Place:
    return open_place(text, access=PLAIN)


def content(text: str) -> set[Digest]:
    """Return everything an image and its attachments consist of, read and so verified."""
    with opened(text) as place:
        found = find_attachments(place.store, place.target)
        assert found.gaps == ()
        everything = reachable(place.store, (place.target, *(one.descriptor for one in found.found)))
        for descriptor in everything:
            with place.store.open(descriptor) as stream:
                assert len(stream.read()) == descriptor.size
        return {one.digest for one in everything}


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_everything_arrives(places: Places, source: str, target: str):
    made = attached_image()
    here, there = places.filled(source, made), places.new(target)
    before = content(here)
    assert {one.digest for one in (*made.referrers.values(), *(one for _, one in made.tagged.values()))} < before
    done = copied(here, there)
    assert done.digest == made.index.digest
    assert done.gaps == ()
    assert len(done.attached) == 7
    assert content(there) == before
    assert (done.sent, done.present) == (len(before) - done.manifests, 0)
    assert done.manifests == 10


@pytest.mark.parametrize("target", ["api", "fallback", "layout"])
def test_copying_again_sends_and_changes_nothing(places: Places, target: str):
    made = attached_image()
    here, there = places.filled("layout", made), places.new(target)
    copied(here, there)
    before = content(there)
    again = copied(here, there)
    assert content(there) == before
    if target != "layout":
        assert (again.sent, again.sent_size) == (0, 0)
        assert again.present > 0


def test_one_platform_is_chosen_and_told(places: Places):
    made = attached_image()
    here, there = places.filled("api", made), places.new("layout")
    done = copied(here, there, whole=False, platform=ARM64)
    assert done.digest == made.arm64.digest
    assert any("--all-platforms" in note and str(made.index.digest) in note for note in done.notes)
    assert [one.tag.rpartition(".")[2] for one in done.attached] == ["att"]
    with opened(there) as place:
        assert place.target.digest == made.arm64.digest


def test_without_attachments_the_image_goes_alone(places: Places):
    here, there = places.filled("fallback", attached_image()), places.new("api")
    assert copied(here, there, attachments=False).attached == ()
    with opened(there) as place:
        assert find_attachments(place.store, place.target).found == ()


def test_a_docker_archive_holds_no_signatures(places: Places, tmp_path: Path):
    made = attached_image()
    here = places.filled("api", made)
    done = copied(here, f"docker-archive:{tmp_path}/image.tar", whole=False, platform=ARM64)
    (gap,) = done.gaps
    assert "docker-archive holds none" in gap.reason
    back = places.new("layout")
    assert copied(f"docker-archive:{tmp_path}/image.tar", back, attachments=False).digest is not None
    with opened(f"docker-archive:{tmp_path}/image.tar") as place:
        assert place.store.find(here) is not None


def test_blobs_are_mounted_within_a_registry(places: Places):
    here = places.filled("api", attached_image())
    there = here.replace("team/app", "mirror/of/app")
    done = copied(here, there)
    assert (done.sent, done.sent_size) == (0, 0)
    assert content(there) == content(here)


def test_an_image_to_which_a_tag_leads_back_is_copied_once(places: Places):
    """Tags can lead in a circle, as no digests can: what signs the image is said to be signed by the image."""
    made = attached_image()
    signature = made.tagged["signature of the signature"][1]
    here = places.filled("fallback", made)
    reference = ImageReference.parse(here)
    with closing(connect(reference, writing=True, plain_http=True)) as repository:
        repository.upload_manifest(made.index.raw, made.index.media_type, cosign_tag(signature.digest, "sig"))
        repository.upload_manifest(signature.raw, signature.media_type, cosign_tag(signature.digest, "att"))
    there = places.new("api")
    done = copied(here, there)
    assert len(done.attached) == 9
    assert content(there) == content(here)


def test_a_source_that_is_not_whole_is_an_error_and_publishes_nothing(places: Places):
    made = attached_image()
    here, there = places.filled("layout", made), places.new("api")
    path = Destination.parse(here).path
    assert path is not None
    (path / "blobs" / "sha256" / made.arm64.layers[0].digest.hex).unlink()
    with pytest.raises(BlobNotFound):
        copied(here, there)
    with closing(connect(ImageReference.parse(there), plain_http=True)) as repository:
        assert repository.tags() == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("localhost:5000/app", "registry"),
        ("localhost:5000/app:1", "registry"),
        ("127.0.0.1:5000/a/b:1", "registry"),
        ("[::1]:5000/app:1", "registry"),
        ("registry.example.com/gold/python3:3.13", "registry"),
        ("localhost/app:1", "registry"),
        ("registry:app:1", "registry"),
        ("out/python3", "oci-dir"),
        ("out.d/python3", "oci-dir"),
        ("./host.example/app:1", "oci-dir"),
        ("../host.example/app:1", "oci-dir"),
        ("/host.example/app:1", "oci-dir"),
        ("oci-archive:host.example/app.tar", "oci-archive"),
        ("docker-daemon:app", "docker-daemon"),
        ("docker-daemon:host.example/app:1", "docker-daemon"),
    ],
)
def test_a_destination_is_recognised(text: str, kind: str):
    assert Destination.parse(text).kind == kind


def test_a_folder_that_is_there_is_no_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "host.example").mkdir()
    assert Destination.parse("host.example/app:1").kind == "oci-dir"


@pytest.mark.parametrize("place", ["localhost:5000/app", "docker-daemon:app"])
def test_a_destination_with_a_digest_is_misuse(place: str):
    with pytest.raises(InvalidDestination, match="digest"):
        Destination.parse(f"{place}@{Digest.of(b'')}")


def test_an_image_of_one_platform_needs_no_choice(places: Places):
    made = image_of([file("a")])
    here = places.new("layout")
    into = Destination.parse(here).path
    assert into is not None
    write_layout(into, blobs=made.store, entries=made.entries, tag="1.0")
    done = copied(here, places.new("api"), whole=False)
    assert (done.digest, done.notes) == (made.manifest.digest, ())


@pytest.mark.parametrize(
    ("named", "tag"),
    [
        ("1.0", "1.0"),
        ("localhost/image:1", "1"),
        ("registry.example.test:5000/a/b:v2", "v2"),
        ("what is this?", "latest"),
        (f"x@{Digest.of(b'')}", "x"),
    ],
)
@pytest.mark.parametrize("kind", ["layout", "archive", "api"])
def test_a_layout_may_name_the_whole_image(places: Places, tmp_path: Path, named: str, tag: str, kind: str):
    """As podman save and skopeo write it."""
    made = image_of([file("a")])
    write_layout(tmp_path / "theirs", blobs=made.store, entries=made.entries, tag="1.0")
    index = tmp_path / "theirs" / "index.json"
    document = json.loads(index.read_bytes())
    document["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"] = named
    index.write_text(json.dumps(document))
    into = places.new(kind)
    assert copied(f"oci-dir:{tmp_path}/theirs", into).digest == made.manifest.digest
    with open_place(into, access=PLAIN) as place:
        assert place.target.digest == made.manifest.digest
        assert place.store.tags() == (("1.0",) if kind == "api" else (tag,))
