"""Whole SBOMs remembered: the same image again costs next to nothing, as neither its tree nor evidence is looked at.

An entry counts for the same manifest, hence the same layers, within the same limits, under the same name, and for
the same code.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from operator import attrgetter
from types import GenericAlias
from typing import Any, get_args, get_type_hints

import msgspec

from prill import __version__
from prill._io.cache import ContentCache
from prill._io.code_stamp import code_stamp
from prill.archive.bounds import Limits
from prill.model import Details, Package, Sbom, Subject
from prill.model.typed_json import ready
from prill.model.value_fields import fields_of

__all__ = ["StoredSboms"]

_KIND = "sbom"
_DETAILS: tuple[type[Details], ...] = get_args(Details)
_PACKAGE_FIELDS = tuple(field.name for field in fields_of(Package) if field.name != "details")
_SBOM_FIELDS = tuple(field.name for field in fields_of(Sbom) if field.name != "packages")


def _like(kind: type, names: Iterable[str], more: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a type made here
    """Return a type with these fields of ``kind``, which msgspec can read and write."""
    types = get_type_hints(kind)
    columns = [*((name, types[name]) for name in names), *more.items()]
    return msgspec.defstruct(f"Stored{kind.__name__}", columns, array_like=True)


# What the model gains is remembered too. msgspec cannot tell one kind of details from another: their place is kept.
_StoredPackage = _like(Package, _PACKAGE_FIELDS, {"kind": int, "details": msgspec.Raw})
_StoredSbom = _like(Sbom, _SBOM_FIELDS, {"packages": GenericAlias(tuple, (_StoredPackage, ...))})
_values_of_package, _values_of_sbom = attrgetter(*_PACKAGE_FIELDS), attrgetter(*_SBOM_FIELDS)


class StoredSboms:
    """SBOMs in the user's cache. What cannot be written, such as text that is no Unicode, is not kept."""

    def __init__(self, cache: ContentCache, limits: Limits) -> None:
        self._cache = cache
        self._prefix = f"{__version__} {code_stamp()} {limits!r}"

    def find(self, subject: Subject) -> Sbom | None:
        """Return what is known of an image; a damaged entry counts as none."""
        data = self._cache.derived(_KIND, self._key(subject))
        if data is not None:
            with suppress(msgspec.MsgspecError, IndexError):
                return _decoded(data)
        return None

    def keeping(self, sbom: Sbom) -> Callable[[], None]:
        """Return what remembers the SBOM of an image all of whose layers were read to their end."""
        return self._cache.keeping(_KIND, self._key(sbom.subject), partial(_encoded, sbom))

    def _key(self, subject: Subject) -> str:
        return f"{self._prefix} {subject.name} {subject.digest}"


def _encoded(sbom: Sbom) -> bytes:
    encode = msgspec.msgpack.encode
    packages = tuple(
        _StoredPackage(*_values_of_package(one), _DETAILS.index(type(one.details)), msgspec.Raw(encode(one.details)))
        for one in sbom.packages
    )
    return encode(_StoredSbom(*_values_of_sbom(sbom), packages))


def _decoded(data: bytes) -> Sbom:
    stored = msgspec.msgpack.decode(data, type=ready(_StoredSbom))
    decoders = [msgspec.msgpack.Decoder(kind).decode for kind in _DETAILS]
    packages = tuple(
        Package(
            details=decoders[one.kind](one.details),
            **dict(zip(_PACKAGE_FIELDS, _values_of_package(one), strict=True)),
        )
        for one in stored.packages
    )
    return Sbom(packages=packages, **dict(zip(_SBOM_FIELDS, _values_of_sbom(stored), strict=True)))
