"""The assay at the end of ``make gold``: gold images beside the standard image of the same archive, from real data."""

import json
import shutil
from pathlib import Path

import pytest

from apt_root import AptRoot
from gold_images import GOLD, SPECS, Catalogue, prill
from prill.build.lock import decode_lock
from prill.distro.debian import release_named

pytestmark = [pytest.mark.archive, pytest.mark.compat, pytest.mark.xdist_group("gold-comparison")]
STANDARD = "debian-python3"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue.of_this_run(tmp_path_factory)


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lock and build the standard image; return its layout, with spec and lock beside it."""
    folder = tmp_path_factory.mktemp("standard")
    spec = Path(shutil.copy(GOLD / "comparison" / f"{STANDARD}.yaml", folder))
    prill("lock", "-q", spec)
    prill("build", "-q", spec, "-o", folder / STANDARD)
    return folder / STANDARD


def test_it_is_no_gold_image():
    assert STANDARD not in SPECS


def test_it_has_what_a_debian_root_has(standard: Path, test_cache: Path):
    lock = decode_lock(standard.with_suffix(".lock.json").read_bytes(), STANDARD)
    have = {one.name for one in lock.image("linux/amd64", "").packages}
    universe = AptRoot.prepare(test_cache, release_named("debian:13"), "amd64").universe()
    newest = (universe.versions(name)[0] for name in universe.names())
    required = {one.name for one in newest if one.essential or one.priority == "required"}
    assert len(required) > 25
    assert required - have == set()
    assert {"apt", "python3"} <= have


def test_its_spec_names_nothing_in_vain(standard: Path):
    said = json.loads(prill("show", standard, "--format", "json"))
    assert [one for one in said["notes"] if one.startswith("keep-setuid")] == []
    assert {one["path"] for one in said["setuid"] if one["kept"]} == {one["path"] for one in said["setuid"]}


def test_gold_is_smaller_has_no_shell_and_nothing_to_fix(catalogue: Catalogue, standard: Path):
    layouts = (standard, catalogue.layout("python3"), catalogue.layout("nginx"))
    said = json.loads(prill("compare", *layouts, "--no-db", "--format", "json"))
    rows = {row["id"]: [figure["number"] for figure in row["figures"]] for row in said["rows"]}
    for name in ("compressed", "unpacked", "packages", "files"):
        first, *others = rows[name]
        assert all(0 < one < first / 2 for one in others), name
    assert rows["shells"] == [2, 0, 0]
    assert rows["package-managers"] == [2, 0, 0]
    assert rows["setuid"][1:] == [0, 0]
    assert rows["fixable"] == [0, 0, 0], "all pockets, so all are current"
    assert rows["vulnerabilities"] == [None, None, None], "what has no fix is not known without a database"
    assert said["gaps"] == []
    assert any("nothing to fix means that the packages are current, no more" in note for note in said["notes"])
