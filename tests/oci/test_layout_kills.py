"""A writer is killed by a real signal at each rename and each fsync; what is left must be the old layout or the new."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from images import MadeImage, file, image_of
from prill.errors import PrillError
from prill.oci.graph import reachable
from prill.oci.layout import LAYOUT_JSON, NoLayout, blob_name, open_layout
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


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def whole(image: MadeImage) -> set[str]:
    """Return the files of a layout of one image, and no others."""
    wanted = reachable(image.store, image.entries)
    return {"oci-layout", "index.json", *(blob_name(descriptor.digest) for descriptor in wanted)}


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
            assert not (folder / "index.json").exists()
            seen.add("nothing")
        except PrillError as error:
            pytest.fail(f"killed before call {when}: {error}")
        if finished:
            break
        other = made("other")
        write_layout(folder, blobs=other.store, entries=other.entries, tag="other")
        assert read(folder) == "other"
        assert files(folder) == whole(other)
    else:
        pytest.fail("the writer never came to its end")
    assert seen == {before, "new"}
    assert when > 10


def run_out_of_space(folder: Path, tag: str, *, room: int = 300) -> None:
    """Write in another process, on a disk that has room for a few small files alone."""
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n" + WRITER
    command = [sys.executable, "-c", limited, str(TESTS), str(folder), tag]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "DiskFull: no room left to write" in done.stderr


def test_a_full_disk_leaves_the_old_layout(tmp_path: Path):
    old = made("old")
    write_layout(tmp_path / "out", blobs=old.store, entries=old.entries, tag="old")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    run_out_of_space(tmp_path / "out", "new")
    assert read(tmp_path / "out") == "old"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("room", [20, 300, 560])
def test_a_full_disk_leaves_nothing_of_a_new_layout(tmp_path: Path, room: int):
    """It is full at the first blob; after a few; at the index, which here is the largest file."""
    run_out_of_space(tmp_path / "new", "new", room=room)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_an_empty_folder_empty(tmp_path: Path):
    run_out_of_space(tmp_path, "new")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_after_a_kill_leaves_nothing_of_either(tmp_path: Path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    assert run(tmp_path, "killed", when=12) != 0
    assert any(name.startswith("blobs/") for name in files(tmp_path))
    run_out_of_space(tmp_path, "new")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_others_what_is_theirs(tmp_path: Path):
    """A layout that somebody began by hand: nothing tells whose its blobs are."""
    theirs = made("theirs")
    stray = tmp_path / blob_name(theirs.manifest.digest)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(theirs.manifest.raw)
    (tmp_path / "oci-layout").write_bytes(LAYOUT_JSON)
    before = files(tmp_path)
    run_out_of_space(tmp_path, "new")
    assert files(tmp_path) == before


def test_a_full_disk_leaves_another_writers_layout(tmp_path: Path):
    theirs = made("theirs")
    write_layout(tmp_path, blobs=theirs.store, entries=theirs.entries, tag="theirs")
    index = (tmp_path / "index.json").read_bytes().replace(b'"theirs"', b'"renamed"')
    (tmp_path / "index.json").write_bytes(index)
    before = files(tmp_path)
    run_out_of_space(tmp_path, "new")
    assert read(tmp_path) == "renamed"
    assert files(tmp_path) == before
