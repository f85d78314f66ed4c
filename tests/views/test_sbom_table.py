from dataclasses import replace

import pytest

from prill.model import Distro, Gap, LanguageDetails, Package, Sbom, Subject
from prill.views.sbom_check import CheckLine, sbom_check
from prill.views.sbom_table import gap_lines, sbom_table


def package(name: str, purl: str, **values: str) -> Package:
    version = values.pop("version", "1")
    return Package(name=name, version=version, purl=purl, found_by="x", details=LanguageDetails(), **values)  # type: ignore[arg-type]


SBOM = Sbom(
    subject=Subject(name="app"),
    packages=(
        package("libfoo", "pkg:deb/debian/libfoo@1", licenses="MIT"),
        package("foo", "pkg:pypi/foo@1", owner="pkg:deb/debian/libfoo@1", licenses="MIT"),
        package("b" * 90, "pkg:pypi/b@1", version="1.2.3+" + "v" * 50, licenses=" AND ".join(["Apache-2.0"] * 20)),
        package("odd\x1b[31m", ""),
    ),
    distro=Distro(id="debian", version="12"),
    gaps=(Gap("b", "no licence"), Gap("a", "no licence"), Gap("opt/tool", "static binary without build info")),
)


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_and_shortens_no_version(width: int):
    lines = sbom_table(SBOM, width=width).splitlines()
    assert all(len(line) <= width for line in lines)
    assert any("1.2.3+" + "v" * 50 in line for line in lines)


@pytest.mark.parametrize(
    ("version", "name", "title"),
    [
        ("12", "", "debian 12"),
        ("", "", "debian"),
        ("12", "Debian GNU/Linux 12 (bookworm)", "Debian GNU/Linux 12 (bookworm)"),
    ],
)
def test_what_the_distribution_is_called(version: str, name: str, title: str):
    sbom = replace(SBOM, distro=Distro(id="debian", version=version, name=name))
    assert sbom_table(sbom, width=100).splitlines()[0] == f"app, {title}: 4 packages"


def test_groups_owners_and_gaps():
    text = sbom_table(SBOM, width=100)
    assert text.splitlines()[0] == "app, debian 12: 4 packages"
    assert "\ndeb, 1 package\n  libfoo  1  MIT\n" in text
    assert "[part of libfoo] MIT" in text
    assert "\nunidentified, 1 package\n  odd\\x1b[31m  1\n" in text
    assert text.endswith(
        "gaps, 3: what could not be read or is not known\n"
        "  no licence: a, b\n"
        "  static binary without build info: opt/tool"
    )


def test_what_a_lock_file_declares_is_marked():
    declared = replace(package("foo", "pkg:pypi/foo@1", licenses="MIT"), found_by="lock-files")
    assert "  foo  1  [declared] MIT" in sbom_table(replace(SBOM, packages=(declared,)), width=100)


def test_long_gaps_are_wrapped():
    lines = gap_lines([Gap(f"package-{n}", "no licence") for n in range(40)], width=60)
    assert max(map(len, lines)) <= 60
    assert sum(line.count("package-") for line in lines) == 40


def test_a_check_names_some_packages_and_counts_the_rest():
    lines = [
        CheckLine(what="timestamp"),
        CheckLine(what="licence", packages=tuple(f"pkg:npm/a{n}@1" for n in range(5))),
    ]
    assert sbom_check("SPDX 2.3", 5, [("valid", []), ("NTIA", lines)], width=90, most=2) == (
        "SPDX 2.3, 5 packages\nvalid: yes\nNTIA: no\n  - timestamp\n  - licence (5): pkg:npm/a0@1, pkg:npm/a1@1, and 3 more"
    )
    assert "pkg:npm/a4@1" in sbom_check("SPDX 2.3", 5, [("NTIA", lines)], width=90)
