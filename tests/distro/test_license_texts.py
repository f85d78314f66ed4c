import re

import pytest

from prill.distro.deb import license_texts
from prill.distro.deb.license_texts import recognize_licenses

WANTED = [
    *((words, pattern) for words, pattern, _ in license_texts._SENTENCES),
    license_texts._MIT,
    license_texts._OLD_MIT,
    license_texts._BSD,
    license_texts._GNU,
    license_texts._GNU_AFTER_VERSION,
    license_texts._ABBREVIATED,
    license_texts._COMMON,
]


@pytest.mark.parametrize(("words", "pattern"), WANTED)
def test_the_words_that_are_looked_for_first_are_in_the_pattern(words: str, pattern: str):
    alternatives = re.sub(r"\\(.)", r"\1", pattern).split("|") if "(?:" not in pattern else [pattern]
    assert all(words in one for one in alternatives)


def test_a_text_without_any_of_the_words_says_nothing():
    assert recognize_licenses("You may do as you like. There is no warranty.") == frozenset()
