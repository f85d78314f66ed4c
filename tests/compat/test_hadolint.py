"""Prill and hadolint on the same files: the same DL codes on the same lines, apart from docs/hadolint-differences.md."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from prill.api.lint import LintOptions, lint_data
from prill.dockerfile.engine import Selection
from prill.dockerfile.pages import read_page
from prill.dockerfile.rules import BUILTIN

pytestmark = pytest.mark.compat

Places = set[tuple[str, int, str]]
SNIPPETS = Path(__file__).with_name("dockerfiles.txt")

DIFFERENCES = (
    (r"(?s).*(FROM|--from=)[ ]?[BX]\b", {"DL3006", "DL3009", "DL3022", "DL3045"}),
    (r"FROM l:5000/a", {"DL3006"}),
    (r"(?s).*EXPOSE \$\{x\}-70000", {"DL3011"}),
    (r"(?s).*ADD (git@|git:|ssh:|HTTP:|a\.tar\.zst|a\.tzst)", {"DL3020"}),
    (r"(?s).*ENV A=1 B=(\\\$A|'\$A')", {"DL3044"}),
    (r"(?s)FROM a:1\nWORKDIR /x\nFROM a:1\nCOPY", {"DL3045"}),
    (r"(?s).*useradd -u \$\{UID\}", {"DL3046"}),
    (r"(?s).*go run x\.go", {"DL3062"}),
    (r'(?s).*USER ("1"|\$\{x:-1\})|.*ENV x=5\n.*USER', {"DL3066"}),
    (r'(?s).*RUN \["a","\|"|.*SHELL \["/usr/bin/bash"|.*shell=powershell|.*AS x\nSHELL .*\nFROM x\n', {"DL4006"}),
    (r"(?s).*rm -r /var/cache/|.*(yum|dnf) (-y )?clean .* install .* clean", {"DL3032", "DL3040"}),
    (r"(?s).*(coproc cd|\(\(cd)", {"DL3003"}),
    (r"(?s).*RUN time b", {"DL3059"}),
    (r"(?s).*(-ytfoo bar|RUN \[.apt-get install)", {"DL3008", "DL3014", "DL3015"}),
    (r"(?s).*apt-get -qqq", {"DL3014"}),
    (r"(?s).*pip --no-cache-dir install", {"DL3013"}),
    (r"(?s).*yarn cache list", {"DL3060"}),
    (r"(?s).*ONBUILD RUN curl x\nFROM b:1\nONBUILD RUN wget", {"DL4001"}),
    (r"(?s).*yum install -y \$\{PKG\}-1", {"DL3033"}),
    (r"(?s).*PIP_NO_CACHE_DIR=1\nENV PIP_NO_CACHE_DIR=0", {"DL3042"}),
    (r"(?s).*rm -fr /var/cache/yum", {"DL3032"}),
)
"""Files, and the codes that only one of the two has there; each is argued in docs/hadolint-differences.md."""

SAMPLE_DIFFERENCES = {
    ("143.Dockerfile", 67, "DL3022"),
    ("388.Dockerfile", 5, "DL3032"),
    ("302.Dockerfile", 16, "DL3046"),
}


@pytest.fixture(scope="session")
def hadolint() -> str:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed")
    return program


def theirs(program: str, paths: list[Path]) -> Places:
    """Return file, line and code of hadolint's DL findings; a file that it cannot read has DL1000."""
    done = subprocess.run([program, "-f", "json", *map(str, paths)], capture_output=True, check=False)
    found = json.loads(done.stdout)
    return {(one["file"], one["line"], one["code"]) for one in found if one["code"].startswith("DL")}


def ours(paths: list[Path]) -> Places:
    """Return the same of Prill's; a finding stands on the line where its statement begins."""
    found: Places = set()
    options = LintOptions(selection=Selection())
    for path in paths:
        report = lint_data(path.read_bytes(), str(path), options)
        assert report.gaps == ()
        for finding in report.counted:
            place = finding.within or finding.location
            found.update((str(path), place.line, code) for code in finding.aliases if code.startswith("DL"))
    return found


def differing(program: str, paths: list[Path]) -> Places:
    """Return what only one of the two has, but for the files that hadolint cannot read."""
    found = theirs(program, paths)
    unread = {path for path, _, code in found if code == "DL1000"}
    return {place for place in found ^ ours(paths) if place[0] not in unread}


def test_the_same_findings_on_the_sample(hadolint: str, shared_data: Path):
    paths = sorted((shared_data / "dockerfiles").glob("*/*"))
    assert len(paths) > 600
    found = {(Path(path).name, line, code) for path, line, code in differing(hadolint, paths)}
    assert found == SAMPLE_DIFFERENCES


def test_the_same_findings_on_made_files(hadolint: str, tmp_path: Path):
    paths = []
    for number, line in enumerate(SNIPPETS.read_text(encoding="ascii").splitlines()):
        path = tmp_path / f"{number:04}"
        path.write_text(line.encode("ascii").decode("unicode_escape"), encoding="utf-8")
        paths.append(path)
    assert len(paths) > 1400
    used = set()
    for name, _, code in differing(hadolint, paths):
        text = Path(name).read_text(encoding="utf-8")
        kinds = [number for number, (file, codes) in enumerate(DIFFERENCES) if re.match(file, text) and code in codes]
        assert kinds, (code, text)
        used.update(kinds)
    assert used == set(range(len(DIFFERENCES))), "a difference that is none any more"


LABELS = ["text:text", "url:url", "time:rfc3339", "license:spdx", "commit:hash", "semver:semver", "email:email"]
ASKED = ["--info", "DL1001", "--info", "DL3057", "--strict-labels", "--trusted-registry", "registry.example"]


@pytest.mark.parametrize("which", ["bad", "good"])
def test_hadolint_agrees_with_the_pages(hadolint: str, tmp_path: Path, which: str):
    """Every page of a rule that has DL codes: what it calls bad, hadolint does, too; what it calls good, it does not."""
    wanted = []
    for rule in BUILTIN:
        codes = {alias for alias in rule.aliases if alias.startswith("DL")}
        for number, text in enumerate(getattr(read_page(rule), which)) if codes else ():
            path = tmp_path / f"{rule.id}-{number}"
            path.write_text(text, encoding="utf-8")
            wanted.append((path, codes))
    options = [word for label in (*LABELS, "maintainer:text") for word in ("--require-label", label)]
    done = subprocess.run(
        [hadolint, "-f", "json", *ASKED, *options, *(str(path) for path, _ in wanted)], capture_output=True, check=False
    )
    found = {(one["file"], one["code"]) for one in json.loads(done.stdout)}
    wrong = [
        (path.name, sorted(codes))
        for path, codes in wanted
        if any((str(path), code) in found for code in codes) != (which == "bad")
    ]
    assert wrong == []
