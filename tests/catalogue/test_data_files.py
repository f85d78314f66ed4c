from datetime import date

import pytest

from prill.catalogue import base_images
from prill.catalogue.base_images import find_base_image
from prill.catalogue.data_files import InvalidCatalogue, load_data, read_row, split_rows


@pytest.mark.parametrize("name", ["base-images", "gold-images", "hardened-images"])
def test_rows_that_are_read_one_by_one_are_those_of_the_whole_file(name: str):
    rows = split_rows(name, "images", "pattern")
    tables, source, dated = load_data(name)
    assert [read_row(text) for _, text in rows] == tables["images"]
    assert [pattern for pattern, _ in rows] == [row["pattern"] for row in tables["images"]]
    assert load_data(name, "systems")[1:] == (source, dated)
    assert isinstance(dated, date)


def test_each_system_is_the_one_of_the_whole_file():
    systems = load_data("base-images")[0]["systems"]
    assert {name: base_images._system(name) for name in (*systems, "no such")} == {**systems, "no such": None}


def test_a_row_that_does_not_begin_with_its_key_is_refused():
    with pytest.raises(InvalidCatalogue, match="does not begin with its kind"):
        split_rows("base-images", "images", "kind")


def test_one_row_is_read_for_one_image():
    find_base_image.cache_clear()
    base_images._row.cache_clear()
    assert find_base_image("debian", "13") is not None
    assert base_images._row.cache_info().misses == 1
