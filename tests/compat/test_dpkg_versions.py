"""Keys compare as ``dpkg --compare-versions`` does, on versions that exist and on versions made up.

dpkg compares one pair a call, which takes a millisecond or two; a shell makes all the calls of a test.
"""

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from apt_root import AptRoot
from prill.distro.deb.version import InvalidVersion, sort_key
from prill.distro.debian import RELEASES

pytestmark = pytest.mark.compat

_SCRIPT = r"""
while read -r one operator other; do
    dpkg --compare-versions "$one" "$operator" "$other" 2>/dev/null
    echo $?
done
"""

# Where versions break: every kind of character beside every other, zeros, and parts that are empty or absent.
_PIECES = ("0", "00", "1", "9", "10", "007", "~", "~~", "a", "Z", "+", ".", "-", "rc", "+b1", "~bpo12+1", "deb", ":")


def ask(questions: Iterable[tuple[str, str, str]]) -> list[int]:
    """Return dpkg's exit codes: 0 yes, 1 no, 2 not a version."""
    if shutil.which("dpkg") is None:
        pytest.skip("dpkg is not installed")
    lines = "".join(f"{one} {operator} {other}\n" for one, operator, other in questions)
    done = subprocess.run(["sh", "-c", _SCRIPT], input=lines, capture_output=True, text=True, check=True)
    return [int(code) for code in done.stdout.split()]


def operator(one: str, other: str) -> str:
    """Say how two versions compare here."""
    left, right = sort_key(one), sort_key(other)
    return "eq" if left == right else "lt" if left < right else "gt"


def check(pairs: Sequence[tuple[str, str]]) -> None:
    questions = [(one, operator(one, other), other) for one, other in pairs]
    answers = ask(questions)
    assert len(answers) == len(questions)
    assert [question for question, answer in zip(questions, answers, strict=True) if answer] == []


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same versions every time


def made_up(random: Random) -> str:
    pieces = random.choices(_PIECES, k=random.randint(1, 5))
    return random.choice(("", "", "1:", "0:")) + random.choice("0129") + "".join(pieces)


@pytest.mark.archive
@pytest.mark.xdist_group("apt")
@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_versions_of_the_archive(release: object, test_cache: Path):
    """All of a release's versions are in dpkg's order: neighbours are asked about, those that are close first."""
    apt = AptRoot.prepare(test_cache, release, "amd64")
    files = [path.read_text() for path in sorted((apt.folder / "lists").glob("*_Packages"))]
    versions = sorted({version for text in files for version in re.findall(r"(?m)^Version: (.*)$", text)}, key=sort_key)
    assert len(versions) > 20_000
    neighbours = list(pairwise(versions))
    close = [(one, other) for one, other in neighbours if one[:8] == other[:8]]
    random = seeded(1)
    check(
        random.sample(close, 2000)
        + random.sample(neighbours, 500)
        + [tuple(random.sample(versions, 2)) for _ in range(500)]
    )


def test_made_up_versions():
    random = seeded(2)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < 3000:
        one, other = made_up(random), made_up(random)
        if random.random() < 0.5:  # often only a little different
            other = one[: random.randint(1, len(one))] + random.choice(_PIECES) + random.choice(("", *_PIECES))
        try:
            operator(one, other)
        except InvalidVersion:
            continue
        pairs.append((one, other))
    check(pairs)


def test_what_dpkg_refuses_is_refused():
    random = seeded(3)
    texts = sorted({made_up(random)[random.randint(0, 3) :] for _ in range(1500)} - {""})
    texts = [text for text in texts if not text.startswith("-")]  # dpkg would take those for options
    refused = [text for text, code in zip(texts, ask((text, "eq", text) for text in texts), strict=True) if code == 2]
    assert len(refused) > 20
    for text in refused:
        with pytest.raises(InvalidVersion):
            sort_key(text)
