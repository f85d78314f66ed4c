import pytest

from prill.sandbox.expand import expand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/env/bin:$PATH", "/env/bin:/bin"),
        ("${PATH}s", "/bins"),
        ("$PATHs", ""),
        ("$unknown.", "."),
        ("cost: 5$", "cost: 5$"),
        ("$ $. $/", "$ $. $/"),
        ("$$PATH", "PATH"),
        ("a$?b$1c$#d", "abcd"),
        ("${}x${open", "xopen"),
        ("${odd name}", "yes"),
        ("$ünï", "$ünï"),
    ],
)
def test_variables_are_put_in_as_go_does(text: str, expected: str):
    assert expand(text, {"PATH": "/bin", "odd name": "yes"}) == expected
