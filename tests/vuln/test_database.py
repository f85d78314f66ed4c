"""The database as a file: what goes in comes out, and what is no database is told from one."""

import random
import sqlite3
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories import built, opened
from prill.errors import PrillError
from prill.model.advisory import AdvisorySource, Exploitation, Level
from prill.vuln.database import Database, open_database
from prill.vuln.database_builder import DatabaseBuilder
from prill.vuln.database_file import FORM, DamagedDatabase, DatabaseTooNew, DatabaseTooOld, NoDatabase, NotADatabase
from prill.vuln.orders import order_of
from prill.vuln.packed import contains
from prill.vuln.records import (
    Affected,
    Exploited,
    Item,
    LifeCycle,
    Modified,
    Probability,
    RatingText,
    Record,
    Skipped,
    VersionRange,
)

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
APP = Record(
    id="GHSA-1",
    affected=(Affected("PyPI", "My_App", (VersionRange("1.0", "2.0"),), ("0.5", "1.5")),),
    aliases=("CVE-2026-1",),
    summary="it leaks",
    ratings=(RatingText("GHSA", "MODERATE"), RatingText("GHSA", VECTOR), RatingText("GHSA", "nonsense")),
    references=("https://example.test/1",),
)


def affected(database_path: Path, key: str, version: str, ecosystem: str = "PyPI") -> list[str]:
    with open_database(database_path) as database:
        entries = database.entries([key]).get(key, ())
        found = [contains(entry, order_of(ecosystem).sort_key(version)) for entry in entries]
        return [one.fixed for one in found if one is not None]


def test_what_goes_in_comes_out(tmp_path: Path):
    with opened(
        tmp_path / "a.db", [APP, Exploited("CVE-2026-1", "2026-01-02"), Probability("CVE-2026-1", 0.5, 0.9)]
    ) as it:
        numbers = it.numbers_of(["CVE-2026-1", "GHSA-1", "none"])
        assert numbers == {"CVE-2026-1": (0,), "GHSA-1": (0,)}
        known = it.known([0])[0]
        assert known.advisory.id == "GHSA-1"
        assert known.advisory.aliases == ("CVE-2026-1",)
        assert known.advisory.summary == "it leaks"
        assert [(one.level, one.score) for one in known.advisory.ratings] == [
            (Level.MEDIUM, None),
            (Level.CRITICAL, 9.8),
        ]
        assert it.exploitation(["CVE-2026-1"]) == {
            "CVE-2026-1": Exploitation(known_since="2026-01-02", epss=0.5, percentile=0.9)
        }
        assert it.ecosystems == {"PyPI"}
        assert it.created == 1_700_000_000
        it.verify()


@pytest.mark.parametrize(
    ("version", "fixed"),
    [("0.5", [""]), ("0.9", []), ("1.0", ["2.0"]), ("1.5", ["2.0"]), ("2.0", []), ("2.0rc1", ["2.0"])],
)
def test_ranges_end_before_the_fix_and_single_versions_count(tmp_path: Path, version: str, fixed: list[str]):
    assert affected(built(tmp_path / "a.db", APP)[0], "PyPI\0my-app", version) == fixed


def test_the_last_affected_version_is_affected(tmp_path: Path):
    record = Record(id="A", affected=(Affected("npm", "app", (VersionRange("0", "", "1.5.0"),)),))
    path, _ = built(tmp_path / "a.db", record)
    assert affected(path, "npm\0app", "1.5.0", "npm") == [""]
    assert affected(path, "npm\0app", "1.5.1", "npm") == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=4), st.integers(0, 20))
def test_a_version_is_affected_as_its_number_is(tmp_path_factory: pytest.TempPathFactory, pairs: list, number: int):
    ranges = tuple(VersionRange(f"1.{low}", f"1.{high}") for low, high in pairs)
    path = tmp_path_factory.mktemp("db") / "a.db"
    built(path, Record(id="A", affected=(Affected("Debian:12", "app", ranges),)))
    expected = any(low <= number < high for low, high in pairs)
    assert bool(affected(path, "Debian:12\0app", f"1.{number}", "Debian")) is expected


def test_impossible_ranges_and_unreadable_versions_are_told_not_taken(tmp_path: Path):
    wrong = Record(
        id="A", affected=(Affected("npm", "app", (VersionRange("3.0.0", "2.0.0"), VersionRange("x", "1.0.0"))),)
    )
    _, taken = built(
        tmp_path / "a.db", wrong, Record(id="B", affected=(Affected("Slackware", "app", (VersionRange(),)),))
    )
    assert taken.records == 0
    assert sorted(taken.reasons) == [
        "a range that ends before it begins",
        "no version order is known for 'Slackware'",
        "not a version of semver: 'x'",
    ]


