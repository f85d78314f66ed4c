"""Patterns that anybody can satisfy are refused, each with its reason; the others match no more than they say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prill.model.go_regex import InvalidRegex
from prill.signing.identity import Expected, OpenPattern

GITHUB = "https://github.com/org/repo/.github/workflows/a.yml@refs/heads/main"


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "everybody"),
        (".*", "everybody"),
        ("^.*$", "everybody"),
        ("^.+$", "everybody"),
        ("(.*)", "everybody"),
        ("https://github.com/org/.*", "does not begin with"),
        (".*@example.com$", "does not begin with"),
        ("^https://github.com/.*", "whose it is"),
        ("^https://github.com/org", "whose it is"),
        ("^https://github.com/org/?", "whose it is"),
        ("^https://github.com/org/{0}", "whose it is"),
        ("^https://github.com/[^/]+/repo/", "whose it is"),
        ("^https://github.com", "the host open"),
        ("^https://.*", "the host open"),
        ("^https://[a-z]+.github.com/org/", "the host open"),
        ("^https?://github.com/org/", "the host open"),
        ("^https://github.com/org/|.*", "an alternative"),
        ("^https://github.com/org/a|^", "an alternative"),
        (r"^https://github\.com/org/[^](]x|.*", "an alternative"),
        (r"^https://github\.com/org/[[:alpha:](]x|.*", "an alternative"),
        (r"^https://github\.com/org/[\](]x|.*", "an alternative"),
        (r"^https://github\.com/org/[](]x|.*", "an alternative"),
        (r"^https://github\.com/.*@example\.com$", "whose it is"),
        (r"^https://github.com/org/\Q(\E|.*", "quotations"),
        ("^(?m)https://github.com/org/", "flags"),
        ("(?i)^https://github.com/org/", "flags"),
        ("^(https://github.com/org/)?.*", "the host open"),
        ("^.*@example.com", "the end of the e-mail"),
        ("^me@", "the end of the e-mail"),
        (r"^.*@gmail\.com$", "whose address at gmail.com"),
        (r"^(me|.*)@users\.noreply\.github\.com$", "whose address at users"),
        ("^spiffe://", "the host open"),
        (r"^spiffe://example\.org", "the host open"),
        ("^spiffe://.*/ns/prod/", "the host open"),
        ("^.*@.*$", "e-mail"),
        (r"^.*example\.com$", "the host open"),
    ],
)
def test_open_patterns(pattern: str, says: str):
    with pytest.raises(OpenPattern, match=says) as caught:
        Expected.identity_matching(pattern)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        (r"^https://github\.com/org/", [GITHUB], ["https://github.com/org-evil/x", f"https://evil.example/{GITHUB}"]),
        ("^https://github.com/org/.*", [GITHUB], ["https://githubacom/org/x"]),
        ("^https://github.com/org/(repo|other)/", [GITHUB], ["https://github.com/org/third/x"]),
        (r"^https://ci\.example/$", ["https://ci.example/"], ["https://ci.example/x"]),
        (r"^.*@example\.com$", ["me@example.com"], ["me@example.com.evil.org", "me@exampleXcom"]),
        ("^.*@mail.example.com$", ["me@mail.example.com"], ["me@mailXexample.com"]),
        (r"^.*@example\.com$", ["a.b+c@example.com"], ["https://github.com/evil/r/a.yml@refs/heads/x@example.com"]),
        (r"^.*@example\.com$", [], ["ssh://x@example.com", "a@b@example.com", "a b@example.com", "@example.com"]),
        (r"^https://github\.com/org/[^](]+$", [GITHUB], ["https://github.com/org/a(b"]),
        (r"^https://github\.com/org/[|(]", ["https://github.com/org/|"], [GITHUB]),
        (r"^(me|you)@example\.com$", ["you@example.com"], ["they@example.com"]),
        (r"^me@gmail\.com$", ["me@gmail.com"], ["you@gmail.com", "me@gmailxcom"]),
        (r"^spiffe://example\.org/ns/", ["spiffe://example.org/ns/a"], ["spiffe://example.org.evil/ns/a"]),
    ],
)
def test_closed_patterns(pattern: str, matches: list[str], others: list[str]):
    expected = Expected.identity_matching(pattern)
    assert [one for one in matches if not expected.matches(one)] == []
    assert [one for one in others if expected.matches(one)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        *("", ".*", "^https://.*", "https://token.example", "^https://token.example", "^h"),
        *(r"^https://token\.test/[^](]x|.*", r"^https://token\.test/[[:alpha:](]x|.*", r"^https://token.*\.test/"),
    ],
)
def test_open_issuers(pattern: str):
    with pytest.raises(OpenPattern):
        Expected.issuer_matching(pattern)


@pytest.mark.parametrize(
    ("host", "whose"),
    [
        ("https://container.googleapis.com/v1/projects/", "mine"),
        ("https://oidc.eks.us-east-1.amazonaws.com/id/", "0123456789ABCDEF0123456789ABCDEF"),
        ("https://eastus.oic.prod-aks.azure.com/", "01234567-89ab-cdef-0123-456789abcdef"),
        ("https://oidc.circleci.com/org/", "01234567-89ab-cdef-0123-456789abcdef"),
        ("https://login.microsoftonline.com/", "01234567-89ab-cdef-0123-456789abcdef"),
    ],
)
def test_hosts_with_an_issuer_for_everybody(host: str, whose: str):
    """Anybody makes a cluster there, and in it a service account of any name."""
    for end in ("", ".*", whose[:-1], f"{whose[:-1]}.*", f"[^/]*{whose}/"):
        with pytest.raises(OpenPattern, match="does not say for whom"):
            Expected.issuer_matching(f"^{host}{end}")
    assert Expected.issuer_matching(f"^{host}{whose}/.*").matches(f"{host}{whose}/x")
    assert Expected.issuer_matching(f"^{host}{whose}$").matches(f"{host}{whose}")


def test_closed_issuers():
    github = "https://token.actions.githubusercontent.com"
    assert Expected.issuer_matching(rf"^{github}$").matches(github)
    assert not Expected.issuer_matching(rf"^{github}$").matches(f"{github}.evil.org")
    assert Expected.issuer_matching("^https://gitlab.example/.*").matches("https://gitlab.example/oidc")


def test_exact_names():
    assert Expected.exactly("a.b", "identity").matches("a.b")
    assert not Expected.exactly("a.b", "identity").matches("aXb")
    with pytest.raises(OpenPattern):
        Expected.exactly("", "identity")


FOREIGN = [
    "",
    "mallory@evil.test",
    "mallory@example.com.evil.test",
    "https://evil.test/x",
    "https://evil.test/https://github.com/org/repo",
    "https://github.com/evil/repo/.github/workflows/a.yml@refs/heads/main",
    "https://github.com/evil/repo/.github/workflows/a.yml@refs/heads/x@example.com",
    "https://github.com/evil/repo/.github/workflows/a.yml@refs/heads/org/",
    "https://github.com/org-evil/repo",
    "https://token.evil.test/",
    "https://token.example.test.evil.test/",
    "spiffe://evil.test/x@example.com",
]
GITHUB_HOST = "https://github.com/"
BEGINNINGS = [
    "^https://github\\.com/org/",
    "^https://token\\.example\\.test/",
    "^.*@example\\.com$",
    "^",
    "",
    "(",
    "^https://",
]
SNARES = [
    "|",
    "(",
    ")",
    "(?:",
    "(?m)",
    "(?i:",
    "[^](]",
    "[](]",
    "[[:alpha:](]",
    "[\\](]",
    "[(]",
    "[",
    "]",
    "^",
    "$",
    "*",
    "?",
]
SNARES += [
    "{0}",
    "{",
    ".",
    ".*",
    "x",
    "/",
    "\\",
    "\\(",
    "\\|",
    "\\Q",
    "\\E",
    "\\x28",
    "\\pL",
    "\\z",
    "@example\\.com$",
    "(.*)",
    "\n",
]
PATTERNS = st.builds("".join, st.tuples(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(SNARES)).map("".join)))


@given(PATTERNS)
@example(r"^https://github\.com/org/[^](]x|.*")
@example(r"^https://token\.example\.test/[[:alpha:](]x|.*")
@example(r"^.*@example\.com$")
def test_no_accepted_pattern_matches_a_stranger(pattern: str):
    for accept, named in (
        (Expected.identity_matching, "https://github.com/org/"),
        (Expected.issuer_matching, GITHUB_HOST),
    ):
        try:
            expected = accept(pattern)
        except (OpenPattern, InvalidRegex):
            continue
        assert [one for one in FOREIGN if expected.matches(one) and not one.startswith(named)] == []
