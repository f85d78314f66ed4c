"""Local sources beside their spec, and a lock that knows them as they were."""

from pathlib import Path

import pytest

from prill._io.cache import ContentCache
from prill._io.http import Fetcher
from prill.build.sources import SourceChanged, SourceStore
from prill.build.spec import FileSource


def store(cache: ContentCache, folder: Path | None) -> SourceStore:
    return SourceStore(cache=cache, fetcher=Fetcher, folder=folder, npm_registry=lambda: None)


def test_an_edited_source_is_refused_though_the_cache_has_the_former_one(tmp_path: Path):
    (tmp_path / "app").write_text("v1")
    cache = ContentCache(tmp_path / "cache")
    locked = store(cache, tmp_path).lock(FileSource(path="/app", source="app"), architecture="amd64")
    former = store(cache, tmp_path).blob(locked)
    (tmp_path / "app").write_text("v2")
    with pytest.raises(SourceChanged):
        store(cache, tmp_path).blob(locked)
    assert store(cache, None).blob(locked) == former
