"""The resolver chooses what apt chooses, on the same indexes, with nothing installed.

Sets are drawn from the whole index by a fixed seed. Where the two differ, the difference must be one of those that
docs/resolution.md argues, and what was chosen here must hold by itself.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from apt_root import Answer, AptRoot
from prill.distro.deb.index import PackageRecord, Universe
from prill.distro.deb.relations import Relation, render_group
from prill.distro.deb.requirement import Requirement
from prill.distro.deb.resolve import UnsatisfiableRequest, resolve
from prill.distro.debian import RELEASES, DebianRelease

pytestmark = [pytest.mark.archive, pytest.mark.compat, pytest.mark.xdist_group("apt")]

SETS = 300
ARGUED = 6  # of the 300: more differences than this, and something is wrong, however good each argument

USUAL = {
    "bookworm": (
        ("python3",),
        ("python3.11-minimal", "libpython3.11-stdlib", "ca-certificates"),
        ("openjdk-17-jre-headless",),
        ("nginx",),
        ("nodejs",),
        ("default-mysql-server", "php", "apache2"),
        ("gnome-core",),
    ),
    "trixie": (
        ("python3",),
        ("python3.13-minimal", "libpython3.13-stdlib", "ca-certificates"),
        ("openjdk-25-jre-headless",),
        ("nginx",),
        ("nodejs",),
        ("default-mysql-server", "php", "apache2"),
        ("gnome-core",),
    ),
}


@pytest.fixture(scope="module", params=RELEASES, ids=str)
def release(request: pytest.FixtureRequest) -> DebianRelease:
    return request.param


@pytest.fixture(scope="module")
def apt(release: DebianRelease, test_cache: Path) -> AptRoot:
    return AptRoot.prepare(test_cache, release, "amd64")


@pytest.fixture(scope="module")
def universe(apt: AptRoot) -> Universe:
    return apt.universe()


def choose(
    universe: Universe, names: tuple[str, ...], architecture: str
) -> dict[str, PackageRecord] | UnsatisfiableRequest:
    try:
        resolution = resolve(universe, requirements=map(Requirement.parse, names), architecture=architecture)
    except UnsatisfiableRequest as refusal:
        return refusal
    return {chosen.record.name: chosen.record for chosen in resolution.packages}


def satisfied(relation: Relation, chosen: dict[str, PackageRecord]) -> Iterator[str]:
    """Name the chosen packages that satisfy a relation; written apart from the resolver's own code."""
    for record in chosen.values():
        answers = [
            (record.name, record.version, relation.qualifier in {"", "native"} or record.multi_arch == "allowed")
        ]
        answers += [(provided.name, provided.version, True) for (provided,) in record.provides]
        for name, version, suits in answers:
            if name == relation.name and suits and (not relation.operator or (version and relation.accepts(version))):
                yield record.name


def faults(chosen: dict[str, PackageRecord]) -> list[str]:
    """Say what is wrong with a set of packages: a dependency that is not met, a conflict that is there."""
    found = []
    for record in chosen.values():
        needs = (group for group in record.relations("Pre-Depends") + record.depends)
        lacking = (group for group in needs if not any(True for each in group for _ in satisfied(each, chosen)))
        found += [f"{record.name} lacks {render_group(group)}" for group in lacking]
        for (relation,) in record.conflicts + record.breaks:
            found += [f"{record.name} and {name}" for name in satisfied(relation, chosen) if name != record.name]
    return found


def compare(
    names: tuple[str, ...], theirs: Answer, ours: dict[str, PackageRecord] | UnsatisfiableRequest
) -> str | None:
    """Return None if both agree, else the kind of difference that the documentation argues; fail for any other."""
    if isinstance(ours, UnsatisfiableRequest):
        assert theirs.packages is None, f"{names}: apt finds {theirs.packages}, here: {ours}"
        return None
    chosen = frozenset((record.name, record.version) for record in ours.values())
    if chosen == theirs.packages:
        return None
    assert not faults(ours), names
    if theirs.packages is None:
        return "apt gives up"
    assert chosen < theirs.packages, f"{names}: only here {chosen - theirs.packages}"
    return "apt leaves something behind"


def draw(universe: Universe, count: int, seed: int) -> list[tuple[str, ...]]:
    everything = sorted(universe.names())
    random = Random(seed)  # noqa: S311 - the same sets every time
    return [tuple(random.sample(everything, random.randint(1, 6))) for _ in range(count)]


def differences(apt: AptRoot, universe: Universe, sets: list[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda names: apt.install(*names), sets)
        compared = (
            (names, compare(names, theirs, choose(universe, names, apt.architecture)))
            for names, theirs in zip(sets, answers, strict=True)
        )
        return {names: kind for names, kind in compared if kind}


def test_usual_sets(apt: AptRoot, universe: Universe):
    assert differences(apt, universe, list(USUAL[apt.release.codename])) == {}


def test_printing_and_acting_out_are_the_same(apt: AptRoot, universe: Universe):
    for names in draw(universe, 5, seed=1):
        assert apt.install(*names).packages == apt.simulate(*names).packages


def test_refusals(apt: AptRoot, universe: Universe):
    boost = sorted(name for name in universe.names() if re.fullmatch(r"libboost1\.\d+-dev", name))
    for names in (("systemd-sysv", "sysvinit-core"), ("exim4-daemon-light", "postfix"), tuple(boost[:2])):
        assert apt.install(*names).packages is None
        assert isinstance(choose(universe, names, "amd64"), UnsatisfiableRequest)


def test_older_versions_by_name(apt: AptRoot, universe: Universe):
    """Where apt takes an older version, so do we; where it refuses, older companions may still make it work."""
    several = [name for name in sorted(universe.names()) if len(universe.versions(name)) > 1]
    agreed = 0
    for name in Random(1).sample(several, 12):  # noqa: S311 - the same packages every time
        pinned = (f"{name}={universe.versions(name)[-1].version}",)
        theirs, ours = apt.install(*pinned), choose(universe, pinned, "amd64")
        if theirs.packages is not None:
            assert compare(pinned, theirs, ours) is None
            agreed += 1
        elif not isinstance(ours, UnsatisfiableRequest):
            assert not faults(ours)
    assert agreed


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("half", [0, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_drawn_sets(apt: AptRoot, universe: Universe, half: int):
    """apt takes most of a second for a set, so half of them is left to the longer run."""
    found = differences(apt, universe, draw(universe, SETS, seed=1)[half::2])
    assert len(found) <= ARGUED // 2, found


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_drawn_sets_for_arm64(release: DebianRelease, test_cache: Path):
    apt = AptRoot.prepare(test_cache, release, "arm64")
    universe = apt.universe()
    found = differences(apt, universe, draw(universe, SETS // 5, seed=2))
    assert len(found) <= ARGUED, found
