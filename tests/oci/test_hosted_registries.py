"""The hosted registries: how each asks for a login, gives tokens, and sends its readers to where blobs are stored.

Nothing here leaves the machine: the transport answers as these services document it. Each case names the host that is
asked, the challenge, who one is, what the token server has to see, and where a blob comes from.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from images import MadeImage, file, image_of
from prill._io.connections import Received, Request
from prill.model import ImageReference
from prill.oci.push import push
from prill.oci.registry import Repository, connect
from prill.oci.registry_access import RegistryAccess
from prill.oci.registry_errors import RegistryRefused
from prill.oci.store import Blob

WORDS = "told-to-nobody"


@dataclass(frozen=True, kw_only=True)
class Hosted:
    """One service. ``realm`` is its token server, "" for Basic; ``form`` says that it takes a refresh token."""

    name: str
    host: str = ""
    realm: str = ""
    service: str = ""
    storage: str
    user: str = "me"
    key: str = ""
    refresh: bool = False
    answers_in: str = "token"
    relative: bool = True

    @property
    def registry(self) -> str:
        return self.name.partition("/")[0]

    @property
    def challenge(self) -> str:
        repository = self.name.partition("/")[2].partition(":")[0]
        if not self.realm:
            return f'Basic realm="https://{self.registry}/",service="{self.service}"'
        return f'Bearer realm="{self.realm}",service="{self.service}",scope="repository:{repository}:pull"'


HOSTED = (
    Hosted(
        name="docker.io/library/app:1",
        host="registry-1.docker.io",
        key="https://index.docker.io/v1/",
        realm="https://auth.docker.io/token",
        service="registry.docker.io",
        storage="production.cloudflare.docker.com",
    ),
    Hosted(
        name="ghcr.io/me/app:1",
        realm="https://ghcr.io/token",
        service="ghcr.io",
        storage="pkg-containers.githubusercontent.com",
    ),
    Hosted(
        name="gcr.io/project/app:1",
        realm="https://gcr.io/v2/token",
        service="gcr.io",
        user="oauth2accesstoken",
        storage="storage.googleapis.com",
    ),
    Hosted(
        name="europe-docker.pkg.dev/project/repo/app:1",
        realm="https://europe-docker.pkg.dev/v2/token",
        service="europe-docker.pkg.dev",
        user="_json_key",
        storage="storage.googleapis.com",
    ),
    Hosted(
        name="123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1",
        service="ecr.amazonaws.com",
        user="AWS",
        storage="prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com",
        relative=False,
    ),
    Hosted(
        name="public.ecr.aws/me/app:1",
        realm="https://public.ecr.aws/token/",
        service="public.ecr.aws",
        user="AWS",
        storage="d5l0dvt14r5h8.cloudfront.net",
        relative=False,
    ),
    Hosted(
        name="mine.azurecr.io/app:1",
        realm="https://mine.azurecr.io/oauth2/token",
        service="mine.azurecr.io",
        user="00000000-0000-0000-0000-000000000000",
        refresh=True,
        answers_in="access_token",
        storage="weumanaged99.blob.core.windows.net",
    ),
    Hosted(
        name="quay.io/me/app:1",
        realm="https://quay.io/v2/auth",
        service="quay.io",
        user="me+robot",
        storage="cdn01.quay.io",
        relative=False,
    ),
    Hosted(
        name="harbor.example.test/project/app:1",
        realm="https://harbor.example.test/service/token",
        service="harbor-registry",
        user="robot$ci",
        storage="s3.example.test",
    ),
)


@dataclass
class Given:
    """An answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def parts(self) -> Iterator[bytes]:
        yield self.body

    def close(self) -> None:
        """Nothing is open."""


class Service:
    """A transport that is the service, its token server and its storage."""

    def __init__(self, hosted: Hosted) -> None:
        self.hosted = hosted
        self.host = hosted.host or hosted.registry
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.tokens: list[dict[str, str]] = []
        self.anonymous = False
        """Whether the token server gives tokens to whoever shows no login, as for public images."""
        self.hosts: set[str] = set()

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.hosted.user}:{WORDS}".encode()).decode()

    def send(self, request: Request) -> Received:
        address = urlsplit(request.url)
        assert address.scheme == "https"
        self.hosts.add(address.netloc)
        body = b"".join(request.body or ())
        login = request.headers.get("Authorization")
        if self.hosted.realm and request.url.startswith(self.hosted.realm):
            return self._token(request, dict(parse_qsl(address.query or body.decode())), login)
        if address.netloc == self.hosted.storage and "X-Amz-Signature" in address.query:
            assert login is None, "the storage got the registry's login"
            return Given(200, body=self.blobs[address.path.rpartition("/")[2]])
        assert address.netloc == self.host
        if login != (f"Bearer {WORDS}-token" if self.hosted.realm else self.basic):
            return Given(401, {"www-authenticate": self.hosted.challenge})
        return self._registry(request.method, address.path, dict(parse_qsl(address.query)), request, body)

    def close(self) -> None:
        """Nothing is open."""

    def _token(self, request: Request, asked: dict[str, str], login: str | None) -> Given:
        self.tokens.append(asked)
        if self.hosted.refresh:
            good = request.method == "POST" and asked["refresh_token"] == WORDS
        else:
            good = request.method == "GET" and login == (None if self.anonymous else self.basic)
        return Given(200, body=json.dumps({self.hosted.answers_in: f"{WORDS}-token"}).encode()) if good else Given(401)

    def _registry(self, method: str, path: str, query: dict[str, str], request: Request, body: bytes) -> Given:
        last = path.rpartition("/")[2]
        if "/manifests/" in path:
            return self._manifest(method, last, request, body)
        if "/uploads/" in path:
            return self._upload(method, path, query, body)
        if "/referrers/" in path or last not in self.blobs:
            return Given(404)
        place = f"https://{self.hosted.storage}/data/{last}?X-Amz-Signature=abc&X-Amz-Expires=9"
        return Given(200) if method == "HEAD" else Given(307, {"location": place})

    def _manifest(self, method: str, name: str, request: Request, body: bytes) -> Given:
        if method == "PUT":
            self.manifests[name] = (request.headers["Content-Type"], body)
            return Given(201)
        kind, data = self.manifests.get(name, ("", b""))
        return Given(200, {"content-type": kind}, data) if data else Given(404)

    def _upload(self, method: str, path: str, query: dict[str, str], body: bytes) -> Given:
        if method == "POST":
            place = f"{path}7f?_state=a%2Bb%3D"
            return Given(202, {"location": place if self.hosted.relative else f"https://{self.host}{place}"})
        assert query["_state"] == "a+b="
        self.blobs[query["digest"]] = body
        return Given(201)


