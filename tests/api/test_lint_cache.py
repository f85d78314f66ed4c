from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from prill._io.cache import ContentCache
from prill.api import lint as lint_module
from prill.api import lint_cache
from prill.api.lint import LintOptions, lint_paths
from prill.api.lint_cache import LintCache, digest_of, fingerprint
from prill.api.lint_settings import LintSettings, SettingsFinder
from prill.dockerfile.engine import Selection
from prill.model.finding import Report, Severity


@pytest.fixture
def cache(tmp_path: Path) -> ContentCache:
    return ContentCache(tmp_path / "cache")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_text("FROM debian\nCOPY x.log /\n")
    return [tmp_path / name / "Dockerfile" for name in ("a", "b")]


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the files that are linted from now on."""
    seen: list[str] = []
    real = lint_module.lint_data

    def noting(data: bytes, name: str, options: LintOptions, *, ignore_file: str | None = None) -> Report:
        seen.append(name)
        return real(data, name, options, ignore_file=ignore_file)

    monkeypatch.setattr(lint_module, "lint_data", noting)
    return seen


def linted(files: list[Path], cache: ContentCache, options: LintOptions | None = None) -> Report:
    remembered = LintCache(cache)
    report = lint_paths(files, options or LintOptions(), SettingsFinder(), cache=remembered)
    remembered.save()
    return report


def test_the_same_is_not_looked_at_twice_and_found_again(files: list[Path], cache: ContentCache, looked: list[str]):
    plain = lint_paths(files, LintOptions(), SettingsFinder())
    del looked[:]
    assert linted(files, cache) == plain
    assert looked == [str(path) for path in files]
    assert linted(files, cache) == plain
    assert len(looked) == 2
    assert {finding.location.path for finding in plain.findings} == {str(path) for path in files}


def test_whatever_has_a_say_is_part_of_the_key(files: list[Path], cache: ContentCache, looked: list[str]):
    one, options = files[:1], LintOptions()
    linted(one, cache)
    for other in (
        replace(options, today=date(2026, 11, 26)),
        replace(options, target="0"),  # one that is no stage is a gap, which is not remembered
        replace(options, selection=Selection(only=frozenset({"unpinned-base"}))),
        replace(options, settings=LintSettings(ignore=frozenset({"unpinned-base"}))),
        replace(options, settings=LintSettings(severities={"unpinned-base": Severity.ERROR})),
        replace(options, settings=LintSettings(allowed_registries=("docker.io",))),
        replace(options, rules=options.rules[:-1]),
    ):
        del looked[:]
        linted(one, cache, other)
        assert looked == [str(one[0])]
        linted(one, cache, other)
        assert len(looked) == 1
    (one[0].parent / ".dockerignore").write_text("*.log\n")
    assert "copy-ignored-file" in {finding.rule for finding in linted(one, cache).findings}
    one[0].write_text("FROM debian:13\n")
    assert "unpinned-base" not in {finding.rule for finding in linted(one, cache).findings}


def test_other_code_looks_again(
    files: list[Path], cache: ContentCache, looked: list[str], monkeypatch: pytest.MonkeyPatch
):
    linted(files, cache)
    monkeypatch.setattr(lint_cache, "code_stamp", lambda: "other")
    linted(files, cache)
    assert len(looked) == 4


@pytest.mark.parametrize(
    "document", [b"", b"[", b"[]", b'{"entries": 1}', b'{"entries": {"a": 1}}', b"[" * 100_000, b'"\xff"']
)
def test_a_damaged_cache_is_made_anew(
    files: list[Path], cache: ContentCache, looked: list[str], document: bytes, monkeypatch: pytest.MonkeyPatch
):
    plain = linted(files, cache)
    (path,) = (cache.root / "derived" / "lint").glob("*/*")
    path.write_bytes(path.read_bytes()[:-9])
    assert linted(files, cache) == plain
    cache.put_derived("lint", "found", document.replace(b"{", b'{"code": "here", ', 1))
    monkeypatch.setattr(lint_cache, "code_stamp", lambda: "here")
    assert linted(files, cache) == plain
    assert linted(files, cache) == plain
    assert len(looked) == 6


def test_a_file_that_is_a_gap_is_not_remembered(tmp_path: Path, cache: ContentCache):
    missing = tmp_path / "Dockerfile"
    assert linted([missing], cache).gaps
    missing.write_text("FROM debian\n")
    assert linted([missing], cache).findings


def test_it_stays_small(cache: ContentCache, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lint_cache, "MAX_ENTRIES", 10)
    first = LintCache(cache)
    for number in range(20):
        first.keep(str(number), [number])
    assert first.find("5") == [5]
    first.save()
    second = LintCache(cache)
    assert [number for number in range(20) if second.find(str(number)) is not None] == [5, *range(11, 20)]
    monkeypatch.setattr(lint_cache, "MAX_BYTES", 200)
    second.keep("x", ["y"])
    second.save()
    assert LintCache(cache).find("x") == ["y"]
    assert len(cache.derived("lint", "found") or b"") <= 200


def test_too_much_about_one_file_is_not_remembered(cache: ContentCache, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lint_cache, "MAX_ITEMS", 1)
    one = LintCache(cache)
    one.keep("a", [1, 2])
    assert one.find("a") is None


def test_keys_are_the_same_in_every_process_and_different_for_what_is_different():
    assert fingerprint(frozenset({"b", "a"})) == fingerprint({"a", "b"})
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
    assert digest_of(b"a", b"bc") != digest_of(b"ab", b"c")
    assert digest_of(None) != digest_of(b"")
