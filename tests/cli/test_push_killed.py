"""A push, and a registry, that are killed: what is there afterwards is whole, and the same command goes on."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from images import MadeImage, file, image_of
from prill.archive.codecs import Codec
from prill.model import ImageReference
from prill.oci.layout_writer import write_layout
from prill.oci.registry import connect
from run_prill import Prill

PRILL = (sys.executable, "-m", "prill")


@pytest.fixture
def made(tmp_path: Path) -> MadeImage:
    noise = os.urandom(1 << 20)
    made = image_of(*([file(f"{number}", bytes([number]) + noise * 12)] for number in range(5)), codec=Codec.NONE)
    write_layout(tmp_path / "out", blobs=made.store, entries=made.entries, tag="1")
    return made


def serving(folder: Path) -> tuple[subprocess.Popen[str], str]:
    command = (*PRILL, "registry", "serve", folder, "--listen", "127.0.0.1:0")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    found = re.search(r"http://(\S+);", process.stdout.readline())
    assert found is not None
    return process, found[1]


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    pytest.fail("it never happened")


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.parametrize("victim", ["push", "registry"])
def test_what_was_killed_goes_on(prill: Prill, made: MadeImage, tmp_path: Path, victim: str):
    folder = tmp_path / "registry"
    server, host = serving(folder)
    try:
        command = (*PRILL, "push", tmp_path / "out", f"{host}/app:1", "--plain-http", "-q")
        pushing = subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True)
        wait_for(lambda: any((folder / "uploads").iterdir()) or pushing.poll() is not None)
        if victim == "push":
            kill(pushing)
        else:
            kill(server)
            pushing.communicate()
            server, host = serving(folder)
        name = f"{host}/app:1"
        with closing(connect(ImageReference.parse(name), plain_http=True)) as repository:
            there = [layer for layer in made.manifest.layers if repository.has(layer)]
            for layer in there:
                with repository.open(layer) as stream:
                    assert len(stream.read()) == layer.size
            # On a busy machine it may have been done before it could be killed.
            assert repository.tags() == (() if pushing.returncode else ("1",))
        assert prill("push", tmp_path / "out", name, "--plain-http").code == 0
        assert prill("pull", name, "-o", tmp_path / "back", "--plain-http").code == 0
        with closing(connect(ImageReference.parse(name), plain_http=True)) as repository:
            assert repository.resolve().digest == made.manifest.digest
    finally:
        kill(server)
