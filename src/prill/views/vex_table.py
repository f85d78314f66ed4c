"""Statements and exceptions on a terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime

from prill.model.value import dataclass
from prill.model.vex import VexStatement, Waiver
from prill.views.columns import table

__all__ = ["StatementLine", "statement_rows", "today_of", "vex_table"]

_ACCEPTED = "accepted"
"""What an exception says of a vulnerability; no status of VEX is called that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What is shown of a statement or an exception; one that is ``about`` nothing by name is an exception for all."""

    id: str
    status: str
    about: tuple[str, ...]
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
                status=_ACCEPTED,
                about=(*_named(one), *one.packages, *one.purls, *one.paths, *one.images),
                owner=one.owner,
                expires=one.expires,
                source=one.source,
            )
        return cls(
            id=one.vulnerabilities[0],
            status=str(one.status),
            about=tuple(
                f"{part} in {product.id}" if part else product.id
                for product in one.products
                for part in (product.parts or ("",))
            ),
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
            ", ".join(line.about) or ("everything" if line.status == _ACCEPTED else "nothing"),
            line.owner or "-",
            _end(line, today),
        )
        for line in lines
    ]
    return table(("VULNERABILITY", "STATUS", "ABOUT", "OWNER", "EXPIRES"), rows, texts=4)


def statement_rows(lines: Sequence[StatementLine], *, today: str) -> list[dict[str, object]]:
    """Return the lines as objects for programs; what nobody says is None."""
    return [
        {
            "id": line.id,
            "status": line.status,
            "about": line.about,
            "owner": line.owner or None,
            "expires": line.expires or None,
            "expired": bool(line.expires) and line.expires < today,
            "unclearExpiry": line.unclear or None,
            "source": line.source,
        }
        for line in lines
    ]


def _end(line: StatementLine, today: str) -> str:
    if line.unclear:
        return f"unclear: {line.unclear}"
    return f"{line.expires} (expired)" if line.expires and line.expires < today else line.expires or "never"
