"""The rooms are as docs/architecture.md says, and each is furnished."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "prill"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
TABLE = re.findall(
    r"^\| `(\w+)` \| [a-z]+ \| (.+) \|$", PAGE.partition("## Rooms")[2].partition("\n## ")[0], re.MULTILINE
)
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))
FOLDERS = sorted(path.parent for path in SOURCE.rglob("__init__.py") if path.parent != SOURCE)
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 320


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def exported(module: ast.Module) -> list[str] | None:
    """Return what ``__all__`` lists, or None where there is none."""
    for node in module.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            return list(ast.literal_eval(node.value))
    return None


def top_level_names(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((one.asname or one.name).partition(".")[0] for one in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.If | ast.Try):
            names |= top_level_names(ast.Module(body=[*node.body, *node.orelse], type_ignores=[]))
    return names


def test_the_page_lists_the_rooms_that_there_are():
    modules = [path.stem for path in SOURCE.glob("[a-z]*.py")]
    assert sorted(name for name, _ in TABLE) == sorted([*ROOMS, *modules])
    assert all(len(purpose) > 10 for _, purpose in TABLE)


def test_the_page_has_the_order_of_the_import_contract():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    order = {name.strip(): level for level, layer in enumerate(contract["layers"]) for name in layer.split("|")}
    listed = [name for name, _ in TABLE]
    assert set(listed) == set(order)
    levels = [order[name] for name in listed]
    assert levels == sorted(levels)


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_every_folder_says_what_it_is(folder: Path):
    module = tree(folder / "__init__.py")
    assert ast.get_docstring(module)
    assert exported(module) is not None


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page_of_at_most_a_page(room: str):
    page = SOURCE / room / "README.md"
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# `?{room}`?(?:: .+)?\n", text)
    assert len(text.splitlines()) <= 60


def test_every_module_has_a_docstring():
    assert [named(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


def test_every_module_says_what_it_exports():
    public = [path for path in MODULES if path.name != "__main__.py"]
    assert [named(path) for path in public if exported(tree(path)) is None] == []


def test_every_module_has_what_it_exports_each_name_once():
    wrong = []
    for path in MODULES:
        module = tree(path)
        names = exported(module) or []
        # A package may hand on its modules by name.
        known = set(names) if path.name == "__init__.py" else top_level_names(module)
        if len(names) != len(set(names)) or set(names) - known:
            wrong.append(named(path))
    assert wrong == []


def test_every_module_is_short_enough_to_be_read():
    assert [named(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST] == []


def test_no_module_is_a_drawer():
    assert [named(path) for path in MODULES if path.stem in {"utils", "common", "helpers", "misc"}] == []


def test_every_error_is_a_prill_error():
    """Nothing that a module raises on purpose escapes the one message that a person gets; private ones stay inside."""
    plain = {"Exception", "ValueError", "RuntimeError", "OSError", "KeyError", "TypeError"}
    found = {
        node.name
        for path in MODULES
        if not path.name.startswith("_")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & plain
    }
    reported_as_the_systems_own = {"NotRegular"}
    assert {name for name in found if not name.startswith("_")} == {"PrillError"} | reported_as_the_systems_own


@pytest.mark.parametrize(
    "room", [room for room in ROOMS if "| module" in (SOURCE / room / "README.md").read_text() and room != "api"]
)
def test_a_table_of_modules_has_every_one(room: str):
    words = set(re.findall(r"`(\w+)`", (SOURCE / room / "README.md").read_text(encoding="utf-8")))
    assert {path.stem for path in (SOURCE / room).glob("[a-z]*.py")} - words == set()


def test_what_is_private_to_a_room_is_not_imported_elsewhere():
    taken = re.compile(
        r"^ *from prill\.(\w+)\.(?:\w+\.)*(_\w+) import|^ *from prill\.(\w+)[.\w]* import (_\w+)", re.MULTILINE
    )
    found = {
        f"{named(path)}: {match[0].strip()}"
        for path in MODULES
        for match in taken.finditer(path.read_text(encoding="utf-8"))
        if (match[1] or match[3]) != path.relative_to(SOURCE).parts[0]
    }
    assert found == set()
