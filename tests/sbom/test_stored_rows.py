from typing import Any

import msgspec
import pytest

from prill.errors import PrillError
from prill.model import (
    ApkDetails,
    ArtifactDetails,
    DebDetails,
    Digest,
    Distro,
    Gap,
    LanguageDetails,
    Location,
    PackageFile,
    Platform,
    Relationship,
    RelationshipKind,
    RpmDetails,
    Sbom,
    Subject,
)
from prill.model.value import dataclass
from prill.sbom.stored_rows import Rows, rows_of

DIGEST = Digest("sha256", "0" * 64)


@dataclass(frozen=True, slots=True)
class Alone:
    one: tuple[Location, ...]


VALUES = [
    DIGEST,
    Platform("linux", "arm64", "v8"),
    Distro(id="debian", version="13"),
    Gap("a", "b"),
    Relationship("a", "b", RelationshipKind.CONTAINS),
    PackageFile("a", "b", "c"),
    Subject(name="x"),
    Subject(name="x", digest=DIGEST, platform=Platform("linux", "amd64")),
    DebDetails(architecture="amd64", source_name="a", source_version="1", digest=DIGEST),
    ApkDetails(architecture="x86_64"),
    RpmDetails(architecture="noarch", epoch=1),
    LanguageDetails(summary="é"),
    ArtifactDetails(source="s", digest=DIGEST),
    Alone((Location("a"), Location("b", "c"))),
]


def kept(rows: Rows, value: object) -> Any:  # noqa: ANN401 - as msgspec hands it out
    return msgspec.msgpack.decode(msgspec.msgpack.encode(rows.of(value)), type=rows.row)


@pytest.mark.parametrize("value", VALUES, ids=lambda one: type(one).__name__)
def test_a_value_comes_back_as_it_was(value: object):
    rows = rows_of(type(value))
    assert rows.value(kept(rows, value)) == value


def test_fields_that_are_left_out_are_given_when_it_comes_back():
    sbom = Sbom(subject=Subject(name="x"), packages=(), relationships=(Relationship("a", "b"),), gaps=(Gap("a", "b"),))
    rows = Rows(Sbom, without=("packages",))
    assert rows.value(kept(rows, sbom), packages=()) == sbom


def test_what_is_of_another_kind_or_no_such_value_is_refused():
    rows = rows_of(Subject)
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode(("x", "sha256:0", None, "", "")), type=rows.row)
    with pytest.raises(PrillError):
        rows.value(("x", ("sha256", "no hex"), None, "", ""))
