import dataclasses

import pytest

from prill.archive import bounds
from prill.archive.bounds import DEFAULT_LIMITS, BoundExceeded, Limits
from prill.errors import PrillError


def test_every_limit_is_a_positive_number_and_is_documented():
    for field in dataclasses.fields(Limits):
        assert getattr(DEFAULT_LIMITS, field.name) > 0
        assert f"``{field.name}``" in (Limits.__doc__ or "")


@pytest.mark.parametrize("name", [name for name in bounds.__all__ if name not in {"DEFAULT_LIMITS", "Limits"}])
def test_every_bound_error_is_caught_as_one_and_says_what_to_do(name: str):
    error = getattr(bounds, name)("it is 3, 2 are allowed")
    assert isinstance(error, BoundExceeded)
    assert isinstance(error, PrillError)
    assert str(error) == "it is 3, 2 are allowed"
    assert error.hint
