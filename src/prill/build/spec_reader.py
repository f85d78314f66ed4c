"""Specs from YAML: every wrong key and value is found, each with its place and the nearest valid name.

1. Each file is read by the types in `prill.build.spec`, which alone know what a spec may say.
2. Included files are merged in; every value still knows its place.
3. The spec is built, and missing values are found.
4. What its fields must be to each other is checked, for the image and for each variant.

The faults of 1 to 3 are reported together, those of 4 once there are none of the others.
"""

from collections.abc import Callable
from pathlib import Path

from prill.build.spec import Spec
from prill.build.spec_checks import check_spec, made_twice
from prill.build.spec_draft import Fault, Faults, InvalidSpec, build
from prill.build.spec_include import UnreadableSpec, load_merged
from prill.build.spec_shape import fields_of
from prill.model.value import dataclass, replace

__all__ = ["Fault", "InvalidSpec", "LoadedSpec", "UnreadableSpec", "read_spec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSpec:
    """A spec and the files it was read from.

    ``inputs`` are names, relative to the spec's folder, each with the SHA-256 of its bytes: the spec first, then what
    it includes, sorted.
    """

    spec: Spec
    inputs: tuple[tuple[str, str], ...]


def read_spec(
    path: Path,
    *,
    read: Callable[[Path], bytes],
    trim_sets: tuple[str, ...],
    distributions: tuple[str, ...],
) -> LoadedSpec:
    """Read the spec at ``path`` and what it includes, through ``read``.

    ``trim_sets`` and ``distributions`` are the names that are known. Raise `InvalidSpec` with all faults, or
    `UnreadableSpec` where there is no such file. Files longer than `yaml_nodes.MAX_BYTES` are refused.
    """
    faults = Faults()
    known = {"trim set": trim_sets, "distribution": distributions}
    draft, inputs = load_merged(path, read=read, faults=faults, vocabularies=known)
    spec = build(draft, faults) if draft is not None else None
    faults.check()
    if draft is None or not isinstance(spec, Spec):
        raise TypeError(f"{path}: a draft without faults made {type(spec)!r}")
    if not spec.name:
        spec = replace(spec, name=path.stem)
        if fault := fields_of(Spec)["name"].shape.fault(path.stem):
            faults.add(draft.node, f"'name' is missing, and the file's own will not do: {fault}")
    for steps, message in check_spec(spec):
        faults.add(draft.at(steps), message)
    for first, second, message in made_twice(spec):
        if draft.at(first).source == draft.at(second).source:
            faults.add(draft.at(second), message)
    faults.check()
    return LoadedSpec(spec=spec, inputs=inputs)
