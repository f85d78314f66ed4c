"""Another installation of Prill, from a wheel and the pinned requirements, rebuilds the same image from its lock alone."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from prill.dockerfile.rules import BUILTIN
from workshop import Workshop, base_files, digest_of, library, program

pytestmark = [pytest.mark.compat, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def prill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel of the tree as it is, and install it into an environment of its own."""
    root = tmp_path_factory.mktemp("installation")
    source = root / "source"
    for name in ("src", "pyproject.toml", "README.md", "LICENSE"):
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source / name)
    venv.create(root / "venv", with_pip=True)
    pip = [root / "venv" / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    steps = (
        ["install", "--require-hashes", "-r", ROOT / "requirements" / "run.txt"],
        ["wheel", "--no-deps", "--wheel-dir", root / "wheels", source],
        ["install", "--no-deps", "--no-index", "--find-links", root / "wheels", "prill"],
    )
    for step in steps:
        done = subprocess.run([*pip, *step], capture_output=True, text=True, check=False, cwd=root)
        if done.returncode:
            pytest.skip(f"pip {step[0]} did not work here: {done.stderr.strip()[-300:]}")
    return root / "venv" / "bin" / "prill"


def test_it_rebuilds_the_same_image(prill: Path, tmp_path: Path):
    shop = Workshop(
        tmp_path / "shop", [base_files(architecture="all"), library(architecture="all"), program(architecture="all")]
    )
    (shop.spec_file.parent / "app.conf").write_text("x=1")
    shop.spec(
        archs=["amd64", "arm64"],
        files=[{"source": "app.conf", "path": "/etc/app.conf"}],
        variants={"docs": {"untrim": ["docs"]}},
    )
    shop.lock()
    image = shop.build("--arch", "all")
    variant = shop.build("--variant", "docs", out="docs")
    shutil.rmtree(shop.spec_file.parent)
    shutil.rmtree(shop.root / "cache" / "derived")
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    environment = {
        "HOME": str(elsewhere),
        "TMPDIR": str(elsewhere),
        "LC_ALL": "C",
        "PYTHONHASHSEED": "1",
        "TZ": "Pacific/Chatham",
        "PATH": os.environ["PATH"],
    }

    def run(*words: object) -> str:
        command = ["sh", "-c", 'umask 0077; exec "$@"', "sh", prill, *map(str, words), "--config", str(shop.settings)]
        done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        return done.stdout

    for place in (image, variant):
        assert ": exact, " in run("rebuild", "--verify", place)
        run("rebuild", place, "-o", "again")
        assert digest_of(elsewhere / "again") == digest_of(place)
    ours = Path(sys.executable).resolve().parent
    assert not prill.resolve().is_relative_to(ours)


def test_every_rule_has_its_page_with_it(prill: Path):
    """The pages are Markdown files beside the rules' modules; a wheel may leave out what is no module."""
    said = subprocess.run([prill, "rule", "DL3006"], capture_output=True, text=True, check=True, cwd="/").stdout
    assert said.startswith("# unpinned-base\n")
    code = "from prill.api.lint import rule_infos; print(sum('## Good' in one.page for one in rule_infos()))"
    command = [prill.parent / "python", "-c", code]
    pages = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout
    assert int(pages) == len(BUILTIN)
