import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb import license_texts
from prill.distro.deb.license_texts import recognize_licenses

SENTENCES = [
    license_texts._MIT,
    license_texts._OLD_MIT,
    license_texts._BSD,
    license_texts._GNU,
    license_texts._GNU_AFTER_VERSION,
    *license_texts._ABBREVIATED,
    license_texts._COMMON,
    license_texts._PUBLIC_DOMAIN,
]


@pytest.mark.parametrize(("words", "pattern"), [(words, pattern) for words, pattern, _ in license_texts._SENTENCES])
def test_the_words_that_are_looked_for_first_are_in_the_pattern(words: str, pattern: str):
    alternatives = re.sub(r"\\(.)", r"\1", pattern).split("|") if "(?:" not in pattern else [pattern]
    assert all(words in one for one in alternatives)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda one: one.words)
@given(data=st.data())
def test_looking_around_the_words_finds_what_the_pattern_finds(sentence: license_texts._Sentence, data: st.DataObject):
    alphabet = st.characters(codec="ascii", exclude_categories=("Cc",))
    parts = st.one_of(
        st.from_regex(sentence.pattern, alphabet=alphabet),
        st.sampled_from((sentence.words, " ", "v2", " of the gnu ", "gnu gpl version 3.1", ". ", "the l")),
    )
    text = "".join(data.draw(st.lists(parts, max_size=6))).lower()
    assert [one.span() for one in license_texts._finds(sentence, text)] == [
        one.span() for one in re.finditer(sentence.pattern, text)
    ]


def test_a_text_without_any_of_the_words_says_nothing():
    assert recognize_licenses("You may do as you like. There is no warranty.") == frozenset()
