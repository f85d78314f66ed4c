from pathlib import Path

import pytest

from prill.build.spec_reader import read_spec
from prill.build.spec_templates import KINDS, UnknownTemplate, new_spec, summary
from prill.build.spec_variant import apply_variant
from prill.build.trim import TRIM_SETS

FOLDER = Path(__file__).resolve().parents[2]


def read(text: str):
    return read_spec(
        Path("new.yaml"),
        read=lambda _: text.encode(),
        trim_sets=tuple(one.id for one in TRIM_SETS),
        distributions=("debian:13",),
    ).spec


def with_examples(text: str):
    """The template with its commented-out parts in force; a comment that is prose has no key."""
    lines = []
    for line in text.splitlines():
        bare = line.lstrip()
        example = bare.startswith(("# ", "#   ")) and _is_example(bare.removeprefix("# "))
        lines.append(line[: len(line) - len(bare)] + bare.removeprefix("# ") if example else line)
    return "\n".join(lines) + "\n"


def _is_example(text: str) -> bool:
    word = text.strip().removeprefix("- ").split(" ")[0]
    return (word.endswith(":") and word[:-1].replace("-", "").isalnum() and word.islower()) or word == "PYTHONPATH:"


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_a_spec(kind: str):
    text = new_spec(kind)
    spec = read(text)
    assert spec.accounts.run_as != "root"
    assert spec.contents.packages
    assert {"docs", "man", "locales"} <= set(spec.trim.sets)
    assert text.startswith("# ")
    assert len(text.splitlines()) < 90
    assert max(map(len, text.splitlines())) <= 120
    assert not {line for line in text.splitlines() if line != line.rstrip()}


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_template_shows_in_comments_is_right_as_well(kind: str):
    text = new_spec(kind)
    spec = read(with_examples(text))
    if kind not in {"go", "c"}:
        assert len(spec.files) > len(read(text).files)
        assert all(one.path.startswith("/") for one in spec.files)
    for name, _ in spec.variants:
        assert apply_variant(spec, name) != spec


def test_a_runtime_image_has_no_shell_of_its_own():
    shells = {"bash", "dash", "busybox", "busybox-static", "zsh", "ksh", "mksh", "apt", "dpkg"}
    for kind in KINDS:
        if kind not in {"go", "c"}:
            assert not shells & set(read(new_spec(kind)).contents.packages), kind


def test_every_template_is_listed_and_described():
    folder = FOLDER / "src" / "prill" / "build" / "templates"
    assert {path.stem for path in folder.iterdir()} == set(KINDS)
    page = (FOLDER / "docs" / "new.md").read_text()
    for kind in KINDS:
        assert f"`{kind}`" in page
        assert summary(kind).endswith("."), kind
        assert len(summary(kind)) < 118, kind


def test_an_unknown_kind():
    with pytest.raises(UnknownTemplate, match="there is no template 'pyhton'") as caught:
        new_spec("pyhton")
    assert caught.value.hint == "did you mean 'python'?"
    with pytest.raises(UnknownTemplate) as caught:
        new_spec("../spec")
    assert caught.value.hint.startswith("there are static, base")
