"""What ``prill build`` attaches: in a layout among the blobs, listed with ``--list-referrers``, or left out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from prill._io.http import Fetcher
from prill.api.build import BuildRequest, build_spec
from prill.api.publish import publish
from prill.oci.destinations import Destination
from prill.oci.layout import Layout
from prill.oci.registry_access import RegistryAccess
from prill.oci.sources import open_image
from registry_server import RegistryServer
from workshop import Workshop, base_files, blob, digest_of, document, entries_of, library, manifest_of, program

PLAIN = RegistryAccess(plain_http=True)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path)
    shop.lock()
    return shop


@pytest.fixture
def server() -> Iterator[RegistryServer]:
    with RegistryServer() as running:
        yield running


def blobs_of(layout: Path) -> set[str]:
    return {path.name for path in layout.glob("blobs/*/*")}


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive"])
def test_the_index_lists_the_image_alone_and_the_referrers_are_found(shop: Workshop, kind: str):
    places = f"{kind}:{shop.root}/plain", f"{kind}:{shop.root}/listed"
    for place, more in zip(places, ((), ("--list-referrers",)), strict=True):
        shop.good("build", shop.spec_file, "-o", place, "--arch", "amd64", *more)
    with open_image(places[0]) as plain, open_image(places[1]) as listed:
        assert isinstance(plain.image.store, Layout)
        assert isinstance(listed.image.store, Layout)
        (image,) = plain.image.store.entries
        first, *others = listed.image.store.entries
        assert (image, len(others)) == (first, 5)
        found = plain.image.referrers()
        assert {one.digest for one in found} == {one.digest for one in others}
        assert found == tuple(sorted(listed.image.referrers(), key=lambda one: one.digest))
    for place in places:
        assert ": exact, " in shop.good("rebuild", "--verify", place)


def test_listed_or_not_takes_the_place_of_the_other(shop: Workshop):
    out = shop.build()
    before = blobs_of(out)
    assert [len(entries_of(shop.build(*words))) for words in (("--list-referrers",), ())] == [6, 1]
    assert blobs_of(out) == before


def test_to_list_and_to_leave_out_exclude_each_other(shop: Workshop):
    ran = shop.run("build", shop.spec_file, "-o", shop.out, "--no-referrers", "--list-referrers")
    assert (ran.code, "not allowed with argument" in ran.err) == (2, True)


def test_without_them_a_layout_holds_the_same_image_alone(shop: Workshop):
    full, plain = shop.build(out="full"), shop.build("--no-referrers", out="plain")
    (entry,) = entries_of(plain)
    assert [entry] == entries_of(full)
    manifest = manifest_of(plain)
    image = {entry["digest"], manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])}
    assert {f"sha256:{name}" for name in blobs_of(plain)} == image


def test_it_takes_the_place_of_one_with_referrers_and_back(shop: Workshop):
    full = shop.build()
    before = blobs_of(full)
    assert len(entries_of(shop.build("--no-referrers"))) == 1
    assert len(blobs_of(full)) < len(before)
    assert blobs_of(shop.build()) == before


def test_several_platforms_are_one_index(tmp_path: Path):
    shop = Workshop(
        tmp_path, [base_files(architecture="all"), library(architecture="all"), program(architecture="all")]
    )
    shop.spec(archs=["amd64", "arm64"])
    shop.lock()
    out = shop.build("--arch", "all", "--no-referrers")
    (entry,) = entries_of(out)
    assert len(document(out, entry["digest"])["manifests"]) == 2


def test_an_oci_archive_has_one_manifest(shop: Workshop):
    digest = digest_of(shop.build())
    path = shop.root / "x.tar"
    shop.good("build", shop.spec_file, "-o", f"oci-archive:{path}", "--arch", "amd64", "--no-referrers")
    with open_image(f"oci-archive:{path}") as opened:
        assert str(opened.target.digest) == digest
        assert opened.image.referrers() == ()


def test_a_docker_archive_never_has_any(shop: Workshop):
    paths = shop.root / "one.tar", shop.root / "two.tar"
    for path, more in zip(paths, ((), ("--no-referrers",)), strict=True):
        shop.good("build", shop.spec_file, "-o", f"docker-archive:{path}", "--arch", "amd64", *more)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_registry_gets_the_image_alone(shop: Workshop, server: RegistryServer):
    digest = digest_of(shop.build())
    name = f"registry:{server.host}/gold/app:1"
    push = ("build", shop.spec_file, "-o", name, "--arch", "amd64", "--plain-http")
    assert digest in shop.good(*push, "--no-referrers")
    with open_image(name, access=PLAIN) as opened:
        assert (str(opened.target.digest), opened.image.referrers()) == (digest, ())
    assert shop.run("show", name, "--plain-http").code == 3
    # What is attached later is about the same image.
    shop.good(*push)
    assert digest in shop.good("show", name, "--plain-http")


def test_publish_has_the_argument_too(shop: Workshop):
    with Fetcher() as fetcher:
        request = BuildRequest(architectures=("amd64",), folder=shop.spec_file.parent)
        built = build_spec(shop.spec_file, shop.services(fetcher), request)
    publish(built, Destination.parse(str(shop.root / "full")))
    publish(built, Destination.parse(str(shop.root / "listed")), listed=True)
    publish(built, Destination.parse(str(shop.root / "plain")), referrers=False)
    assert blobs_of(shop.root / "full") == blobs_of(shop.root / "listed") > blobs_of(shop.root / "plain")
    assert entries_of(shop.root / "plain") == entries_of(shop.root / "full") == entries_of(shop.root / "listed")[:1]


class TestWhatNeedsThem:
    """The lock and the record are attached, so these commands say that they are not there, and how to have them."""

    @pytest.mark.parametrize("words", [("rebuild", "--verify"), ("rebuild", "-o", "again"), ("show",), ("why",)])
    @pytest.mark.parametrize("kind", ["oci-dir", "oci-archive", "docker-archive"])
    def test_say_so(self, shop: Workshop, kind: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(shop.root)
        shop.good("build", shop.spec_file, "-o", f"{kind}:plain", "--arch", "amd64", "--no-referrers")
        more = ("/usr/bin/app",) if words == ("why",) else ()
        ran = shop.run(*words, f"{kind}:plain", *more)
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith(f"prill: {kind}:plain has no lock attached")
        assert "--no-referrers" in ran.err
        assert "its digest stays the same" in ran.err
        assert not (shop.root / "again").exists()

    def test_the_way_they_name_works(self, shop: Workshop):
        plain = shop.build("--no-referrers", out="plain")
        shop.build()
        for words in (("rebuild", "--verify", shop.out), ("show", shop.out)):
            assert digest_of(plain) in shop.good(*words)

    def test_a_record_that_is_missing_is_named(self, shop: Workshop):
        out = shop.build("--list-referrers")
        index = json.loads((out / "index.json").read_bytes())
        last = index["manifests"].pop()
        assert "build-record" in last["artifactType"]
        (out / "index.json").write_text(json.dumps(index))
        blob(out, last["digest"]).unlink()
        ran = shop.run("show", out)
        assert (ran.code, f"{out} has no build record attached" in ran.err) == (3, True)


def test_what_looks_at_the_image_alone_works(shop: Workshop):
    plain = shop.build("--no-referrers")
    tests = shop.root / "tests.yaml"
    tests.write_text("schemaVersion: 2.0.0\nfileExistenceTests: [{name: app, path: /usr/bin/app, shouldExist: true}]\n")
    assert "1 passed" in shop.good("test", plain, "-c", tests)
    assert blob(plain, digest_of(plain)).is_file()
