"""The advisory database: made from files and addresses, looked at, handed on. The old one stays until the new is whole.

What is not imported anew is taken over from the database that is there. A source that cannot be read, or an address
that does not answer, is a gap, and what the old database has of it stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from prill._io.atomic import alone_in, write_atomic
from prill._io.fetch_errors import NotModified
from prill._io.regular import open_regular
from prill._io.urls import file_path, redact
from prill.api.feeds import Feed
from prill.api.services import Services
from prill.errors import PrillError
from prill.model import Digest, Gap
from prill.model.advisory import AdvisorySource
from prill.model.value import dataclass, replace
from prill.vuln.database import Database, open_database
from prill.vuln.database_builder import DatabaseBuilder, Taken
from prill.vuln.database_file import NotADatabase, check_replaceable
from prill.vuln.feeds import feed_name, is_whole_feed
from prill.vuln.providers import BUILTIN
from prill.vuln.providers.provider import InvalidAdvisories, Provider, SourceFile

__all__ = ["Imported", "NothingToImport", "export_database", "import_files", "update_database"]

_MAGIC = b"SQLite format 3\0"


class NothingToImport(PrillError):
    """No source was named, and the database has none that could be fetched again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import made: where, how large, and what came of each source."""

    path: Path
    size: int
    records: int
    taken: tuple[Taken, ...]
    gaps: tuple[Gap, ...]
    unchanged: tuple[str, ...] = ()
    """Addresses whose records are still the same."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A file or folder to import, where it came from, and whether it is known to be a whole feed."""

    path: Path
    name: str
    location: str
    whole: bool = False
    version: str = ""


def import_files(
    paths: Sequence[Path], target: Path, services: Services, *, replace: bool = False, whole: bool = False
) -> Imported:
    """Make the database at ``target`` from ``paths`` and, unless ``replace``, from what it has already.

    A path may be another database, which is taken over. ``whole`` says that each is a complete feed. Raise
    `NotADatabase` and its like for a target that is something else, `InvalidAdvisories` where no file could be read.
    """
    named = []
    for path in paths:
        location = path.absolute().as_uri()
        named.append(_Named(path, feed_name(path.absolute().parts), location, whole or is_whole_feed(location)))
    return _make(named, target, services, replace=replace)


def update_database(addresses: Sequence[str], target: Path, services: Services) -> Imported:
    """Fetch ``addresses``, or without any, all that the database's sources came from, and import them.

    What has not changed since is left as it is, and what was cut off goes on where it ended (`prill.api.feeds`). An
    address that cannot be fetched is a gap; raise what is wrong where none can.
    """
    wanted = tuple(addresses) or _remembered(target)
    if not wanted:
        raise NothingToImport(f"{target} has no source with an address", hint="name one: prill db update osv:PyPI")
    gaps: list[Gap] = []
    named: list[_Named] = []
    unchanged: dict[str, int] = {}
    feeds: list[Feed] = []
    known = _versions(target)
    with ExitStack() as stack:
        for address in wanted:
            local = file_path(address)
            if local is not None:
                named.append(_Named(local, feed_name(local.parts), address, is_whole_feed(address)))
                continue
            feed = stack.enter_context(closing(Feed(address, services)))
            try:
                version = feed.fetch(known.get(address, ""))
            except NotModified:
                unchanged[address] = services.clock.now()
            except (PrillError, OSError) as error:
                gaps.append(Gap(redact(address), f"it could not be fetched: {error}"))
                if len(gaps) == len(wanted):
                    raise
            else:
                feeds.append(feed)
                named.append(_Named(feed.path, feed.path.name, address, is_whole_feed(address), version))
        try:
            made = _make(named, target, services, replace=False, unchanged=unchanged)
        except PrillError:  # what came is of no use, and the server would say that it is all there
            _discard(feeds)
            raise
        _discard(feeds)
    return replace(made, gaps=(*gaps, *made.gaps), unchanged=tuple(unchanged))


def _discard(feeds: Iterable[Feed]) -> None:
    for feed in feeds:
        feed.discard()


