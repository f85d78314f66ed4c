"""A comment that was meant to suppress something, and is read as nothing, is a finding."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.pragmas import misspelt_pragmas

MISSPELT = (
    "prill: ignore",
    "Prill: ignore[unpinned-base]",
    "prill ignore[unpinned-base]",
    "PRILL: IGNORE",
    "prill: ignore[] x",
    "hadolint ignore=DL3006,foo",
    "hadolint ignore=dl3006",
    "hadolint ignore=unpinned-base",
    "hadolint ignore=DL3006 DL3007",
    "hadolint ignore=",
    "hadolint ignore DL3006",
    "hadolint: ignore=DL3006",
    "Hadolint global ignore=DL3006",
)
READ = (
    "prill: ignore[unpinned-base]",
    "prill: ignore-file[unpinned-base] why",
    "prill: ignored by none",
    "prills",
    "a prill: ignore",
    "hadolint ignore=DL3006,SC2086 # why",
    "hadolint  stage ignore = DL3006",
    "hadolint shell=bash",
    "hadolint ignores this",
    "hadolint ignore comments are ours",
)


def places(text: str) -> list[str]:
    return [text[span.start : span.end] for _, span in misspelt_pragmas(read_dockerfile(text.encode()))]


@pytest.mark.parametrize("comment", MISSPELT)
def test_they_are_found(comment: str):
    assert places(f"FROM debian\n# {comment}\nRUN a\n") == [f"# {comment}"]


@pytest.mark.parametrize("comment", [*MISSPELT, "prill: ignore-file[unpinned-base]", "hadolint ignore=DL3006"])
def test_they_are_found_inside_of_an_instruction(comment: str):
    assert places(f"FROM debian\nRUN a && \\\n  # {comment}\n  b\n") == [f"# {comment}"]


@pytest.mark.parametrize("comment", READ)
def test_others_are_left_alone(comment: str):
    assert places(f"FROM debian\n  # {comment}\nRUN a && \\\n  b\n") == []
