"""A writer is killed by a real signal at each rename and each fsync; what is left must be the old layout or the new."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from images import MadeImage, file, image_of
from prill.errors import PrillError
from prill.oci.graph import reachable
from prill.oci.layout import NoLayout, open_layout
from prill.oci.layout_writer import write_layout

TESTS = Path(__file__).resolve().parents[1]
WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from images import file, image_of
from prill.oci.layout_writer import write_layout
made = image_of([file("shared", "s")], [file(sys.argv[3], sys.argv[3])])
made.refer(sys.argv[3].encode(), "text/spdx")
write_layout(Path(sys.argv[2]), blobs=made.store, entries=made.entries, tag=sys.argv[3])
"""
CALLS = "rename,renameat,renameat2,fsync,unlink,unlinkat"


def run(folder: Path, tag: str, *, when: int | None = None) -> int:
    """Write in another process; ``when`` says before which of the system calls it is killed."""
    command = [sys.executable, "-c", WRITER, str(TESTS), str(folder), tag]
    if when is not None:
        inject = f"inject={CALLS}:signal=KILL:when={when}"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", inject, *command]
    return subprocess.run(command, check=False, capture_output=True).returncode


def read(folder: Path) -> str:
    """Return the tag of a layout that is whole; raise for any other."""
    layout = open_layout(folder)
    for descriptor in reachable(layout, layout.entries):
        with layout.open(descriptor) as stream:
            stream.read()
    return layout.entries[0].annotations[0][1]


def made(tag: str) -> MadeImage:
    image = image_of([file("shared", "s")], [file(tag, tag)])
    image.refer(tag.encode(), "text/spdx")
    return image


@pytest.mark.compat
@pytest.mark.parametrize("before", ["nothing", "old"])
def test_a_kill_at_any_moment_leaves_a_whole_layout_or_none(tmp_path: Path, before: str):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    seen = set()
    for when in range(1, 100):
        folder = tmp_path / f"{when}"
        if before == "old":
            old = made("old")
            write_layout(folder, blobs=old.store, entries=old.entries, tag="old")
        finished = run(folder, "new", when=when) == 0
        try:
            seen.add(read(folder))
        except NoLayout:
            assert before == "nothing"
            seen.add("nothing")
        except PrillError as error:
            pytest.fail(f"killed before call {when}: {error}")
        if finished:
            break
        new = made("new")
        write_layout(folder, blobs=new.store, entries=new.entries, tag="new")
        assert read(folder) == "new"
        assert not list(folder.rglob(".tmp-*"))
    else:
        pytest.fail("the writer never came to its end")
    assert seen == {before, "new"}
    assert when > 10


def test_a_full_disk_leaves_the_old_layout(tmp_path: Path):
    old = made("old")
    write_layout(tmp_path / "out", blobs=old.store, entries=old.entries, tag="old")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n" + WRITER
    command = [sys.executable, "-c", limited, str(TESTS), str(tmp_path / "out"), "new"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "DiskFull: no room left to write" in done.stderr
    assert read(tmp_path / "out") == "old"
    assert not list(tmp_path.rglob(".tmp-*"))
    assert {path: path.read_bytes() for path in before} == before
