import uuid

import pytest

from prill.formats._documents import document_uuid
from prill.model import Digest, Sbom, Subject


@pytest.mark.parametrize("digest", [Digest("sha256", "a" * 64), None])
@pytest.mark.parametrize("name", ["é", "n" * (1 << 17)])
def test_it_is_what_the_standard_library_derives(name: str, digest: Digest | None):
    sbom = Sbom(subject=Subject(name=name, digest=digest), packages=(), created=7)
    expected = uuid.uuid5(uuid.NAMESPACE_OID, f"{digest or ''}\n{name}\n7\ncyclonedx")
    assert document_uuid(sbom, "cyclonedx") == expected
