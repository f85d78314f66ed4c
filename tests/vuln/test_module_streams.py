"""Rpm module streams: what errata are about, and which builds meet them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from advisories import opened, rpm
from prill.model import Distro
from prill.vuln.database import Database
from prill.vuln.database_match import DatabaseAnswer, match_database
from prill.vuln.module_streams import Fit, fit_of, modules_named, stream_of
from prill.vuln.providers.osv import PROVIDER
from prill.vuln.providers.provider import SourceFile

ALMA = Distro(id="almalinux", version="9.4")
LABEL = "nodejs:18:9010020221118120946:rhel9"
BUILD = "1:18.12.1-1.module_el9.1.0+16+91bc168f"


@pytest.mark.parametrize(
    ("summary", "modules"),
    [
        ("Important: nodejs:24 security update", ("nodejs:24",)),
        ("Moderate: mariadb:10.11 security, bug fix, and enhancement update", ("mariadb:10.11",)),
        ("Important: virt:rhel and virt-devel:rhel security update", ("virt:rhel", "virt-devel:rhel")),
        ("Moderate: python38:3.8, python38-devel:3.8 update", ("python38:3.8", "python38-devel:3.8")),
        ("nodejs:18", ("nodejs:18",)),
        ("Important: openssl security update", ()),
        ("", ()),
    ],
)
def test_a_summary_names_the_streams(summary: str, modules: tuple[str, ...]):
    assert modules_named(summary) == modules


@pytest.mark.parametrize(("label", "stream"), [(LABEL, "nodejs:18"), ("nodejs:18", "nodejs:18"), ("nodejs", ""), ("", "")])  # fmt: skip
def test_a_label_begins_with_the_stream(label: str, stream: str):
    assert stream_of(label) == stream


@pytest.mark.parametrize(
    ("label", "version", "module", "fixed", "fit"),
    [
        (LABEL, BUILD, "nodejs:18", BUILD, Fit.SAME),
        (LABEL, BUILD, "nodejs:1", BUILD, Fit.OTHER),
        (LABEL, BUILD, "nodejs:24", BUILD, Fit.OTHER),
        (LABEL, BUILD, "", BUILD, Fit.UNKNOWN),
        ("", BUILD, "nodejs:18", BUILD, Fit.UNKNOWN),
        ("", "8.0-1.module+el8.6.0+1", "", "9.0-1.module+el8.9.0+1", Fit.UNKNOWN),
        (LABEL, BUILD, "", "1:16.20-1.el9", Fit.OTHER),
        ("", "1:16.20-1.el9", "nodejs:18", BUILD, Fit.OTHER),
        ("", "1:16.20-1.el9", "", BUILD, Fit.OTHER),
        ("", "1:16.20-1.el9", "", "1:16.21-1.el9", Fit.SAME),
    ],
)
def test_builds_meet_what_is_about_their_stream(label: str, version: str, module: str, fixed: str, fit: Fit):
    assert fit_of(rpm("nodejs", version, module=label), module, [fixed]) is fit


@pytest.fixture(scope="module")
def database(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = shared_data / "vuln/osv/AlmaLinux-9-10.zip"
    items = PROVIDER.read(SourceFile(path, path.name))
    with opened(tmp_path_factory.mktemp("alma") / "a.db", items) as found:
        yield found


def ask(database: Database, version: str, module: str = "") -> DatabaseAnswer:
    return match_database([rpm("nodejs", version, module=module)], ALMA, database)


def errata(answer: DatabaseAnswer) -> set[str]:
    return {name for one in answer.matches for name in one.advisory.aliases if name.startswith("ALSA-")}


class TestAlmaLinux:
    """Its real errata."""

    def test_an_old_module_build_has_the_errata_of_its_stream(self, database: Database):
        answer = ask(database, BUILD, LABEL)
        assert {"ALSA-2023:2654", "ALSA-2025:1446"} <= errata(answer)
        assert not {"ALSA-2024:1688", "ALSA-2026:2781"} & errata(answer)
        assert answer.gaps == ()
        assert {".module_el9" in one.fixed_in for one in answer.matches} == {True}
        assert {"of the module nodejs:18:" in one.why[0].statement for one in answer.matches} == {True}

    def test_a_current_build_of_one_stream_is_not_behind_another(self, database: Database):
        current = "1:22.99.0-1.module_el9.9.0+1+aaaaaaaa"
        assert ask(database, current, "nodejs:22:1:rhel9").matches == ()
        assert ask(database, current, "nodejs:24:1:rhel9").matches != ()

    def test_the_distributions_own_build_is_in_no_module(self, database: Database):
        answer = ask(database, "1:16.13.1-1.el9")
        assert answer.matches != ()
        assert not [one.fixed_in for one in answer.matches if ".module" in one.fixed_in]

    def test_a_build_of_an_unknown_stream_has_all_errata_and_a_gap(self, database: Database):
        answer = ask(database, BUILD)
        assert {"ALSA-2023:2654", "ALSA-2024:1688", "ALSA-2026:2781"} <= errata(answer)
        assert [(gap.subject, "stream" in gap.reason) for gap in answer.gaps] == [("nodejs", True)]
        assert "whether it is the same module stream is not known" in answer.matches[0].why[0].statement
