"""Whatever stands where a spec, an image, tests or settings should be: one clear message, the right exit code, no wait."""

import os
import socket
import tarfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from workshop import Ran, Workshop

ODD = {
    "folder": "Is a directory",
    "/dev/null": "Is a device, not a regular file",
    "/dev/zero": "Is a device, not a regular file",
    "pipe": "Is a pipe, not a regular file",
    "socket": "Is a socket, not a regular file",
    "missing": "",
    "text/below": "",
    "long" * 80: "",
}
"""Names, and what is said about them where it is not only that nothing is there."""

NO_YAML = ("bytes", "zeros", "empty", "text")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A workshop with an image, in whose folder ``odd`` the tests run."""
    shop = Workshop(tmp_path_factory.mktemp("odd"))
    shop.made()
    odd = shop.root / "odd"
    (odd / "folder").mkdir(parents=True)
    os.mkfifo(odd / "pipe")
    (odd / "bytes").write_bytes(bytes(range(256)) * 40)
    (odd / "zeros").write_bytes(bytes(2000))
    (odd / "empty").touch()
    (odd / "text").write_text("hello: [")
    with chdir(odd), socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
        yield shop


def check(ran: Ran, code: int, said: str = "") -> None:
    assert (ran.code, ran.out) == (code, ""), ran
    assert ran.err.startswith("prill: ")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", [*ODD, *NO_YAML, ".", "", "-", "a\0b"])
@pytest.mark.parametrize("words", [("lock",), ("lock", "--check"), ("build", "-o", "out")])
def test_as_a_spec(shop: Workshop, words: tuple[str, ...], name: str):
    check(shop.run(*words, name), 2, ODD.get(name, ""))


def test_a_lock_beside_a_spec_that_is_a_pipe(shop: Workshop):
    Path("pipe.lock.json").write_bytes(shop.lock_file.read_bytes())
    check(shop.run("build", "pipe", "-o", "out"), 2, "Is a pipe")


def test_a_pipe_as_a_lock(shop: Workshop):
    Path("spec.yaml").write_bytes(shop.spec_file.read_bytes())
    os.mkfifo("spec.lock.json")
    check(shop.run("build", "spec.yaml", "-o", "out"), 1, "spec.lock.json: Is a pipe")


@pytest.mark.parametrize("name", [*ODD, *NO_YAML, ".", "a\0b"])
@pytest.mark.parametrize("words", [("show",), ("why", "/x"), ("rebuild", "--verify")])
def test_as_an_image(shop: Workshop, words: tuple[str, ...], name: str):
    check(shop.run(words[0], name, *words[1:]), 3)


@pytest.mark.parametrize("name", [*(name for name in ODD if name != "folder"), *NO_YAML, "a\0b"])
def test_as_an_image_to_list(shop: Workshop, name: str):
    check(shop.run("sbom", name), 3)


@pytest.mark.parametrize(("name", "gaps"), [("folder", 1), (".", 2)])
def test_folders_without_packages_are_incomplete(shop: Workshop, name: str, gaps: int):
    ran = shop.run("sbom", name)
    assert (ran.code, ran.err) == (4, "")
    assert f"gaps, {gaps}: " in ran.out
    assert "no package database of a distribution was found" in ran.out


@pytest.mark.parametrize("name", ["", " ", "-", "oci-dir:", "oci-archive:", "registry:"])
def test_what_names_no_image(shop: Workshop, name: str):
    check(shop.run("show", name), 2)


@pytest.mark.parametrize("kind", ["oci-dir", "oci-archive", "docker-archive"])
@pytest.mark.parametrize("name", ["folder", "pipe", "socket", "/dev/zero", "text", "missing"])
def test_with_a_prefix(shop: Workshop, kind: str, name: str):
    check(shop.run("show", f"{kind}:{name}"), 3)


def test_an_image_that_cannot_be_read(shop: Workshop):
    """A link that leads to itself stands for what the system refuses, also to the superuser."""
    Path("loop").symlink_to("loop")
    check(shop.run("show", "oci-archive:loop"), 1, "cannot read 'loop'")


@pytest.mark.parametrize("where", ["in its end", "in a blob"])
def test_an_archive_that_is_cut_is_named(shop: Workshop, where: str):
    shop.good("build", shop.spec_file, "-o", "oci-archive:whole.tar", "--arch", "amd64")
    data = Path("whole.tar").read_bytes()
    with tarfile.open("whole.tar") as archive:
        largest = max(archive, key=lambda member: member.size)
    cut = len(data) - 700 if where == "in its end" else largest.offset_data + largest.size // 2
    Path("cut.tar").write_bytes(data[:cut])
    check(shop.run("show", "cut.tar"), 1, "'cut.tar' cannot be read: ")


@pytest.mark.parametrize("name", [*ODD, *NO_YAML, "", "-"])
def test_as_tests(shop: Workshop, name: str):
    check(shop.run("test", shop.out, "--config", name), 2, ODD.get(name, ""))


@pytest.mark.parametrize("name", [*(name for name in ODD if name != "/dev/null"), "bytes", "zeros", "text", ""])
def test_as_settings(shop: Workshop, name: str):
    settings, shop.settings = shop.settings, Path(name)
    try:
        check(shop.run("cache", "info"), 2, ODD.get(name, ""))
    finally:
        shop.settings = settings


def test_no_settings_at_all(shop: Workshop):
    settings, shop.settings = shop.settings, Path(os.devnull)
    try:
        assert shop.run("cache", "info").code == 0
    finally:
        shop.settings = settings
