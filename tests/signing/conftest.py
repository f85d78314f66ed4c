"""A Sigstore instance of our own, and who believes it."""

import pytest

from prill.signing.strict_json import encode_json
from prill.signing.trusted_root import TrustedRoot
from sigstore_instance import Instance


@pytest.fixture(scope="module")
def instance() -> Instance:
    return Instance()


@pytest.fixture(scope="module")
def trust(instance: Instance) -> TrustedRoot:
    return TrustedRoot.parse(encode_json(instance.trusted_root()))
