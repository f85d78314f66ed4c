import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.model import Digest, ImageReference, InvalidReference

SHA = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("debian", "docker.io/library/debian:latest"),
        ("debian:12", "docker.io/library/debian:12"),
        ("docker.io/debian", "docker.io/library/debian:latest"),
        ("index.docker.io/library/debian", "docker.io/library/debian:latest"),
        ("bitnami/nginx", "docker.io/bitnami/nginx:latest"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app:1", "localhost:5000/app:1"),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c:latest"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        ("gcr.io/distroless/python3-debian12", "gcr.io/distroless/python3-debian12:latest"),
        ("Registry/app", "Registry/app:latest"),
        (f"gcr.io/a/b@{SHA}", f"gcr.io/a/b@{SHA}"),
        (f"gcr.io/a/b:1.2@{SHA}", f"gcr.io/a/b:1.2@{SHA}"),
        ("a__b/c---d.e:_", "docker.io/a__b/c---d.e:_"),
    ],
)
def test_names_are_normalised_as_docker_does(text: str, normal: str):
    assert str(ImageReference.parse(text)) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "debian:",
        "Debian",
        "UPPER/lower/Mixed",
        "a//b",
        "/a",
        "a/",
        "a/../b",
        "../a",
        "-a",
        "a___b",
        "a..b/c",
        "host:port/a",
        "localhost:123456/a",
        "a:tag with space",
        "a:" + "x" * 129,
        "a@sha256:12",
        "a@md5:" + "0" * 32,
        "a@",
        f"a@{SHA}@{SHA}",
        "ab" * 32,
        "gcr.io/" + "a" * 250,
        "a" * 2000,
        "a\n",
        "gcr.io/a\x00b",
        "https://gcr.io/a",
        "user:secret@host/a",
    ],
)
def test_what_is_no_name_is_refused(text: str):
    with pytest.raises(InvalidReference):
        ImageReference.parse(text)


def test_a_pinned_reference_keeps_its_tag():
    reference = ImageReference.parse("debian:12")
    pinned = reference.pinned(Digest.parse(SHA))
    assert str(pinned) == f"docker.io/library/debian:12@{SHA}"
    assert reference.digest is None


def test_a_reference_needs_a_tag_or_a_digest():
    with pytest.raises(InvalidReference, match="neither a tag nor a digest"):
        ImageReference(registry="docker.io", repository="library/debian")


@given(st.text(max_size=80))
def test_parsing_again_what_was_printed_gives_the_same(text: str):
    try:
        reference = ImageReference.parse(text)
    except InvalidReference:
        return
    assert ImageReference.parse(str(reference)) == reference


PART = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}", fullmatch=True)


@given(st.sampled_from(["docker.io", "localhost:5000", "gcr.io"]), st.lists(PART, min_size=2, max_size=4), PART)
def test_every_normal_name_survives(registry: str, parts: list[str], tag: str):
    text = f"{registry}/{'/'.join(parts)}:{tag}"
    assert str(ImageReference.parse(text)) == text
