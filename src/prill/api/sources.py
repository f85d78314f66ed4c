"""Where a build's ``files`` sources come from."""

from pathlib import Path

from prill.api.services import Services
from prill.build.sources import SourceStore

__all__ = ["source_store"]


def source_store(folder: Path | None, services: Services) -> SourceStore:
    """Return where ``files`` sources come from; ``folder`` is the spec's."""
    return SourceStore(
        cache=services.cache,
        fetcher=services.fetcher,
        folder=folder,
        npm_registry=services.npm_registry,
        offline=services.offline,
    )
