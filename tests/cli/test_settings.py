"""Settings: which one counts, and what an ``.npmrc`` says."""

from pathlib import Path

import pytest

from prill.cli.settings import InvalidSettings, load_settings, npmrc_registry, source_date_epoch


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_without_a_file(home: Path):
    found = load_settings()
    assert (found.cache, found.mirrors, found.keys, found.npm_registry) == (home / ".cache" / "prill", (), (), None)


def test_the_users_directories(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/c")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "conf"))
    (home / "conf" / "prill").mkdir(parents=True)
    (home / "conf" / "prill" / "prill.toml").write_text('[archive]\nmirrors = ["https://mirror.example.org/debian"]\n')
    found = load_settings()
    assert (found.cache, found.mirrors) == (Path("/var/c/prill"), ("https://mirror.example.org/debian",))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert load_settings().cache == home / ".cache" / "prill"


def test_a_file_that_is_named(home: Path):
    path = home / "mine.toml"
    path.write_text(
        '[archive]\nkeys = ["keys/a.asc", "/etc/b.asc", "~/c.asc"]\n[cache]\ndirectory = "~/c"\n[npm]\nregistry = "https://n"\n'
    )
    found = load_settings(path)
    assert found.keys == (home / "keys/a.asc", Path("/etc/b.asc"), home / "c.asc")
    assert (found.cache, found.npm_registry) == (home / "c", "https://n")


def test_no_snapshot_is_not_the_usual_one(home: Path):
    (home / "a.toml").write_text('[archive]\nsnapshot = ""\n')
    (home / "b.toml").write_text('[npm]\nregistry = ""\n')
    assert (load_settings(home / "a.toml").snapshot, load_settings(home / "b.toml").snapshot) == ("", None)
    assert load_settings(home / "b.toml").npm_registry is None


def test_a_file_that_is_named_must_be_there(home: Path):
    with pytest.raises(InvalidSettings, match="there is no settings file"):
        load_settings(home / "none.toml")


@pytest.mark.parametrize(
    ("text", "registry"),
    [
        ("registry=https://r.example.org/\n", "https://r.example.org/"),
        ('; c\n@scope:registry=https://s\nregistry = "https://r"\n', "https://r"),
        ("//r/:_authToken=secret\n", None),
        ("registry=\n", None),
        ("", None),
    ],
)
def test_npmrc(home: Path, text: str, registry: str | None):
    (home / ".npmrc").write_text(text)
    assert npmrc_registry(home / ".npmrc") == registry


def test_no_npmrc(home: Path):
    assert npmrc_registry(home / ".npmrc") is None
    assert npmrc_registry(home) is None


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("1700000000", 1_700_000_000), ("", None)])
def test_source_date_epoch(monkeypatch: pytest.MonkeyPatch, text: str, seconds: int | None):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    assert source_date_epoch() == seconds


@pytest.mark.parametrize("text", ["-1", "1.5", "now", "\u0661", "999999999999", "9" * 5000])
def test_source_date_epoch_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(InvalidSettings):
        source_date_epoch()


def test_a_projects_file_may_have_sections_of_others(tmp_path: Path):
    file = tmp_path / "prill.toml"
    file.write_text('[lint]\nignore = ["DL3007"]\n[cache]\ndirectory = "/var/cache/prill"\n', encoding="utf-8")
    assert load_settings(file).cache == Path("/var/cache/prill")


@pytest.mark.parametrize(("section", "meant"), [("exception", "exceptions"), ("cash", "cache"), ("lints", "lint")])
def test_a_section_that_is_meant_is_named_whoever_reads_it(home: Path, section: str, meant: str):
    (home / "mine.toml").write_text(f'[[{section}]]\nid = "CVE-2026-1"\n')
    with pytest.raises(InvalidSettings, match=f"there is no section '{section}'") as caught:
        load_settings(home / "mine.toml")
    assert caught.value.hint == f"did you mean {meant}?"
