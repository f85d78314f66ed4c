"""Shared sessions: one for each registry and login, closed together."""

import json
from base64 import b64encode
from contextlib import closing
from pathlib import Path

from images import file, image_of
from prill.model import ImageReference
from prill.oci.places import connect_to, open_place
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.registry_access import RegistryAccess
from prill.oci.registry_sessions import RegistrySessions
from registry_server import RegistryServer


def pushed(server: RegistryServer, tag: str) -> str:
    made = image_of([file("a", tag)])
    with closing(connect(ImageReference.parse(f"{server.host}/app:{tag}"), plain_http=True, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    return f"{server.host}/app:{tag}"


def test_places_share_a_session_and_leave_it_open():
    with RegistryServer() as server, RegistrySessions() as sessions:
        names = [pushed(server, tag) for tag in ("1", "2")]
        access = RegistryAccess(plain_http=True, sessions=sessions)
        for name in (*names, *names):
            with open_place(name, access=access) as place:
                assert place.target.size > 0
        assert len(sessions._open) == 1


def test_the_referrers_api_is_asked_for_once_where_there_is_none():
    with RegistryServer() as server, RegistrySessions() as sessions:
        server.referrers_api = False
        names = [pushed(server, tag) for tag in ("1", "2", "3")]
        access = RegistryAccess(plain_http=True, sessions=sessions)
        server.seen.clear()
        for name in names:
            with open_place(name, access=access) as place:
                assert place.store.referrers(place.target.digest) == ()
        assert len(server.methods("/referrers/")) == 1
        assert len(server.methods("/manifests/sha256-")) == 3


def test_another_login_has_a_session_of_its_own(tmp_path: Path):
    logins = {f"127.0.0.1:1/{name}": {"auth": b64encode(f"{name}:x".encode()).decode()} for name in "ab"}
    (tmp_path / "config.json").write_text(json.dumps({"auths": logins}))
    with RegistrySessions() as sessions:
        access = RegistryAccess(plain_http=True, credentials=(tmp_path / "config.json",), sessions=sessions)
        names = ("a/x", "b/x", "a/x", "c/x")
        found = [connect_to(ImageReference.parse(f"127.0.0.1:1/{name}"), access) for name in names]
        assert len({id(one._session) for one in found}) == 3
