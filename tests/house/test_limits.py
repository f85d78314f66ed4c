"""docs/limits.md says what the code does."""

import re
from pathlib import Path

from prill.cli.scan_options import LIMITS
from prill.oci.image_limits import IMAGE_LIMITS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")


def test_the_page_has_every_limit_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]+\| (\d+) \|", PAGE, re.MULTILINE))
    assert rows == {name: str(getattr(IMAGE_LIMITS, field)) for name, field in LIMITS.items()}
