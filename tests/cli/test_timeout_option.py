"""How long ``prill test`` lets a command run."""

import argparse

import pytest

from prill.cli.commands.test import setup_parser


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    setup_parser(parser)
    return parser


@pytest.mark.parametrize(("words", "seconds"), [([], 60), (["--timeout", "1"], 1), (["--timeout", "600"], 600)])
def test_a_timeout_is_in_seconds(parser: argparse.ArgumentParser, words: list[str], seconds: int):
    assert parser.parse_args(["image", "-c", "tests.yaml", *words]).timeout == seconds


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "soon", "86401", "9999999"])
def test_what_is_no_timeout(parser: argparse.ArgumentParser, text: str):
    with pytest.raises(argparse.ArgumentError, match="expected a number of seconds"):
        parser.parse_args(["image", "-c", "tests.yaml", f"--timeout={text}"])
