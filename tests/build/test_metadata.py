"""What dpkg's database says about triggers (deb-triggers(5); their other tests are in tests/compat)."""

import pytest

from prill.build.metadata import trigger_interests


@pytest.mark.parametrize(
    ("text", "interests"),
    [
        (b"", []),
        (b"# a comment\ninterest-await ldconfig\n", [("ldconfig", "")]),
        (b"interest /usr/share/man # why\n", [("/usr/share/man", "")]),
        (b"interest-noawait update-mime\nactivate-noawait ldconfig\n", [("update-mime", "/noawait")]),
        (b"interest\ninterest a b\nnonsense x\n\xff\xfe y\n", []),
    ],
)
def test_only_interests_count(text: bytes, interests: list[tuple[str, str]]):
    assert list(trigger_interests(text)) == interests
