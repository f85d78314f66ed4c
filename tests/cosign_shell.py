"""Both cosigns and Prill in one folder with one key, against one registry."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from deb_programs import program
from images import MadeImage, file, image_of
from prill.model import ImageReference
from prill.oci.push import push
from prill.oci.registry import connect
from prill.oci.serving.server import RegistryServer
from run_prill import Prill, runner

PASSWORD = "correct horse"  # noqa: S105 - of keys that live for a test
NEW, OLD = "sid", "trixie"
"""cosign 3.1, whose default are bundles, and cosign 2.5, which knows the older layout only."""

PREDICATES = {
    "spdx": "SPDXVersion: SPDX-2.3\n",
    "spdxjson": '{"spdxVersion":"SPDX-2.3"}',
    "cyclonedx": '{"bomFormat":"CycloneDX","specVersion":"1.6"}',
    "slsaprovenance": '{"builder":{"id":"https://ci.example"},"buildType":"x","invocation":{}}',
    "slsaprovenance1": '{"buildDefinition":{"buildType":"https://x"},"runDetails":{"builder":{"id":"https://ci.example"}}}',
    "vuln": '{"invocation":{},"scanner":{"uri":"x","version":"1","db":{}},"metadata":'
    '{"scanStartedOn":"2026-01-01T00:00:00Z","scanFinishedOn":"2026-01-01T00:00:00Z"}}',
    "openvex": '{"@context":"https://openvex.dev/ns/v0.2.0","@id":"x","author":"a","timestamp":"2026-01-01T00:00:00Z",'
    '"version":1,"statements":[]}',
    "custom": "hello",
    "https://example.test/predicate": '{"a":1}',
}


@dataclass(frozen=True)
class Shell:
    """Runs both cosigns and Prill in one folder with one key, against one registry."""

    home: Path
    cache: Path
    host: str
    run: Prill

    def image(self, content: str) -> str:
        return self.push(image_of([file("a", content)]))

    def push(self, made: MadeImage) -> str:
        """Push an image, and return its name with its digest."""
        with closing(connect(ImageReference.parse(f"{self.host}/app:1"), plain_http=True, writing=True)) as target:
            push(target, blobs=made.store, entries=made.entries)
        return f"{self.host}/app@{made.manifest.digest}"

    def cosign(self, suite: str, *arguments: str, good: bool = True, environment: dict[str, str] | None = None) -> str:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.home), "COSIGN_PASSWORD": PASSWORD}
        done = subprocess.run(
            [program(self.cache, suite, "cosign"), *arguments],
            env={**own, **(environment or {})},
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode == 0) == good, f"cosign {' '.join(arguments)}: {done.stderr[-800:]}"
        return done.stdout + done.stderr

    def make(
        self, suite: str, verb: str, image: str, *more: str, key: str = "cosign.key", legacy: bool = False
    ) -> None:
        """Let a cosign sign or attest."""
        words = ["--key", key, "--tlog-upload=false", "--allow-insecure-registry", "--yes", *more]
        if suite == NEW:
            words.append("--use-signing-config=false")
            words += ["--new-bundle-format=false"] if legacy else []
        self.cosign(suite, verb, *words, image)

    def check(self, suite: str, verb: str, image: str, *more: str, key: str = "cosign.pub", good: bool = True) -> str:
        """Let a cosign verify."""
        words = ("--key", key, "--insecure-ignore-tlog=true", "--allow-insecure-registry", *more, image)
        return self.cosign(suite, verb, *words, good=good)

    def prill(self, *words: str, code: int = 0) -> str:
        ran = self.run(*words, "--plain-http")
        assert ran.code == code, ran.err
        return ran.out + ran.err


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Prill:
    return runner(capfdbinary)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Prill) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("COSIGN_PASSWORD", PASSWORD)
    monkeypatch.delenv("PRILL_KEY_PASSWORD", raising=False)
    for name, text in PREDICATES.items():
        (folder / predicate_file(name)).write_text(text)
    assert run("keys", "new", "-o", "cosign").code == 0
    return folder


def predicate_file(kind: str) -> str:
    return f"{kind.replace('/', '_').replace(':', '_')}.txt"


@pytest.fixture
def shell(home: Path, test_cache: Path, tmp_path: Path, run: Prill) -> Iterator[Shell]:
    with RegistryServer(tmp_path / "registry") as server:
        yield Shell(home, test_cache, server.host, run)
