"""How much of an image is read: by option or settings, and a gap where it is more."""

from pathlib import Path

import pytest

from images import file
from run_prill import Prill
from scanned_image import base, write

CASES = [
    ("entries", "7", "the image has more than 7 entries in its layers"),
    ("depth", "3", "more than 3 folders deep"),
    ("name", "20", "20 are allowed"),
    ("file", "1000", "1000 are allowed"),
    ("unpacked", "7000", "7000"),
]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return write(tmp_path / "image", base(), [file("srv/a/b/c/d", "deep"), file("n" * 30), file("big", b"x" * 2000)])


@pytest.mark.parametrize(("name", "number", "reason"), CASES)
def test_more_than_that_is_a_gap(image: Path, prill: Prill, name: str, number: str, reason: str):
    whole = prill("files", image, "--no-digests")
    assert whole.code == 0
    ran = prill("files", image, "--no-digests", "--limit", f"{name}={number}")
    assert ran.code == 4
    assert reason in ran.err
    assert len(ran.out.splitlines()) < len(whole.out.splitlines())


def test_settings_say_it_for_every_run_and_an_option_for_one(image: Path, prill: Prill, tmp_path: Path):
    settings = tmp_path / "prill.toml"
    settings.write_text("[limits]\nfile = 1000\n")
    assert prill("files", image, "--config", settings).code == 4
    assert prill("files", image, "--config", settings, "--limit", "file=5000").code == 0
    settings.write_text("[limits]\nfiles = 1000\n")
    assert "there is no limits.files" in prill("files", image, "--config", settings).err


@pytest.mark.parametrize("text", ["file", "file=", "file=-1", "file=0", "files=1", "file=1k"])
def test_what_is_no_limit_is_misuse(image: Path, prill: Prill, text: str):
    ran = prill("files", image, "--limit", text)
    assert ran.code == 2
    assert "not a limit" in ran.err


def test_other_limits_do_not_answer_from_what_was_remembered(image: Path, prill: Prill):
    words = ("sbom", image, "--format", "purls", "-q")
    assert prill(*words).out.startswith("pkg:deb/debian/tool@")
    assert prill(*words, "--limit", "file=20").out == ""
    assert prill(*words).out.startswith("pkg:deb/debian/tool@")