def test_only_the_first_of_what_was_missed_is_named_and_all_of_it_counted(tmp_path: Path):
    _, taken = built(
        tmp_path / "a.db", *(Skipped(f"R-{number}", "odd") for number in range(100)), Skipped("x", "y", harmless=True)
    )
    assert (len(taken.gaps), taken.reasons["odd"], taken.harmless) == (20, 100, 1)


def test_the_same_records_make_the_same_bytes(tmp_path: Path):
    records = [Record(id=f"A-{n}", affected=APP.affected, summary=f"number {n}" * n) for n in range(200)]
    one, other = built(tmp_path / "a.db", *records)[0], built(tmp_path / "b.db", *records)[0]
    assert one.read_bytes() == other.read_bytes()
    with open_database(one) as database:
        assert database.known([150])[150].advisory.summary == "number 150" * 150


def test_sources_have_their_times(tmp_path: Path):
    with opened(
        tmp_path / "a.db", [APP, Modified(1_600_000_000), LifeCycle("debian", "12", "2026-07-11", "2028-06-30")]
    ) as it:
        assert it.sources == (
            AdvisorySource(id="test", name="records", retrieved=1_700_000_000, modified=1_600_000_000, records=2),
        )
        assert it.lifecycle("debian", "12") == LifeCycle("debian", "12", "2026-07-11", "2028-06-30")
        assert it.lifecycle("debian", "3") is None


def test_another_database_is_taken_over_but_for_some_sources(tmp_path: Path):
    first, _ = built(tmp_path / "a.db", APP, Exploited("CVE-2026-1", "2026-01-02"), name="one")
    builder = DatabaseBuilder()
    builder.add(AdvisorySource(id="test", name="two"), [Record(id="B", affected=APP.affected)])
    with open_database(first) as database:
        builder.adopt(database, without=frozenset({("test", "two")}))
    second = tmp_path / "b.db"
    second.write_bytes(builder.finish(created=0))
    with open_database(second) as database:
        assert {one.name for one in database.sources} == {"one", "two"}
        assert set(database.numbers_of(["GHSA-1", "B"])) == {"GHSA-1", "B"}
        assert len(dict(database.packages())["PyPI\0my-app"]) == 2
        assert database.exploitation(["CVE-2026-1"])["CVE-2026-1"].known_since == "2026-01-02"
        builder = DatabaseBuilder()
        builder.adopt(database, without=frozenset({("test", "one")}))
    second.write_bytes(builder.finish(created=0))
    with open_database(second) as database:
        assert database.numbers_of(["GHSA-1", "B"]) == {"B": (0,)}
        assert database.exploitation(["CVE-2026-1"]) == {}


def joined(path: Path, *sources: tuple[str, Item, int]) -> Database:
    """Make a database of sources by kind, with what each says and when that is from, and each adopts those before."""
    for kind, item, modified in sources:
        builder = DatabaseBuilder()
        builder.add(AdvisorySource(id=kind, name=kind, modified=modified), [item])
        if path.exists():
            with open_database(path) as database:
                builder.adopt(database, without=frozenset({(kind, kind)}))
        path.write_bytes(builder.finish(created=0))
    return open_database(path)


KEV, EPSS = Exploited("CVE-1", "2026-01-02"), Probability("CVE-1", 0.1, 0.2)


@pytest.mark.parametrize(
    "before", [(("kev", KEV, 1), ("epss", EPSS, 1)), (("epss", EPSS, 1), ("kev", KEV, 1))], ids=["kev", "epss"]
)
def test_what_two_sources_know_of_an_exploit_is_replaced_apart(tmp_path: Path, before: tuple):
    with joined(tmp_path / "a.db", *before, ("epss", Probability("CVE-1", 0.9, 0.95), 2)) as it:
        assert it.exploitation(["CVE-1"]) == {
            "CVE-1": Exploitation(known_since="2026-01-02", epss=0.9, percentile=0.95)
        }
    with joined(tmp_path / "b.db", *before, ("kev", Exploited("CVE-2", "2026-02-03"), 2)) as it:
        assert it.exploitation(["CVE-1"]) == {"CVE-1": Exploitation(epss=0.1, percentile=0.2)}


def test_the_newest_of_several_scores_counts(tmp_path: Path):
    sources = ("epss-of-may", Probability("CVE-1", 0.9, 0.95), 5), ("epss-of-april", EPSS, 4)
    with joined(tmp_path / "a.db", *sources) as it:
        assert it.exploitation(["CVE-1"])["CVE-1"].epss == 0.9


