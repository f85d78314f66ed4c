"""SPDX licence expressions, as values that can be joined (SPDX 2.3, Annex D).

An `Expression` is made by `single`, `all_of` and `any_of`, so it cannot come out malformed; the same licences always
give the same text. A licence that SPDX does not list is called ``LicenseRef-…``.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from prill.model.regex import regex
from prill.model.spdx_ids import EXCEPTION_IDS, LICENSE_IDS
from prill.model.value import dataclass

__all__ = [
    "Expression",
    "Operator",
    "all_of",
    "any_of",
    "known_exception",
    "known_license",
    "license_ref",
    "license_refs",
    "single",
]

_MAX_NAME = 96
_REF = regex(r"(?<![A-Za-z0-9.:-])LicenseRef-[A-Za-z0-9.-]+")
_AFTER_A_NUMBER = regex(r"(?<=[0-9])\+")
_FORBIDDEN = regex(r"[^A-Za-z0-9.]+")


class Operator(StrEnum):
    """What stands between the terms of an expression; ``AND`` binds closer."""

    NONE = ""
    AND = "AND"
    OR = "OR"


@dataclass(frozen=True, slots=True)
class Expression:
    """Terms and the operator between them; a term is a single licence or an expression in parentheses."""

    operator: Operator
    terms: frozenset[str]

    def __str__(self) -> str:
        return f" {self.operator} ".join(sorted(self.terms))


def single(term: str) -> Expression:
    """Return the expression of one identifier, such as ``MIT`` or ``GPL-2.0-only WITH Classpath-exception-2.0``."""
    return Expression(Operator.NONE, frozenset({term}))


def all_of(expressions: Iterable[Expression]) -> Expression:
    """Join with AND; none at all gives the empty expression."""
    return _join(Operator.AND, expressions)


def any_of(expressions: Iterable[Expression]) -> Expression:
    """Join with OR; none at all gives the empty expression."""
    return _join(Operator.OR, expressions)


def _join(operator: Operator, expressions: Iterable[Expression]) -> Expression:
    distinct = {expression for expression in expressions if expression.terms}
    if len(distinct) == 1:
        return distinct.pop()
    terms: set[str] = set()
    for expression in distinct:
        if expression.operator in {Operator.NONE, operator}:
            terms |= expression.terms
        else:
            terms.add(f"({expression})")
    return Expression(operator if terms else Operator.NONE, frozenset(terms))


def known_license(name: str) -> str | None:
    """Return the listed identifier that ``name`` spells in whatever case, or None."""
    return _by_lower_case()[0].get(name.lower())


def known_exception(name: str) -> str | None:
    """Return the listed exception that ``name`` spells in whatever case, or None."""
    return _by_lower_case()[1].get(name.lower())


@cache
def _by_lower_case() -> tuple[dict[str, str], dict[str, str]]:
    return {name.lower(): name for name in LICENSE_IDS}, {name.lower(): name for name in EXCEPTION_IDS}


def license_ref(name: str) -> str:
    """Call a licence that SPDX does not list by a valid ``LicenseRef-…``; the same name gives the same reference."""
    ascii_name = unicodedata.normalize("NFKD", name[: 4 * _MAX_NAME]).encode("ascii", "ignore").decode("ascii")
    safe = _FORBIDDEN.sub("-", _AFTER_A_NUMBER.sub("-or-later", ascii_name)).strip("-.")
    if not safe or len(safe) > _MAX_NAME:
        unique = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        safe = f"{safe[:_MAX_NAME]}-{unique}".lstrip("-")
    return f"LicenseRef-{safe}"


def license_refs(expression: str) -> tuple[str, ...]:
    """Return the ``LicenseRef-…`` of an expression, sorted, each once."""
    return tuple(sorted(set(_REF.findall(expression))))
