"""Write what is made from types and data: src/prill/build/schema.json, the tables of docs/spec.md and docs/trim.md."""

from pathlib import Path

from prill.build.spec_reference import reference
from prill.build.spec_schema import schema_bytes
from prill.build.trim import TRIM_SETS
from prill.build.trim_reference import trim_reference
from prill.distro.debian import RELEASES

ROOT = Path(__file__).resolve().parents[1]
PARTS = {"docs/spec.md": ("fields", reference), "docs/trim.md": ("sets", trim_reference)}


def schema() -> bytes:
    """Return the schema as it is to be."""
    names = [f"{one.id}:{name}" for one in RELEASES for name in (one.version, one.codename)]
    return schema_bytes(trim_sets=tuple(one.id for one in TRIM_SETS), distributions=tuple(names))


def page(text: str, name: str, content: str) -> str:
    """Return the page ``text`` with its part called ``name`` as it is to be."""
    begin, end = f"<!-- {name}: written by tools/schema.py -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{content}\n{end}{after}"


def main() -> None:
    """Write all of them."""
    (ROOT / "src/prill/build/schema.json").write_bytes(schema())
    for path, (name, make) in PARTS.items():
        file = ROOT / path
        file.write_text(page(file.read_text(encoding="utf-8"), name, make()), encoding="utf-8")


if __name__ == "__main__":
    main()
