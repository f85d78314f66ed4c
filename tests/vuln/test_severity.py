"""Words and vectors as ratings, with the scores that FIRST's calculators give."""

import pytest

from prill.model.advisory import Level
from prill.vuln.records import RatingText
from prill.vuln.severity import rating_of


@pytest.mark.parametrize(
    ("text", "level", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", Level.CRITICAL, 10.0),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", Level.MEDIUM, 6.1),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N/", Level.MEDIUM, 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", Level.CRITICAL, 9.8),
        ("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", Level.NEGLIGIBLE, 0.0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Level.CRITICAL, 9.3),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P", Level.HIGH, 8.9),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", Level.HIGH, 7.5),
        ("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", Level.HIGH, 7.5),
        ("Important", Level.HIGH, None),
        ("moderate", Level.MEDIUM, None),
    ],
)
def test_what_is_written_about_severity_has_a_level(text: str, level: Level, score: float | None):
    rating = rating_of(RatingText("x", text))
    assert rating is not None
    assert (rating.level, rating.score) == (level, score)


@pytest.mark.parametrize("text", ["", "9.8", "not yet assigned", "CVSS:3.1/AV:N", "CVSS:3.1/" + "AV:N/" * 200, "()/"])
def test_what_nobody_can_read_has_none(text: str):
    assert rating_of(RatingText("x", text)) is None
