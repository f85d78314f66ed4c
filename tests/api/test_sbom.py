"""SBOMs of images: what is remembered of a whole one, and when it is not."""

from pathlib import Path

import pytest

from images import file
from prill._io.cache import ContentCache
from prill.api.open_options import OpenOptions
from prill.api.sbom import catalogue_image
from prill.api.sbom_documents import open_sbom
from prill.formats.sbom_documents import InvalidSbom
from prill.oci.store import BlobNotFound
from prill.sbom.sbom_cache import StoredSboms
from scanned_image import APP, base, write


@pytest.fixture
def options(tmp_path: Path) -> OpenOptions:
    return OpenOptions(cache=ContentCache(tmp_path / "cache"))


def without_layers(image: Path) -> None:
    """Remove everything from a layout but its documents."""
    for blob in (image / "blobs" / "sha256").iterdir():
        if not blob.read_bytes().startswith(b"{"):
            blob.unlink()


def test_the_same_image_again_is_not_read(tmp_path: Path, options: OpenOptions):
    image = write(tmp_path / "image", base(), APP)
    first, _ = catalogue_image(str(image), options)
    assert [package.name for package in first.packages] == ["tool", "left-pad"]
    without_layers(image)
    assert catalogue_image(str(image), options)[0] == first
    with pytest.raises(BlobNotFound):
        catalogue_image(str(image), OpenOptions())


def test_it_is_the_same_as_without_a_cache(tmp_path: Path, options: OpenOptions):
    image = write(tmp_path / "image", base(), APP)
    fresh, _ = catalogue_image(str(image))
    assert [catalogue_image(str(image), options)[0] for _ in range(2)] == [fresh, fresh]


def test_other_limits_and_other_names_are_other_entries(tmp_path: Path, options: OpenOptions):
    image = write(tmp_path / "image", base(), APP)
    first, _ = catalogue_image(str(image), options)
    assert options.cache is not None
    stored = StoredSboms(options.cache, options.limits)
    assert stored.find(first.subject) == first
    renamed = image.rename(tmp_path / "renamed")
    assert catalogue_image(str(renamed), options)[0].subject.name == str(renamed)


def test_what_was_not_read_to_its_end_is_not_kept(tmp_path: Path, options: OpenOptions):
    image = write(tmp_path / "image", base(), b"this is no tar" * 100)
    first, _ = catalogue_image(str(image), options)
    assert any("could not be read to its end" in gap.reason for gap in first.gaps)
    assert options.cache is not None
    assert StoredSboms(options.cache, options.limits).find(first.subject) is None


def test_a_damaged_entry_counts_as_none(tmp_path: Path, options: OpenOptions):
    image = write(tmp_path / "image", [*base(), file("usr/\udcff", "x")])
    first, _ = catalogue_image(str(image), options)
    assert options.cache is not None
    stored = StoredSboms(options.cache, options.limits)
    options.cache.put_derived("sbom", stored._key(first.subject), b"\x93\x01\x02\x03")
    assert stored.find(first.subject) is None
    assert catalogue_image(str(image), options)[0] == first


@pytest.mark.parametrize("text", ["SPDXVersion: SPDX-2.3\n", '<?xml version="1.0"?>\n<bom/>', "<bom/>"])
def test_a_document_of_another_form_is_refused_as_one(text: str, tmp_path: Path):
    (tmp_path / "app.spdx").write_text(text)
    with pytest.raises(InvalidSbom, match="not JSON"):
        open_sbom(str(tmp_path / "app.spdx"), OpenOptions())
