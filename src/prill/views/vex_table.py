"""Statements and exceptions on a terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prill.model.value import dataclass
from prill.model.vex import VexStatement, Waiver
from prill.views.columns import table

__all__ = ["StatementLine", "today_of", "vex_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What is shown of a statement or an exception."""

    id: str
    status: str
    about: str
    owner: str
    expires: str
    source: str
    unclear: str = ""

    @classmethod
    def of(cls, one: VexStatement | Waiver) -> "StatementLine":
        """Return the line of either."""
        if isinstance(one, Waiver):
            return cls(
                id=one.id,
                status="accepted",
                about=", ".join((*_named(one), *one.packages, *one.purls, *one.paths, *one.images)) or "everything",
                owner=one.owner,
                expires=one.expires,
                source=one.source,
            )
        parts = [
            f"{part} in {product.id}" if part else product.id
            for product in one.products
            for part in (product.parts or ("",))
        ]
        return cls(
            id=one.vulnerabilities[0],
            status=str(one.status),
            about=", ".join(parts) or "nothing",
            owner=one.author,
            expires=one.expires,
            source=one.source,
            unclear=one.unclear_expiry,
        )


def _named(one: Waiver) -> tuple[str, ...]:
    name = one.name or ("*" if one.version else "")
    kind = (f"pkg:{one.type}/*",) if one.type else ()
    return (*kind, f"{name}@{one.version}" if one.version else name) if name else kind


def today_of(seconds: int) -> str:
    """Return the day of a time in seconds since 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def vex_table(lines: Sequence[StatementLine], *, today: str) -> str:
    """Lay the lines out in the order of the files; ``today`` tells which have expired."""
    rows = [
        (
            line.id,
            line.status,
            line.about,
            line.owner or "-",
            _end(line, today),
        )
        for line in lines
    ]
    return table(("VULNERABILITY", "STATUS", "ABOUT", "OWNER", "EXPIRES"), rows, texts=4)


def _end(line: StatementLine, today: str) -> str:
    if line.unclear:
        return f"unclear: {line.unclear}"
    return f"{line.expires} (expired)" if line.expires and line.expires < today else line.expires or "never"
