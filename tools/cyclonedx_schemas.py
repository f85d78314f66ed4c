"""Write the CycloneDX schemas that Prill checks documents with, from the wheel of cyclonedx-python-lib.

The project's own schemas (Apache-2.0) lie in that wheel; what is only for people (titles, descriptions, examples) is
left out here, which makes them a fifth of the size. A test holds what is shipped to what this script makes.

    .venv/bin/python tools/cyclonedx_schemas.py
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "src" / "prill" / "formats" / "schemas"
NAMES = (
    "bom-1.2-strict",
    "bom-1.3-strict",
    "bom-1.4",
    "bom-1.5",
    "bom-1.6",
    "bom-1.7",
    "cryptography-defs",
    "jsf-0.82",
    "spdx",
)
FOR_PEOPLE = {"description", "title", "examples", "$comment", "meta:enum", "default", "deprecated", "readOnly"}
NAMED = {"properties", "definitions", "patternProperties"}  # below these, a key is a name and not a keyword


def schemas() -> dict[str, bytes]:
    """Return file names and contents of everything that is shipped."""
    spec = importlib.util.find_spec("cyclonedx")
    if spec is None or spec.origin is None:
        sys.exit("cyclonedx-python-lib is not installed")
    source = Path(spec.origin).parent / "schema" / "_res"
    found = {}
    for name in NAMES:
        text = (
            (source / f"{name}.SNAPSHOT.schema.json").read_text(encoding="utf-8").replace(".SNAPSHOT.schema", ".schema")
        )
        found[f"{name}.schema.json"] = json.dumps(stripped(json.loads(text)), separators=(",", ":")).encode() + b"\n"
    return found


def stripped(value: Any, *, names: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema without what is only for people."""
    if isinstance(value, dict):
        return {
            key: stripped(item, names=not names and key in NAMED)
            for key, item in value.items()
            if names or key not in FOR_PEOPLE
        }
    return [stripped(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    for name, data in schemas().items():
        (TARGET / name).write_bytes(data)
        print(f"{TARGET / name}: {len(data)} bytes")
