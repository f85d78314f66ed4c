"""Homebrew: the receipt it leaves in each keg, and the formula beside it (docs.brew.sh, Formula Cookbook).

``Cellar/NAME/VERSION/INSTALL_RECEIPT.json`` says from where, ``Cellar/NAME/VERSION/.brew/NAME.rb`` what it is. The
formula is Ruby; lines of a fixed form are recognised in it, and nothing is run.
"""

import re

import msgspec

from prill.errors import PrillError
from prill.model.license_expressions import stated_license
from prill.model.typed_json import decode_json
from prill.model.value import dataclass

__all__ = ["Formula", "InvalidReceipt", "Receipt", "parse_formula", "parse_receipt"]

_MAX_VALUE = 1000
_CORE = "homebrew/core"
_LINE = re.compile(r'^  (desc|homepage|sha256|license) "((?:[^"\\\n]|\\.)*)"', re.MULTILINE)
_CHOICE = re.compile(r"^  license (any_of|all_of): \[([^\]]*)\]", re.MULTILINE)
_ITEM = re.compile(r'"([^"\n]*)"(?: => \{ with: "([^"\n]*)" \})?')


class InvalidReceipt(PrillError):
    """A receipt of Homebrew's cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was installed: ``tap`` is empty for Homebrew's own formulae, ``requires`` are names without their tap."""

    tap: str = ""
    architecture: str = ""
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """What a formula says of itself; ``sha256`` is its source's."""

    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    sha256: str = ""


class _Dependency(msgspec.Struct):
    full_name: str = ""


class _Source(msgspec.Struct):
    tap: str | None = None


class _ReceiptJson(msgspec.Struct):
    homebrew_version: str | None
    source: _Source | None = None
    arch: str | None = None
    runtime_dependencies: list[_Dependency] | None = None


def parse_receipt(data: bytes) -> Receipt:
    """Read ``INSTALL_RECEIPT.json``; raise `InvalidReceipt`."""
    read = decode_json(data, _ReceiptJson, InvalidReceipt, "not a receipt of Homebrew's")
    tap = (read.source.tap if read.source else None) or ""
    return Receipt(
        tap="" if tap == _CORE else tap,
        architecture=read.arch or "",
        requires=tuple(sorted({one.full_name.rpartition("/")[2] for one in read.runtime_dependencies or ()} - {""})),
    )


def parse_formula(data: bytes) -> Formula:
    """Read a formula; what it computes is not known."""
    text = data.decode("utf-8", "replace")
    fields = {match[1]: match[2][:_MAX_VALUE] for match in reversed(list(_LINE.finditer(text)))}
    return Formula(
        licenses=_licenses(text) or stated_license(fields.get("license", "")),
        summary=fields.get("desc", ""),
        homepage=fields.get("homepage", ""),
        sha256=fields.get("sha256", ""),
    )


def _licenses(text: str) -> str:
    choice = _CHOICE.search(text)
    if choice is None:
        return ""
    terms = [f"{item[1]} WITH {item[2]}" if item[2] else item[1] for item in _ITEM.finditer(choice[2])]
    return stated_license((" OR " if choice[1] == "any_of" else " AND ").join(terms))
