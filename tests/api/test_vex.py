"""How statements name the image that they are about."""

import pytest

from prill.api.vex import product_of
from prill.model import Digest, Platform, Subject

DIGEST = Digest.of(b"image")


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("127.0.0.1:5000/gold/app:1", "app"),
        ("docker-archive:app.tar", "app.tar"),
        ("out/python3", "python3"),
        ("/", "image"),
    ],
)
def test_an_image_is_named_as_in_its_sbom(name: str, last: str):
    subject = Subject(name=name, digest=DIGEST, platform=Platform.parse("linux/arm64"))
    assert product_of(subject) == f"pkg:oci/{last}@{DIGEST}?arch=arm64"


def test_what_has_no_digest_goes_by_its_name():
    assert product_of(Subject(name="dir:root")) == "dir:root"