def test_a_page_that_is_imported_later_says_when_a_release_ends(tmp_path: Path):
    first, second = LifeCycle("debian", "12", "2020-01-01"), LifeCycle("debian", "12", "2030-01-01")
    with joined(tmp_path / "a.db", ("folder", first, 0), ("page", second, 0)) as it:
        assert it.lifecycle("debian", "12") == second


class TestHostileFiles:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("DELETE FROM source", "it has no source 0"),
            ("UPDATE source SET retrieved = 'soon'", "Expected `int`"),
            ("UPDATE meta SET value = x'00' WHERE name = 'created'", "it was made at"),
            ("UPDATE package SET entries = x'9195004d9090a0'", "Expected `int` <= "),
        ],
    )
    def test_what_nobody_here_wrote(self, change: str, said: str, tmp_path: Path):
        path, _ = built(tmp_path / "a.db", APP)
        with sqlite3.connect(path) as connection:
            connection.execute(change)
        connection.close()
        with open_database(path) as database, pytest.raises(DamagedDatabase, match=said):
            (database.created, database.entries(["PyPI\0my-app"]), database.known([0]))

    def test_nothing_there(self, tmp_path: Path):
        with pytest.raises(NoDatabase, match="there is no database"):
            open_database(tmp_path / "a.db")

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(1000)])
    def test_another_kind_of_file(self, content: bytes, tmp_path: Path):
        path = tmp_path / "a.db"
        path.write_bytes(content)
        with pytest.raises(NotADatabase):
            open_database(path)

    def test_somebody_elses_sqlite(self, tmp_path: Path):
        path = tmp_path / "a.db"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE meta(name TEXT)")
        connection.close()
        with pytest.raises(NotADatabase, match="no database of advisories"):
            open_database(path)

    def test_a_folder(self, tmp_path: Path):
        with pytest.raises(NotADatabase):
            open_database(tmp_path)

    def test_a_newer_form(self, tmp_path: Path):
        path, _ = built(tmp_path / "a.db", APP)
        data = bytearray(path.read_bytes())
        struct.pack_into(">L", data, 60, FORM + 1)
        path.write_bytes(data)
        with pytest.raises(DatabaseTooNew, match=rf"form {FORM + 1}, this Prill reads up to {FORM}") as caught:
            open_database(path)
        assert caught.value.hint == "use a newer Prill"

    def test_an_older_form(self, tmp_path: Path):
        path, _ = built(tmp_path / "a.db", APP)
        data = bytearray(path.read_bytes())
        struct.pack_into(">L", data, 60, FORM - 1)
        path.write_bytes(data)
        with pytest.raises(DatabaseTooOld, match=rf"form {FORM - 1}, this Prill reads {FORM}") as caught:
            open_database(path)
        assert caught.value.hint == "make it again: prill db import FILES --replace"

    def test_cut_short_anywhere(self, tmp_path: Path):
        path, _ = built(tmp_path / "a.db", APP)
        whole = path.read_bytes()
        for size in (len(whole) - 1, len(whole) // 2, 4096, 200):
            path.write_bytes(whole[:size])
            with pytest.raises(DamagedDatabase, match=f"has {size} bytes where {len(whole)} belong"):
                open_database(path)

    def test_changed_inside(self, tmp_path: Path):
        path, _ = built(tmp_path / "a.db", *(Record(id=f"A-{n}", affected=APP.affected) for n in range(300)))
        data = bytearray(path.read_bytes())
        data[4096:] = bytes(len(data) - 4096)
        path.write_bytes(data)
        with open_database(path) as database, pytest.raises(DamagedDatabase):
            database.verify()
        with open_database(path) as database, pytest.raises(DamagedDatabase):
            database.known(range(300))

    @pytest.mark.parametrize("seed", range(4))
    def test_whatever_was_changed_is_told(self, seed: int, tmp_path: Path):
        """Read, matched or taken over: there is an answer, or it is damaged, and nothing else."""
        whole = built(tmp_path / "whole.db", *(Record(id=f"A-{n}", affected=APP.affected) for n in range(4)))[0]
        draw, said = random.Random(seed), set()  # noqa: S311 - drawn to be drawn again
        for _ in range(60):
            data = bytearray(whole.read_bytes())
            for _ in range(draw.choice((1, 3, 40))):
                data[draw.randrange(100, len(data))] = draw.randrange(256)
            path = tmp_path / "a.db"
            path.write_bytes(data)
            try:
                with open_database(path) as database:
                    _ = (database.created, database.sources, database.coverage, database.ecosystems)
                    database.known(
                        one.vulnerability for one in database.entries(["PyPI\0my-app"]).get("PyPI\0my-app", ())
                    )
                    DatabaseBuilder().adopt(database, without=frozenset())
            except PrillError as error:
                said.add(type(error))
        assert said <= {DamagedDatabase, NotADatabase}
        assert DamagedDatabase in said
