import base64
import json
from pathlib import Path

import pytest

from prill.oci.credentials import Credentials, InvalidCredentials, read_credentials

WORD = "pass:word"
AUTH = base64.b64encode(f"me:{WORD}".encode()).decode()
ME = Credentials(username="me", password=WORD)


def config(tmp_path: Path, **content: object) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    "key",
    [
        *("reg.io:5000", "https://reg.io:5000", "https://reg.io:5000/v1/", "reg.io:5000/"),
        *("reg.io:5000/v1/", "reg.io:5000/v2", "http://reg.io:5000"),
    ],
)
def test_a_login_is_found_under_every_spelling_of_the_host(tmp_path: Path, key: str):
    path = config(tmp_path, auths={key: {"auth": AUTH}, "other.io": {"auth": "eDp5"}})
    assert read_credentials(path, "reg.io:5000") == ME
    assert read_credentials(path, "reg.io") is None


def test_docker_hub_has_its_own_key(tmp_path: Path):
    path = config(tmp_path, auths={"https://index.docker.io/v1/": {"auth": AUTH}})
    assert read_credentials(path, "docker.io") == ME


def test_other_forms_of_login_are_read(tmp_path: Path):
    path = config(
        tmp_path, auths={"a.io": {"username": "me", "password": WORD}, "b.io": {"identitytoken": WORD}, "c.io": {}}
    )
    assert read_credentials(path, "a.io") == ME
    assert read_credentials(path, "b.io").identity_token == WORD
    assert read_credentials(path, "c.io") is None


def test_helpers_are_named_and_not_run(tmp_path: Path):
    path = config(tmp_path, credHelpers={"gcr.io": "gcloud"}, credsStore="desktop")
    assert read_credentials(path, "gcr.io") == Credentials(helper="gcloud")
    assert read_credentials(path, "docker.io") == Credentials(helper="desktop")


def test_a_registrys_own_helper_counts_before_a_password_that_was_left(tmp_path: Path):
    """Docker and Podman ask it first; a helper for all registries is asked for those without a login."""
    auths = {"gcr.io": {"auth": AUTH}, "gcr.io/app": {"auth": AUTH}, "b.io": {"auth": AUTH}}
    path = config(tmp_path, auths=auths, credHelpers={"gcr.io": "gcloud"}, credsStore="desktop")
    assert read_credentials(path, "gcr.io", "app") == Credentials(helper="gcloud")
    assert read_credentials(path, "b.io") == ME
    assert read_credentials(path, "c.io") == Credentials(helper="desktop")


def test_nothing_in_place_of_a_list_is_no_login(tmp_path: Path):
    assert read_credentials(config(tmp_path, auths=None, credHelpers=None), "a.io") is None


def test_no_file_means_no_login(tmp_path: Path):
    assert read_credentials(tmp_path / "missing.json", "docker.io") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"auths":{"a":1}}',
        b'{"auths":{"reg.io":{"auth":"%%%"}}}',
        '{"auths":{"reg.io":{"auth":"YWE6YWEü"}}}'.encode(),
        b'{"auths":{"reg.io":{"auth":"/zph"}}}',
        b" " * 2_000_000,
    ],
)
def test_a_broken_file_is_a_clear_error(tmp_path: Path, content: bytes):
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(InvalidCredentials):
        read_credentials(tmp_path / "config.json", "reg.io")


def test_a_password_makes_a_basic_header():
    assert ME.basic() == f"Basic {AUTH}"
    assert Credentials().basic() == ""


def test_a_registry_that_has_no_helper_although_the_others_have_one(tmp_path: Path):
    """As docker login reads it: what stands in the file itself counts then."""
    path = config(tmp_path, credHelpers={"a.io": ""}, credsStore="desktop", auths={"a.io": {"auth": AUTH}})
    assert read_credentials(path, "a.io") == ME
    path = config(tmp_path, credHelpers={"a.io": ""}, credsStore="desktop", auths={"a.io": None})
    assert read_credentials(path, "a.io") is None
    assert read_credentials(path, "b.io") == Credentials(helper="desktop")
