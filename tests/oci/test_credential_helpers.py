import json
import os
from pathlib import Path

import pytest

from prill.model import ImageReference
from prill.oci.credential_helpers import HelperFailed, ask_helper
from prill.oci.credentials import Credentials
from prill.oci.registry_access import RegistryAccess

WORD = 'to;l\'d "nobody"'


def helper(tmp_path: Path, script: str, name: str = "vault") -> str:
    """Write a program, and return the search path that has it."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def says(**answer: str) -> str:
    return f"cat > asked; cat <<'END'\n{json.dumps(answer)}\nEND"


def test_a_helper_is_asked_for_the_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    path = helper(tmp_path, says(ServerURL="reg.io", Username="me", Secret=WORD))
    assert ask_helper("vault", "reg.io", path) == Credentials(username="me", password=WORD)
    assert (tmp_path / "asked").read_text() == "reg.io\n"


def test_a_token_is_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    path = helper(tmp_path, says(Username="<token>", Secret=WORD))
    assert ask_helper("vault", "reg.io", path) == Credentials(identity_token=WORD)


@pytest.mark.parametrize("words", ["credentials not found in native keychain", "Error: credentials not found"])
def test_what_is_not_known_is_nobody(tmp_path: Path, words: str):
    assert ask_helper("vault", "reg.io", helper(tmp_path, f"echo {words}; exit 1")) is None


@pytest.mark.parametrize(
    ("script", "match"),
    [
        ("echo the vault is locked; exit 3", "the vault is locked"),
        ("echo '{'", "no user and secret"),
        ("exit 0", "no user and secret"),
        ("echo '[]'", "no user and secret"),
        ('echo \'{"Username":"me"}\'', "no secret"),
    ],
)
def test_a_helper_that_fails_is_named(tmp_path: Path, script: str, match: str):
    with pytest.raises(HelperFailed, match=match):
        ask_helper("vault", "reg.io", helper(tmp_path, script))


@pytest.mark.parametrize("name", ["../../bin/sh", "", "a b", "x;id", "-x", "/bin/sh"])
def test_only_names_are_run(tmp_path: Path, name: str):
    with pytest.raises(HelperFailed, match="not a credential helper's name"):
        ask_helper(name, "reg.io", helper(tmp_path, "exit 0"))


def test_a_helper_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(HelperFailed, match="docker-credential-gone") as caught:
        ask_helper("gone", "reg.io", helper(tmp_path, "exit 0"))
    assert "podman login" in (caught.value.hint or "")


def test_the_files_are_asked_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    path = helper(tmp_path, says(Username="me", Secret="from the helper"), "vault")  # noqa: S106
    helper(tmp_path, "echo credentials not found; exit 1", "empty")
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text(json.dumps({"credHelpers": {"a.io": "vault", "b.io": "empty"}}))
    entry = {"username": "me", "password": "x"}
    second.write_text(
        json.dumps({"auths": {"b.io": entry, "c.io/team": entry, "c.io/team/app": {"identitytoken": "t"}}})
    )
    access = RegistryAccess(credentials=(tmp_path / "missing.json", first, second), helper_path=path)

    def known(text: str) -> Credentials | None:
        return access.credentials_for(ImageReference.parse(text))

    plain = Credentials(username="me", password="x")  # noqa: S106
    assert known("a.io/app") == Credentials(username="me", password="from the helper")  # noqa: S106
    assert known("b.io/app") == plain
    assert known("c.io/app") is None
    assert known("c.io/team/other") == plain
    assert known("c.io/team/app") == Credentials(identity_token="t")  # noqa: S106
    assert known("c.io/team/app/part") == Credentials(identity_token="t")  # noqa: S106


def test_docker_hub_is_asked_for_by_its_old_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    path = helper(tmp_path, says(Username="me", Secret="x"))  # noqa: S106
    config = tmp_path / "config.json"
    config.write_text('{"credsStore":"vault"}')
    access = RegistryAccess(credentials=(config,), helper_path=path)
    assert access.credentials_for(ImageReference.parse("debian")) is not None
    assert (tmp_path / "asked").read_text() == "https://index.docker.io/v1/\n"


def test_a_helper_that_fails_keeps_nobody_from_what_is_public(tmp_path: Path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text('{"credsStore":"gone"}')
    access = RegistryAccess(credentials=(first, second), helper_path=helper(tmp_path, "echo locked; exit 1", "other"))
    reference = ImageReference.parse("a.io/app")
    found = access.credentials_for(reference)
    assert found is not None
    assert (found.basic(), found.helper) == ("", "gone")
    assert "docker-credential-gone" in found.failure
    assert "podman login" in found.failure
    second.write_text('{"credHelpers":{"a.io":"other"}}')
    both = access.credentials_for(reference)
    assert both == found, "the first to fail is named"
    second.write_text('{"auths":{"a.io":{"username":"me","password":"x"}}}')
    assert access.credentials_for(reference) == Credentials(username="me", password="x")  # noqa: S106
