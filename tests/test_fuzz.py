"""Each reader of other people's bytes meets damaged ones: nothing but Prill's own errors comes out, and soon."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from fuzz_targets import TARGETS, Target

_MOST = 120


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
def test_what_fuzzing_begins_with_is_read(target: Target):
    for seed in target.seeds():
        target(seed)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.name)
@settings(
    max_examples=_MOST,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(data=st.data())
def test_damaged(target: Target, data: DataObject):
    seeds = list(target.seeds())
    document = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(document) - 1)))
        span = data.draw(st.integers(0, 8))
        match data.draw(st.sampled_from(["change", "cut", "add", "end", "repeat"])):
            case "change":
                document[at : at + span] = data.draw(st.binary(min_size=span, max_size=span))
            case "cut":
                del document[at : at + 8 * span]
            case "add":
                document[at:at] = data.draw(st.binary(max_size=16))
            case "end":
                del document[at:]
            case "repeat":
                document[at:at] = document[at : at + 64 * span] * 2
    target(bytes(document))
