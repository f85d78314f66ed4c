"""Whole SBOMs remembered: the same image again costs next to nothing, as neither its tree nor evidence is looked at.

An entry counts for the same manifest, hence the same layers, within the same limits, under the same name, and for
the same code.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import GenericAlias
from typing import Any, get_args

import msgspec

from prill import __version__
from prill._io.cache import ContentCache
from prill._io.code_stamp import code_stamp
from prill.archive.bounds import Limits
from prill.errors import PrillError
from prill.model import Details, Package, Sbom, Subject
from prill.model.typed_json import ready
from prill.sbom.stored_rows import Rows, rows_of

__all__ = ["StoredSboms"]

_KIND = "sbom"
_DETAILS: tuple[type[Details], ...] = get_args(Details)
# What the model gains is remembered too. msgspec cannot tell one kind of details from another: their place is kept.
_PACKAGE = Rows(Package, without=("details",))
_SBOM = Rows(Sbom, without=("packages",))
_STORED_PACKAGE = GenericAlias(tuple, (_PACKAGE.row, int, msgspec.Raw))
_STORED: Any = GenericAlias(tuple, (_SBOM.row, GenericAlias(tuple, (_STORED_PACKAGE, ...))))


class StoredSboms:
    """SBOMs in the user's cache. What cannot be written, such as text that is no Unicode, is not kept."""

    def __init__(self, cache: ContentCache, limits: Limits) -> None:
        self._cache = cache
        self._prefix = f"{__version__} {code_stamp()} {limits!r}"

    def find(self, subject: Subject) -> Sbom | None:
        """Return what is known of an image; a damaged entry counts as none."""
        data = self._cache.derived(_KIND, self._key(subject))
        if data is not None:
            with suppress(msgspec.MsgspecError, IndexError, PrillError):
                return _decoded(data)
        return None

    def keeping(self, sbom: Sbom) -> Callable[[], None]:
        """Return what remembers the SBOM of an image all of whose layers were read to their end."""
        return self._cache.keeping(_KIND, self._key(sbom.subject), partial(_encoded, sbom))

    def _key(self, subject: Subject) -> str:
        return f"{self._prefix} {subject.name} {subject.digest}"


def _encoded(sbom: Sbom) -> bytes:
    encode = msgspec.msgpack.encode
    kinds = _kinds()
    packages = [
        (
            _PACKAGE.of(one),
            _DETAILS.index(type(one.details)),
            msgspec.Raw(encode(kinds[type(one.details)].of(one.details))),
        )
        for one in sbom.packages
    ]
    return encode((_SBOM.of(sbom), packages))


def _kinds() -> dict[type[Details], Rows]:
    kinds: tuple[type, ...] = _DETAILS
    return {kind: rows_of(kind) for kind in kinds}


def _decoded(data: bytes) -> Sbom:
    row, rows = msgspec.msgpack.decode(data, type=ready(_STORED))
    kinds = tuple(_kinds().values())
    decoders = [msgspec.msgpack.Decoder(kind.row).decode for kind in kinds]
    packages = tuple(
        _PACKAGE.value(package, details=kinds[kind].value(decoders[kind](details))) for package, kind, details in rows
    )
    sbom: Sbom = _SBOM.value(row, packages=packages)
    return sbom
