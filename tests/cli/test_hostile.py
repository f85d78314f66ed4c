"""Packages that no honest person made, met by the command line: one clear message, exit code 1, nothing half-written."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from deb_files import Deb, Device, File, Folder, HardLink, Item, Link, ar_of, tar_of
from prill.archive.codecs import Codec, compress
from workshop import Ran, Workshop, base_files, digest_of, library, program, tree_of

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
    "whiteout": (tar_of({"usr/lib/.wh.os-release": ""}), "'usr/lib/.wh.os-release' begins with '.wh.'"),
    "opaque folder": (tar_of({"usr/lib/.wh..wh..opq": ""}), "'usr/lib/.wh..wh..opq' begins with '.wh.'"),
    "folder that hides": (tar_of({"opt/.wh.x/y": ""}), "begins with '.wh.'"),
    "name in Latin-1": (raw_tar(info("./usr/a\udcff")), r"'usr/a\xff' is not UTF-8"),
    "link in Latin-1": (tar_of({"x": Link("a\udcff")}), r"'a\xff' of 'x' is not UTF-8"),
    "attribute in Latin-1": (tar_of({"x": File(xattrs=(("user.\udcff", b"x"),))}), r"'user.\xff' of 'x' is not UTF-8"),
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


def test_a_diversion_to_what_hides(shop: Workshop):
    """It would hide the diverted file, and whatever else had that name."""
    script = "#!/bin/sh\ndpkg-divert --package evil --rename --divert /usr/bin/.wh.app --add /usr/bin/app\n"
    shop.publish(
        [base_files(), library(), program(), Deb("evil", fields={"Depends": "app"}, scripts={"preinst": script})]
    )
    check_refused(
        shop, "'usr/bin/.wh.app' begins with '.wh.', which in a layer would hide another file; it comes from app"
    )


def test_what_hides_is_trimmed(shop: Workshop):
    shop.publish([base_files(), library(), program(), Deb("evil", files={"usr/share/doc/evil/.wh.copyright": "x"})])
    assert build(shop).code == 0
    assert "usr/share/doc/evil/copyright" in tree_of(shop.out)


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


class TestArchivesOfFiles:
    """An archive that a spec unpacks stays below its path, whatever symlinks it brings."""

    def build(self, shop: Workshop, *archives: dict[str, Item], path: str = "/srv", runs: bool = False) -> Ran:
        files = []
        for number, content in enumerate(archives):
            name = f"evil-{number}.tar"
            (shop.spec_file.parent / name).write_bytes(tar_of(content))
            files.append({"source": name, "path": path, "unpack": True})
        packages = ["base-files", "app", "app-runs"] if runs else ["base-files", "app"]
        shop.packages(*packages, files=files)
        shop.lock()
        return shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")

    @pytest.mark.parametrize(
        ("content", "member", "target"),
        [
            ({"l": Link("/etc"), "l/passwd": "root"}, "'l/passwd'", "/etc/passwd: /srv/l is a symlink to '/etc'"),
            ({"l": Link("../usr/lib"), "l/os-release": "x"}, "'l/os-release'", "/usr/lib/os-release: /srv/l is"),
            ({"l": Link(".."), "l/new": "x"}, "'l/new'", "/new: /srv/l is a symlink to '..'"),
            ({"l": Link("m"), "m": Link("/etc"), "l/x": "x"}, "'l/x'", "/etc/x: /srv/l is a symlink to 'm'"),
            ({"d/l": Link("../../srv-2"), "d/l/x": "x"}, "'d/l/x'", "/srv-2/x: /srv/d/l is"),
            ({"l": Link("/etc"), "l/x": Link("y")}, "'l/x'", "/etc/x: /srv/l is"),
        ],
        ids=["absolute", "relative", "parent", "two links", "a sibling's name", "a link"],
    )
    def test_its_own_symlink_leads_out(self, shop: Workshop, content: dict[str, Item], member: str, target: str):
        ran = self.build(shop, content)
        assert (ran.code, ran.out) == (2, "")
        assert f"{member} of file:evil-0.tar would leave /srv for {target}" in ran.err
        assert not shop.out.exists()

    def test_an_earlier_archive_s_symlink_leads_out(self, shop: Workshop):
        ran = self.build(shop, {"l": Link("/etc")}, {"l/passwd": "root"})
        assert ran.code == 2
        assert "'l/passwd' of file:evil-1.tar would leave /srv for /etc/passwd" in ran.err
        assert "/srv/l is a symlink to '/etc' that file:evil-0.tar brings" in ran.err

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            (
                ".wh.os-release",
                "a name in '.wh.os-release' begins with '.wh.', which in a layer would hide another file",
            ),
            ("d/.wh..wh..opq", "a name in 'd/.wh..wh..opq' begins with '.wh.'"),
            ("d/a\udcff", r"'d/a\xff' is not UTF-8"),
        ],
        ids=["whiteout", "opaque folder", "Latin-1"],
    )
    @pytest.mark.parametrize("kind", ["folder", "archive"])
    def test_names_that_no_image_can_hold(self, shop: Workshop, kind: str, name: str, said: str):
        """The lock says so already, and where the spec says what brings them."""
        source: dict[str, object] = {"source": kind, "path": "/usr/lib", "exclude": []}
        place = shop.spec_file.parent / kind
        if kind == "folder":
            (place / name).parent.mkdir(parents=True)
            (place / name).write_text("x")
            (place / "good").write_text("x")
        else:
            source["unpack"] = True
            place.write_bytes(tar_of({name: "x", "good": "x"}))
        shop.spec(files=[source])
        ran = shop.run("lock", shop.spec_file)
        assert (ran.code, ran.out) == (2, "")
        assert f"{shop.spec_file}:12:11: {said}" in ran.err
        assert "rename it, or leave it out with exclude" in ran.err
        assert not shop.lock_file.exists()
        shop.spec(files=[source | {"exclude": ["**/.wh.*", ".wh.*", "d/a?"]}])
        assert tree_of(shop.made())["usr/lib/good"][1] == b"x"

    def test_a_symlink_out_of_the_root(self, shop: Workshop):
        ran = self.build(shop, {"x": Link("../..")})
        assert (ran.code, ran.out) == (2, "")
        assert f"{shop.spec_file}:12:11: /srv/x of file:evil-0.tar is a symlink to '../..', which leads out" in ran.err

    @pytest.mark.parametrize("name", ["evil.crt", "deep/evil.crt"])
    def test_a_certificate_that_is_none(self, shop: Workshop, name: str):
        """It is the spec's, so it is the spec that has to change."""
        (shop.spec_file.parent / "own.tar").write_bytes(tar_of({name: "none", "README": "certificates"}))
        shop.spec(files=[{"source": "own.tar", "path": "/usr/local/share/ca-certificates", "unpack": True}])
        shop.lock()
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
        said = f"file:own.tar: usr/local/share/ca-certificates/{name} holds no whole PEM certificate"
        assert (ran.code, f"{shop.spec_file}:12:11: {said}" in ran.err) == (2, True), ran

    def test_a_package_s_certificate_that_is_none(self, shop: Workshop):
        (shop.spec_file.parent / "good").write_text("x")
        evil = Deb("evil", files={"usr/share/ca-certificates/evil.crt": "none"})
        shop.publish([base_files(), library(), program(), evil])
        shop.packages("base-files", "evil", files=[{"source": "good", "path": "/good"}])
        shop.lock()
        ran = shop.run("build", shop.spec_file, "-o", shop.out, "--arch", "amd64")
        assert (ran.code, "usr/share/ca-certificates/evil.crt holds no whole PEM" in ran.err) == (1, True), ran

    @pytest.mark.parametrize(
        ("content", "path", "left"),
        [
            ({"lib": Folder(), "lib64": Link("lib"), "lib64/x": "x"}, "/srv", "srv/lib/x"),
            ({"x": "x"}, "/lib/app", "usr/lib/app/x"),
            ({"l": Link("/srv/d"), "l/x": "x"}, "/srv", "srv/d/x"),
            ({"l": Link("/etc"), "x": "x"}, "/srv", "srv/l"),
            ({"lib/x": "x"}, "/", "usr/lib/x"),
        ],
        ids=["a link inside", "merged usr", "absolute inside", "nothing behind it", "the root"],
    )
    def test_what_stays_is_fine(self, shop: Workshop, content: dict[str, Item], path: str, left: str):
        assert self.build(shop, content, path=path).code == 0
        assert left in shop.good("files", shop.out)

    def test_a_package_s_symlink_is_followed(self, shop: Workshop):
        shop.publish([base_files(), library(), program(), Deb("app-runs", files={"var/run": Link("/run")})])
        assert self.build(shop, {"run/app/x": "x"}, path="/var", runs=True).code == 0
        assert " /run/app/x" in shop.good("files", shop.out)

    def test_a_symlink_on_the_way_to_the_path_is_followed(self, shop: Workshop):
        """The spec's author names that path, and no archive."""
        (shop.spec_file.parent / "one.tar").write_bytes(tar_of({"app": Link("app-1")}))
        (shop.spec_file.parent / "two.tar").write_bytes(tar_of({"x": "x"}))
        shop.spec(
            files=[
                {"source": "one.tar", "path": "/opt", "unpack": True},
                {"source": "two.tar", "path": "/opt/app", "unpack": True},
            ]
        )
        shop.made()
        assert " /opt/app-1/x" in shop.good("files", shop.out)
