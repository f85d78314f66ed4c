"""endoflife.date's product pages: until when each release of a product gets fixes (Markdown with YAML before it)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from prill.vuln.providers.provider import InvalidAdvisories, SourceFile, read_source
from prill.vuln.records import Item, LifeCycle, Skipped

__all__ = ["PROVIDER", "EndOfLifeProvider"]

_MAX_BYTES = 4 << 20


class EndOfLifeProvider:
    """Reads one product's page, or a folder of them."""

    id = "end-of-life"
    title = "endoflife.date"
    license = "MIT"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Take a page with releases, or a folder that has such pages."""
        if path.is_dir():
            return any(_is_page(page) for page in sorted(path.glob("*.md"))[:3])
        return path.suffix == ".md" and head.startswith(b"---\n") and b"\nreleasePolicyLink:" in head

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Yield the releases of each product; raise `InvalidAdvisories`."""
        if not source.path.is_dir():
            yield from _cycles(source)
            return
        for page in sorted(source.path.glob("*.md")):
            try:
                yield from _cycles(SourceFile(page, page.name))
            except InvalidAdvisories as error:
                yield Skipped(page.name, str(error))


PROVIDER = EndOfLifeProvider()


def _is_page(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"---\n"


def _cycles(source: SourceFile) -> Iterator[Item]:
    import yaml  # noqa: PLC0415 - only this provider and old secdbs need it

    text = read_source(source, _MAX_BYTES).decode("utf-8", "replace")
    head = text.removeprefix("---\n").partition("\n---")[0]
    try:
        page = yaml.load(head, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidAdvisories(f"{source.name} has no YAML before its text: {error}") from error
    releases = page.get("releases") if isinstance(page, dict) else None
    if not isinstance(releases, list) or not isinstance(page.get("permalink"), str):
        raise InvalidAdvisories(f"{source.name} lists no releases")
    product = page["permalink"].strip("/")
    for release in releases:
        if not isinstance(release, dict) or "releaseCycle" not in release:
            yield Skipped(product, "a release without a name")
            continue
        ends, ended = _day(release.get("eol"))
        extended, _ = _day(release.get("eoes"))
        yield LifeCycle(product, str(release["releaseCycle"]), ends, extended, ended)


def _day(value: object) -> tuple[str, bool]:
    """Return a day, or whether it is over where the page says yes or no."""
    return (value.isoformat(), False) if isinstance(value, date) else ("", value is True)
