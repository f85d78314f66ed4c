"""Lets the tests here import `sboms`, which lies one folder above."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from prill.model import Gap, Sbom

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


@pytest.fixture
def sbom() -> Sbom:
    from sboms import sample  # noqa: PLC0415 - it can be found from here on only

    return sample()


@pytest.fixture
def shuffled(sbom: Sbom) -> Sbom:
    """The same SBOM with everything in another order."""
    return replace(
        sbom,
        packages=tuple(replace(one, files=one.files[::-1]) for one in sbom.packages[::-1]),
        relationships=sbom.relationships[::-1],
        unowned=sbom.unowned[::-1],
    )


@pytest.fixture
def incomplete(sbom: Sbom) -> Sbom:
    return replace(sbom, gaps=(Gap("usr/bin/odd", "not an ELF file"), Gap("licences", "no copyright file")))