@pytest.fixture(params=HOSTED, ids=lambda hosted: hosted.registry)
def service(request: pytest.FixtureRequest) -> Service:
    return Service(request.param)


@pytest.fixture
def made() -> MadeImage:
    return image_of([file("a", "what is in it")])


def repository(service: Service, folder: Path, *, writing: bool = False) -> Repository:
    """Open the repository with the login that ``docker login`` leaves for the service."""
    hosted = service.hosted
    entry = {"auth": base64.b64encode(f"{hosted.user}:{'' if hosted.refresh else WORDS}".encode()).decode()}
    entry |= {"identitytoken": WORDS} if hosted.refresh else {}
    (folder / "config.json").write_text(json.dumps({"auths": {hosted.key or hosted.registry: entry}}))
    reference = ImageReference.parse(hosted.name)
    credentials = RegistryAccess(credentials=(folder / "config.json",)).credentials_for(reference)
    return connect(reference, writing=writing, credentials=credentials, transport=service, sleep=lambda _: None)


def test_pushing_and_pulling(service: Service, made: MadeImage, tmp_path: Path):
    with closing(repository(service, tmp_path, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
    assert service.manifests["1"][1] == made.manifest.raw
    service.hosts.clear()
    with closing(repository(service, tmp_path)) as source:
        assert source.resolve().digest == made.manifest.digest
        with source.open(made.manifest.layers[0]) as stream:
            assert stream.read() == made.layers[0]
    token_server = {urlsplit(service.hosted.realm).netloc} if service.hosted.realm else set()
    assert service.hosts == {service.host, service.hosted.storage, *token_server}


@pytest.mark.parametrize(
    "hosted", [one for one in HOSTED if one.realm and not one.refresh], ids=lambda one: one.registry
)
def test_public_images_are_pulled_without_a_login(hosted: Hosted, made: MadeImage):
    service = Service(hosted)
    service.anonymous = True
    service.manifests["1"] = (made.manifest.media_type, made.manifest.raw)
    service.blobs[str(made.manifest.layers[0].digest)] = made.layers[0]
    with closing(connect(ImageReference.parse(hosted.name), transport=service, sleep=lambda _: None)) as source:
        assert source.resolve().digest == made.manifest.digest
        with source.open(made.manifest.layers[0]) as stream:
            assert stream.read() == made.layers[0]
    assert [one["scope"].rpartition(":")[2] for one in service.tokens] == ["pull"]


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_token_server_that_refuses_is_told_without_the_password(tmp_path: Path, status: int):
    service = Service(HOSTED[0])
    service._token = lambda *_: Given(status)  # type: ignore[method-assign]
    with closing(repository(service, tmp_path)) as source, pytest.raises(RegistryRefused) as caught:
        source.resolve()
    assert "auth.docker.io/token?… answers" in str(caught.value)
    assert WORDS not in str(caught.value)


def test_tokens_are_asked_for_once_for_what_is_done(service: Service, made: MadeImage, tmp_path: Path):
    with closing(repository(service, tmp_path, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
        target.put(made.manifest.config, made.store)
    name = service.hosted.name.partition("/")[2].partition(":")[0]
    asked = [(one["service"], one["scope"]) for one in service.tokens]
    assert asked[:1] == ([(service.hosted.service, f"repository:{name}:pull,push")] if service.hosted.realm else [])
    assert len(set(asked)) <= 1


def test_signatures_are_kept_under_the_referrers_tag(service: Service, made: MadeImage, tmp_path: Path):
    made.refer(b"{}", "application/vnd.example.note")
    with closing(repository(service, tmp_path, writing=True)) as target:
        push(target, blobs=made.store, entries=made.entries)
        (found,) = target.referrers(made.manifest.digest)
        assert found.artifact_type == "application/vnd.example.note"
        assert Blob.of(made.referrers[0].raw).digest == found.digest
