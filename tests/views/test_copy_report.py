"""What was copied, on a few lines."""

from prill.views.copy_report import copy_report


def test_what_was_attached_is_counted_as_it_is_shown():
    report = copy_report(
        "from",
        "to",
        digest="sha256:0",
        manifests=4,
        sent=1,
        sent_size=10,
        present=0,
        attached=("x/\x1b[31m", "x/y", "x/\x1b[31m"),
    )
    assert [line.split("  ")[-1].strip() for line in report.splitlines()[-2:]] == ["2 x/\\x1b[31m", "1 x/y"]
