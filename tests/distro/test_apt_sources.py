from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prill.distro.deb.apt_sources import AptSources, read_apt_sources


def read(root: Path, name: str, text: str) -> AptSources:
    path = root / "etc/apt" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return read_apt_sources(root)


def urls(sources: AptSources) -> list[str]:
    return [mirror.url for mirror in sources.mirrors]


def test_a_machine_without_apt(tmp_path: Path):
    assert read_apt_sources(tmp_path) == AptSources(mirrors=(), ignored=())


def test_deb822(tmp_path: Path):
    text = """# Debian's own

Types: deb deb-src
URIs: http://mirror.example.org/debian/
Suites: trixie trixie-updates
# in between
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc

Types: deb
URIs: http://mirror.example.org/debian-security
  https://second.invalid/debian-security
Suites: trixie-security
Enabled: yes

types: deb
uris: http://off.invalid/debian
suites: trixie
enabled: no

Types: deb-src
URIs: http://src.invalid/debian
Suites: trixie
"""
    sources = read(tmp_path, "sources.list.d/debian.sources", text)
    assert [(mirror.url, mirror.suites) for mirror in sources.mirrors] == [
        ("http://mirror.example.org/debian", ("trixie", "trixie-updates")),
        ("http://mirror.example.org/debian-security", ("trixie-security",)),
        ("https://second.invalid/debian-security", ("trixie-security",)),
    ]
    assert sources.mirrors[0].where == "/etc/apt/sources.list.d/debian.sources#1"
    assert [(gap.subject[-2:], gap.reason) for gap in sources.ignored] == [
        ("#3", "disabled"),
        ("#4", "source packages only"),
    ]


def test_one_line(tmp_path: Path):
    text = """
# deb http://commented.invalid/debian trixie main
deb http://mirror.example.org/debian trixie main contrib # a comment
deb [ arch=amd64,arm64 signed-by=/usr/share/keyrings/k.gpg ] https://me:secret@mirror.invalid/debian/ trixie-updates main
deb [arch=amd64] http://mirror.example.org/debian trixie-backports main
deb-src http://mirror.example.org/debian trixie main
deb http://mirror.invalid/flat ./
deb cdrom:[Debian GNU/Linux 13.0.0 _Trixie_ - Official amd64 NETINST]/ trixie main
deb ftp://ftp.invalid/debian trixie main
deb tor+http://onion.invalid/debian trixie main
deb http://mirror.invalid/$(ARCH)/debian trixie main
deb file:/srv/mirror/debian trixie main
deb
nonsense here
"""
    sources = read(tmp_path, "sources.list", text)
    assert [(mirror.url, mirror.suites) for mirror in sources.mirrors] == [
        ("http://mirror.example.org/debian", ("trixie", "trixie-backports")),
        ("https://me:secret@mirror.invalid/debian", ("trixie-updates",)),
        ("file:///srv/mirror/debian", ("trixie",)),
    ]
    assert [(gap.subject.rpartition(":")[2], gap.reason) for gap in sources.ignored] == [
        ("6", "source packages only"),
        ("7", "http://mirror.invalid/flat has no dists/ folder"),
        ("8", "cdrom: addresses are not fetched from"),
        ("9", "ftp: addresses are not fetched from"),
        ("10", "tor+http: addresses are not fetched from"),
        ("11", "http://mirror.invalid/$(ARCH)/debian has a variable"),
        ("13", "not a line that apt would read"),
        ("14", "not a line that apt would read"),
    ]


def test_only_files_that_apt_reads(tmp_path: Path):
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True)
    for name in ("b.list", "a.list", "c.list.save", "d~.list", "e.disabled"):
        (folder / name).write_text(f"deb http://{name[0]}.invalid/debian trixie main\n")
    (folder / "f.list").mkdir()
    assert urls(read_apt_sources(tmp_path)) == ["http://a.invalid/debian", "http://b.invalid/debian"]


def test_lists_of_mirrors(tmp_path: Path):
    (tmp_path / "etc/apt").mkdir(parents=True)
    (tmp_path / "etc/apt/mirrors.txt").write_text(
        "# nearest first\nhttp://one.invalid/debian\tpriority:1\n\nhttps://two.invalid/debian/\nftp://three.invalid/debian\n"
    )
    (tmp_path / "etc/apt/sources.list").write_text(
        "deb mirror+file:/etc/apt/mirrors.txt trixie main\n"
        "deb mirror+file:/etc/apt/absent.txt trixie main\n"
        "deb mirror+http://list.invalid/ trixie main\n"
    )
    sources = read_apt_sources(tmp_path)
    assert urls(sources) == ["http://one.invalid/debian", "https://two.invalid/debian"]
    assert [gap.reason for gap in sources.ignored] == [
        "ftp: addresses are not fetched from",
        "its list of mirrors cannot be read: No such file or directory",
        "mirror+http: addresses are not fetched from",
    ]


def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path):
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True)
    (folder / "a.sources").write_text("Types: deb\nTypes: deb\n")
    (folder / "b.sources").write_bytes(b"Types: \xff\n")
    (folder / "c.sources").write_text("Types: deb\nURIs: http://c.invalid/debian\nSuites: trixie\n")
    (folder / "d.list").write_bytes(b"#" * ((1 << 20) + 1))
    sources = read_apt_sources(tmp_path)
    assert urls(sources) == ["http://c.invalid/debian"]
    assert [gap.subject.rpartition("/")[2] for gap in sources.ignored] == ["a.sources", "b.sources", "d.list"]


@pytest.mark.parametrize("name", ["a.list", "a.sources"])
@given(content=st.binary(max_size=200))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_read_without_a_crash(tmp_path: Path, name: str, content: bytes):
    folder = tmp_path / "etc/apt/sources.list.d"
    folder.mkdir(parents=True, exist_ok=True)
    for prefix in (b"", b"deb http://", b"Types: deb\nURIs: "):
        (folder / name).write_bytes(prefix + content)
        assert all(url.startswith(("http://", "https://", "file:///")) for url in urls(read_apt_sources(tmp_path)))