def _versions(target: Path) -> dict[str, str]:
    """Return by its address which version of a source the database has; nothing where there is none to be read."""
    if not target.exists():
        return {}
    with open_database(target) as database:
        return {source.url: source.version for source in database.sources if source.version}


def export_database(source: Path, target: Path) -> Digest:
    """Copy a database after reading all of it; return its digest; raise as `open_database` and `Database.verify`."""
    with open_database(source) as database:
        database.verify()
    data = source.read_bytes()
    write_atomic(target, data)
    return Digest.of(data)


def _make(
    named: Sequence[_Named],
    target: Path,
    services: Services,
    *,
    replace: bool,
    unchanged: Mapping[str, int] | None = None,
) -> Imported:
    if replace:
        check_replaceable(target)
    builder = DatabaseBuilder()
    taken: list[Taken] = []
    gaps: list[Gap] = []
    failed: list[PrillError] = []
    replaced: list[AdvisorySource] = []
    for place, one in enumerate(named):
        services.progress.update("reading advisories", place, len(named))
        try:
            if _is_database(one.path):
                with open_database(one.path) as other:
                    other.verify()
                    builder.adopt(other, without=_replaced(other, replaced))
                    replaced += other.sources
                continue
            provider = _provider(one)
            taken.append(_read(provider, one, builder, services))
            replaced.append(taken[-1].source)
            gaps += taken[-1].gaps
        except (PrillError, OSError) as error:
            reason = str(error) if isinstance(error, PrillError) else error.strerror or str(error)
            gaps.append(Gap(one.name, reason))
            failed.append(error if isinstance(error, PrillError) else InvalidAdvisories(f"{one.name}: {reason}"))
    if failed and len(failed) == len(named):
        raise failed[0]
    with alone_in(target.parent):  # else what another process adds meanwhile would be lost
        if not replace:
            with _former(target) as former:
                if former is not None:
                    builder.adopt(former, without=_replaced(former, replaced), unchanged=unchanged)
        services.progress.update("writing the database", 0, 0)
        data = builder.finish(created=services.clock.now())
        write_atomic(target, data)
    return Imported(path=target, size=len(data), records=builder.records, taken=tuple(taken), gaps=tuple(gaps))


def _replaced(former: Database, new: Sequence[AdvisorySource]) -> frozenset[tuple[str, str]]:
    """Return the kinds and addresses, or names, of former sources in whose place new ones are.

    A new one takes the place of what came from the same address, or has its name, but for what has another address.
    """
    return frozenset(
        (old.id, old.url or old.name)
        for old in former.sources
        for one in new
        if old.id == one.id
        and (old.url == one.url or (old.name == one.name and not (_is_remote(old.url) and _is_remote(one.url))))
    )


def _is_remote(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _read(provider: Provider, one: _Named, builder: DatabaseBuilder, services: Services) -> Taken:
    """Read a file to its end before anything of it is taken, so that a broken one leaves nothing behind."""
    file = SourceFile(one.path, one.name, one.whole)
    source = AdvisorySource(
        id=provider.id,
        name=one.name,
        url=one.location,
        retrieved=services.clock.now(),
        license=provider.license,
        version=one.version,
    )
    items = list(provider.read(file))
    return builder.add(source, items)


def _provider(one: _Named) -> Provider:
    head = SourceFile(one.path, one.name).head()
    for provider in BUILTIN:
        if provider.recognises(one.path, head):
            return provider
    known = ", ".join(provider.title for provider in BUILTIN)
    raise InvalidAdvisories(f"{one.name} holds no advisories: it begins with {head[:40]!r}", hint=f"read are {known}")


def _is_database(path: Path) -> bool:
    if path.is_dir():
        return False
    with open_regular(path) as stream:
        return stream.read(len(_MAGIC)) == _MAGIC


@contextmanager
def _former(target: Path) -> Iterator[Database | None]:
    """Open the database that is there; something else under its name is not written over."""
    if not target.exists():
        yield None
        return
    if target.is_dir():
        raise NotADatabase(f"{target} is a folder", hint="name a file with --db")
    with open_database(target) as database:
        yield database


def _remembered(target: Path) -> tuple[str, ...]:
    with open_database(target) as database:
        return tuple(dict.fromkeys(source.url for source in database.sources if source.url))
