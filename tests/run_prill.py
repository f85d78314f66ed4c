"""Commands called as a person calls them, in this process."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from prill.cli.main import main


@dataclass
class Ran:
    code: int
    out: str
    err: str


Prill = Callable[..., Ran]


def runner(capfdbinary: pytest.CaptureFixture[bytes]) -> Prill:
    def run(*words: object) -> Ran:
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = int(left.code or 0)
        sys.stdout.flush()
        said = capfdbinary.readouterr()
        return Ran(code, said.out.decode(), said.err.decode())

    return run
