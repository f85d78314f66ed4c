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
    *license_texts._PERL,
    *(sentence for sentence, _ in license_texts._SENTENCES),
]


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


def test_what_comments_have_before_each_line_is_not_read():
    lines = '# Software Developed By\n\t## the OpenSSL Project\n// for use in the\ndnl OpenSSL\n.\\" Toolkit'
    assert recognize_licenses(lines) == {"OpenSSL"}
    assert recognize_licenses(lines.replace("// for", "x// for")) == frozenset()


def test_a_text_without_any_of_the_words_says_nothing():
    assert recognize_licenses("You may do as you like. There is no warranty.") == frozenset()
