"""What docs/resolution.md shows is what is printed."""

import re
from pathlib import Path

import pytest

from prill.distro.deb.requirement import Requirement
from prill.distro.deb.resolve import UnsatisfiableRequest
from small_universe import choose, universe

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "resolution.md").read_text()


def block(first_line: str) -> str:
    """Return the indented block that begins with a line, without its indentation."""
    lines = PAGE[PAGE.index(f"    {first_line}\n") :].split("\n")
    end = next(number for number, line in enumerate(lines) if not line.startswith("    "))
    return "\n".join(line.removeprefix("    ") for line in lines[:end])


def test_the_story_of_a_conflict():
    offer = universe(
        "libboost-timer1.88-dev 1.88.0-1; Depends: libboost-chrono1.88-dev (= 1.88.0-1), unrelated | nothing",
        "libboost-chrono1.88-dev 1.88.0-1; Depends: libboost-chrono1.88.0t64 (= 1.88.0-1)",
        "libboost-chrono1.88.0t64 1.88.0-1; Breaks: libboost-chrono1.83.0 (<< 1.88.0-1)",
        "libboost-chrono1.83.0t64 1.83.0-4.2; Provides: libboost-chrono1.83.0 (= 1.83.0-4.2)",
        "libxpertmassgui1 1.1.0-1; Depends: libpappsomspp0",
        "libpappsomspp0 0.9.38-1+b2; Depends: libboost-chrono1.83.0t64 (>= 1.83.0)",
        "unrelated",
    )
    with pytest.raises(UnsatisfiableRequest) as caught:
        choose(offer, "libboost-timer1.88-dev", "libxpertmassgui1", "unrelated")
    assert str(caught.value) == block("no set of packages meets the request:")


def test_the_nearest_names():
    offer = universe("python3.13-minimal", "libpython3.13-minimal", "python3-minimal", "dash")
    with pytest.raises(UnsatisfiableRequest) as caught:
        choose(offer, "python3.13-minmal")
    assert f"{caught.value}\n  → {caught.value.hint}" == block("no package is called 'python3.13-minmal'")


def test_versions_that_are_not_there():
    offer = universe("python3.13-minimal 3.13.5-2+deb13u5", "libpython3.13-minimal", "python3-minimal", "libc6 2.41")
    with pytest.raises(UnsatisfiableRequest) as caught:
        choose(offer, "python3.13-minimal=3.12.*")
    shown = block("no version of python3.13-minimal satisfies `=3.12.*`")
    assert f"{caught.value}\n  → {caught.value.hint}" == shown.replace("(trixie)", "(main)")


def test_all_that_is_unknown():
    offer = universe("python3.13-minimal", "libpython3.13-minimal", "python3-minimal", "libc6 2.41-12+deb13u5")
    with pytest.raises(UnsatisfiableRequest) as caught:
        choose(offer, "python3.13-minmal", "libc6", "libc6=2.36*")
    assert str(caught.value) == block("2 requests cannot be met:").replace("(trixie)", "(main)")


def test_why():
    offer = universe(
        "python3.13-minimal; Pre-Depends: libc6 (>= 2.38)", "libc6 2.41; Depends: libgcc-s1", "libgcc-s1", "perl"
    )
    resolution = choose(offer, "python3.13-minimal")
    assert "\n  ".join(["libgcc-s1", *map(str, resolution.why("libgcc-s1"))]) == block("libgcc-s1")


def test_what_was_left_out():
    offer = universe(
        "python3-minimal; Depends: dpkg (>= 1.13.20)",
        "libpython3.13-stdlib; Depends: media-types | mime-support",
        "dpkg 1.22",
        "media-types",
    )
    resolution = choose(
        offer, "python3-minimal", "libpython3.13-stdlib", exclude=("dpkg", "media-types", "mime-support")
    )
    lines = [f"{kept.name:<13} wanted by {reason}" for kept in resolution.excluded for reason in kept.wanted_by]
    assert "\n".join(lines) == block(lines[0])


def test_the_table_of_requirements():
    rows = re.findall(r"^\| `(python3\.13-minimal[^`]*)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 5
    versions = ("3.13.5-2", "3.130", "3.12.1")
    accepted = {text: [version for version in versions if Requirement.parse(text).accepts(version)] for text, _ in rows}
    assert list(accepted.values()) == [
        list(versions),
        ["3.13.5-2"],
        ["3.13.5-2"],
        ["3.13.5-2"],
        ["3.13.5-2", "3.130"],
    ]
