"""Write what is made from the spec's types: src/prill/build/schema.json and the tables of docs/spec.md."""

from pathlib import Path

from prill.build.spec_reference import reference
from prill.build.spec_schema import schema_bytes
from prill.build.trim import TRIM_SETS
from prill.distro.debian import RELEASES

ROOT = Path(__file__).resolve().parents[1]
BEGIN = "<!-- fields: written by tools/schema.py -->\n"
END = "<!-- end of fields -->\n"


def schema() -> bytes:
    """Return the schema as it is to be."""
    names = [f"{one.id}:{name}" for one in RELEASES for name in (one.version, one.codename)]
    return schema_bytes(trim_sets=tuple(one.id for one in TRIM_SETS), distributions=tuple(names))


def page(text: str) -> str:
    """Return the page with its tables as they are to be."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{reference()}\n{END}{after}"


def main() -> None:
    """Write both files."""
    (ROOT / "src/prill/build/schema.json").write_bytes(schema())
    path = ROOT / "docs/spec.md"
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
