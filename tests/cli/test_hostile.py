"""Packages that no honest person made, met by the command line: one clear message, exit code 1, nothing half-written."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from deb_files import Deb, Device, File, Folder, HardLink, Link, ar_of, tar_of
from prill.archive.codecs import Codec, compress
from workshop import Ran, Workshop, base_files, digest_of, library, program

CONTROL = ("control.tar", tar_of({"control": Deb("evil").control}))
FORMAT = ("debian-binary", b"2.0\n")


def raw_tar(*members: tarfile.TarInfo, content: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def info(name: str, **values: object) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(member, key, value)
    return member


class Packed(Deb):
    """A .deb given as it is."""

    def pack(self) -> bytes:
        assert self.data is not None
        return self.data


def lying_size() -> bytes:
    """A data.tar whose one member says that it has more bytes than there are."""
    return raw_tar(info("usr/x", size=512), content=b"x" * 512).replace(b"00000001000\0", b"00000100000\0")[:2048]


EVIL: dict[str, tuple[bytes, str]] = {
    "dot-dot": (raw_tar(info("./usr/../../etc/passwd")), "could lead out of the root"),
    "absolute": (raw_tar(info("/etc/passwd")), "is absolute"),
    "hard link out": (
        raw_tar(info("x", type=tarfile.LNKTYPE, linkname="../../etc/shadow")),
        "could lead out of the root",
    ),
    "hard link to nothing": (tar_of({"x": HardLink("y")}), "/x is a hard link to /y"),
    "symlink out": (tar_of({"usr": Folder(), "usr/x": Link("../../etc")}), "leads out of the root"),
    "through a symlink out": (
        tar_of({"opt/x": Link("../../.."), "opt/x/etc/passwd": "root::0:0::/:/bin/sh\n"}),
        "leads out of the root",
    ),
    "a circle": (tar_of({"a": Link("b"), "b": Link("a"), "a/f": "x"}), "circle of symlinks"),
    "member that lies": (lying_size(), "the tar archive ends after"),
    "sparse": (raw_tar(info("x", type=b"S")), "sparse"),
    "no tar": (b"not a tar at all", "tar archive ends inside a header"),
    "nothing": (b"", "tar archive ends after 0 bytes"),
    "too deep": (raw_tar(info("a/" * 300 + "f")), "more than 128 folders deep"),
}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def build(shop: Workshop) -> Ran:
    """Lock and build an image with the package ``evil``; a build was there before."""
    shop.packages("base-files", "evil")
    locked = shop.run("lock", shop.spec_file)
    if locked.code:
        return locked
    return shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")


def check_refused(shop: Workshop, said: str) -> None:
    digest = digest_of(shop.made())
    ran = build(shop)
    assert ran.code == 1, ran
    assert said in ran.err
    assert "evil" in ran.err
    assert ran.out == "" or ran.out.startswith("wrote")
    assert "Traceback" not in ran.err
    assert digest_of(shop.out) == digest
    assert not list(shop.root.rglob(".tmp-*"))


@pytest.mark.parametrize("name", EVIL)
def test_a_data_tar(shop: Workshop, name: str):
    data, said = EVIL[name]
    shop.publish([base_files(), library(), program(), Deb("evil", data=data)])
    check_refused(shop, said)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not an ar archive"),
        (b"!<arch>\n", "there is no member"),
        (ar_of(FORMAT, CONTROL), "there is no member 'data.tar'"),
        (ar_of(FORMAT, CONTROL, ("data.tar.rar", b"")), "compressed in a way that is not known"),
        (ar_of(FORMAT, CONTROL, ("data.tar.gz", b"no gzip")), "gzip"),
        (ar_of(("debian-binary", b"9.0\n"), CONTROL, ("data.tar", tar_of({}))), "format 9.0 is not known"),
        (ar_of(FORMAT, CONTROL, ("data.tar", tar_of({})), ("data.tar", tar_of({}))), "is there twice"),
        (ar_of(FORMAT, CONTROL, ("data.tar", tar_of({"x": "1"})))[:-700], "should have"),
    ],
)
def test_an_outer_archive(shop: Workshop, data: bytes, said: str):
    shop.publish([base_files(), library(), program(), Packed("evil", data=data)])
    check_refused(shop, said)


def test_ten_gigabytes_of_zeros(shop: Workshop):
    """gzip makes 10 MB of them; the reader stops long before it has them all."""
    header = info("usr/zeros", size=10 << 30).tobuf(tarfile.GNU_FORMAT)
    member = compress(bytes(1 << 26), Codec.GZIP)
    bomb = compress(header, Codec.GZIP) + member * (10 * 16)
    data = ar_of(FORMAT, CONTROL, ("data.tar.gz", bomb))
    shop.publish([base_files(), library(), program(), Packed("evil", data=data)])
    digest = digest_of(shop.made())
    shop.packages("base-files", "evil")
    shop.lock()
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)); from prill.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "build", shop.spec_file, "-o", shop.out, "--arch", "amd64"]
    done = subprocess.run(
        [*command, "--config", shop.settings], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "evil" in done.stderr
    assert "such archives are refused as hostile" in done.stderr
    assert digest_of(shop.out) == digest


def test_devices_of_a_package_are_kept(shop: Workshop):
    """A device node in a package is odd, but harmless in a layer: whoever runs the image decides."""
    shop.publish([base_files(), library(), program(), Deb("evil", files={"dev/null": Device(), "x": File("", 0o644)})])
    assert build(shop).code == 0


def test_a_control_file_that_names_another_package(shop: Workshop):
    """What is in the image is what the signed index says, whatever the package says of itself."""
    files = {"usr/share/x": "x"}
    shop.publish([base_files(), library(), program(), Deb("evil", files=files, fields={"Source": "../../etc"})])
    shop.packages("base-files", "evil")
    ran = shop.run("lock", shop.spec_file)
    assert ran.code in (0, 1)
    if ran.code == 0:
        shop.build()
