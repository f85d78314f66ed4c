import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from prill.model.license_expressions import parse_expression, stated_license
from prill.model.licenses import (
    Expression,
    all_of,
    any_of,
    known_exception,
    known_license,
    license_ref,
    license_refs,
    single,
)
from prill.model.spdx_ids import EXCEPTION_IDS, LICENSE_IDS

SPDX = get_spdx_licensing()


def trees() -> st.SearchStrategy[Expression]:
    leaves = st.sampled_from(("MIT", "ISC", "Zlib", "X11", "Apache-2.0 WITH LLVM-exception", "0BSD")).map(single)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=4).map(all_of), st.lists(inner, max_size=4).map(any_of)),
    )


def test_or_inside_and_stands_in_parentheses():
    both = any_of([single("MIT"), single("ISC")])
    assert str(all_of([single("Zlib"), both])) == "(ISC OR MIT) AND Zlib"
    assert str(any_of([all_of([single("Zlib"), both]), single("X11")])) == "((ISC OR MIT) AND Zlib) OR X11"


def test_one_or_none_needs_no_operator():
    both = any_of([single("MIT"), single("ISC")])
    assert all_of([both, both]) == both
    assert all_of([]) == any_of([]) == all_of([any_of([])])
    assert str(all_of([])) == ""


@given(trees())
def test_every_expression_is_valid_and_says_what_it_was_made_of(tree: Expression):
    text = str(tree)
    if text:
        assert SPDX.unknown_license_keys(text) == []
        assert str(all_of([tree])) == str(any_of([tree])) == text


@given(trees(), trees())
def test_order_does_not_matter(one: Expression, other: Expression):
    assert all_of([one, other]) == all_of([other, one])
    assert str(any_of([one, other])) == str(any_of([other, one]))


def test_identifiers_are_found_in_any_case():
    assert known_license("apache-2.0") == "Apache-2.0"
    assert known_license("GPL-2.0+") is None
    assert known_exception("LLVM-Exception") == "LLVM-exception"
    assert not LICENSE_IDS & EXCEPTION_IDS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("public-domain", "LicenseRef-public-domain"),
        ("GPL-2+ with odd exception", "LicenseRef-GPL-2-or-later-with-odd-exception"),
        ("C++", "LicenseRef-C"),
        ("a_b/c~d", "LicenseRef-a-b-c-d"),
        ("Viagénie", "LicenseRef-Viagenie"),
    ],
)
def test_references(name: str, expected: str):
    assert license_ref(name) == expected


@given(st.text(max_size=300))
def test_every_name_has_a_valid_reference_of_its_own_length(name: str):
    reference = license_ref(name)
    assert license_refs(reference) == (reference,)
    assert len(reference) < 130


def test_references_of_an_expression():
    text = "(LicenseRef-b OR MIT) AND LicenseRef-a AND LicenseRef-b AND DocumentRef-x:LicenseRef-c"
    assert license_refs(text) == ("LicenseRef-a", "LicenseRef-b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPLv2+ and MIT", "GPL-2.0-or-later AND MIT"),
        ("(GPLv2+ or LGPLv3+) and ASL 2.0", "(GPL-2.0-or-later OR LGPL-3.0-or-later) AND Apache-2.0"),
        ("Apache 2.0 OR BSD 3-Clause", "Apache-2.0 OR BSD-3-Clause"),
        ("GPLv2 or later", "GPL-2.0-or-later"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("EPL-2.0 | GPL-2.0", "EPL-2.0 OR GPL-2.0-only"),
        ("MIT || Unknown One; ISC", "(LicenseRef-Unknown-One OR MIT) AND ISC"),
        ("GPLv2 with exceptions and MIT", "LicenseRef-GPLv2-with-exceptions-and-MIT"),
        ("MIT and and BSD", "LicenseRef-MIT-and-and-BSD"),
        ("MIT AND BSD-2-Clause-FreeBSD", "BSD-2-Clause-Views AND MIT"),
        ("wxWindows", "LGPL-2.0-or-later WITH WxWindows-exception-3.1"),
        ("wxWindows WITH Classpath-exception-2.0", "LicenseRef-wxWindows-WITH-Classpath-exception-2.0"),
        ("MIT AND (custom:foo OR Public-Domain)", "(LicenseRef-Public-Domain OR LicenseRef-custom-foo) AND MIT"),
        ("MIT AND GPL-2.0-only WITH Unknown", "LicenseRef-MIT-AND-GPL-2.0-only-WITH-Unknown"),
        ("MIT AND whatever you like", "LicenseRef-MIT-AND-whatever-you-like"),
        ("AND MIT", "LicenseRef-AND-MIT"),
        ("MIT |", "MIT"),
        ("|", ""),
    ],
)
def test_names_joined_by_words_and_signs(text: str, expected: str):
    """As distributions of rpm's write them; what could mean another licence stays one name."""
    assert stated_license(text) == expected


@given(st.text(alphabet="()|; andorMITGPLv2+-", max_size=60))
def test_whatever_is_stated_is_an_expression_or_nothing(text: str):
    stated = stated_license(text)
    assert not stated or parse_expression(stated) == stated
