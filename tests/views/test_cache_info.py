"""``prill cache info``: columns that stand below each other, whatever kinds there are."""

from prill.views.cache_info import cache_info


def test_long_names_move_the_columns_along():
    rows = [("blobs", 2_000, 3_000, 0), ("newest-packages", 1, 10, 90_000)]
    _, head, *lines = cache_info("~/.cache/prill", rows, now=86_400).splitlines()
    end = head.index("ENTRIES") + len("ENTRIES")
    assert [line[:end].split()[-1] for line in lines] == ["2,000", "1", "2,001"]
    assert all(line[end : end + 1] == " " for line in lines)
    assert lines[0].endswith("1 day ago")
