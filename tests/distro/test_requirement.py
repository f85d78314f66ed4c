"""What specs ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb.requirement import InvalidRequirement, Requirement

VERSIONS = ("1.2", "1.2.3", "1.2-1", "1.20", "1.3~rc1", "2:1.2-1", "2:1.2+dfsg-1")


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("pkg", VERSIONS),
        ("pkg=1.2-0", ("1.2",)),
        ("pkg=2:1.2-1", ("2:1.2-1",)),
        ("pkg=1.2*", ("1.2", "1.2.3", "1.2-1", "1.20", "2:1.2-1", "2:1.2+dfsg-1")),
        ("pkg=1.2-?", ("1.2-1", "2:1.2-1")),
        ("pkg=2:*", ("2:1.2-1", "2:1.2+dfsg-1")),
        ("pkg=1.[23]*", VERSIONS),
        ("pkg~1.2", ("1.2", "1.2.3", "1.2-1", "2:1.2-1", "2:1.2+dfsg-1")),
        ("pkg~1.", VERSIONS),
        ("pkg~2:1.2", ("2:1.2-1", "2:1.2+dfsg-1")),
        ("pkg>=1.3", ("1.20", "2:1.2-1", "2:1.2+dfsg-1")),
        ("pkg<=1.2", ("1.2",)),
        (
            "pkg>>1.20",
            (
                "2:1.2-1",
                "2:1.2+dfsg-1",
            ),
        ),
        ("pkg<<1.2.3", ("1.2", "1.2-1")),
    ],
)
def test_which_versions_will_do(text: str, accepted: tuple[str, ...]):
    requirement = Requirement.parse(f" {text} ")
    want = {version for version in VERSIONS if requirement.accepts(version)}
    assert want == set(accepted)
    assert str(requirement) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "write a package's name"),
        ("pkg==1", "write pkg=1"),
        ("pkg=>1", "write pkg>=1"),
        ("pkg=<1", "write pkg<=1"),
        ("pkg>1", "write pkg>>1"),
        ("pkg<1", "write pkg<<1"),
        ("pkg >= 1", "write pkg>=1"),
        ("pkg (>= 1)", "write pkg>=1"),
        ("pkg (> 1)", "write pkg>>1"),
        ("a1 | b1", "write one package an entry, such as a1"),
        ("libc6:amd64", "write libc6"),
        ("libc6/sid", "write libc6"),
        ("Foo_Bar", "write foo-bar"),
        ("pkg=", "write pkg"),
        ("pkg=1_2", "write pkg=1.2-3, or pkg=1.2.*"),
        ("pkg>=1.*", "write pkg>=1.2-3, or pkg=1.2.*"),
        ("!pkg", "write pkg"),
        ("a", "write a package's name"),
    ],
)
def test_the_nearest_form_is_named(text: str, hint: str):
    with pytest.raises(InvalidRequirement) as caught:
        Requirement.parse(text)
    assert repr(text) in caught.value.message
    assert caught.value.hint
    assert caught.value.hint.startswith(hint)


@given(st.text("ab1.=<>~*:-_ (", max_size=12))
def test_any_text_is_read_or_refused(text: str):
    try:
        requirement = Requirement.parse(text)
    except InvalidRequirement as error:
        assert error.hint  # noqa: PT017 - most texts are refused, some are not
    else:
        assert Requirement.parse(str(requirement)) == requirement
        assert requirement.accepts("1.2-3") in {True, False}
