"""Known publishers are whole, and as the field knows them."""

import pytest

from prill.catalogue.publishers import UnknownPublisher, known_publishers, publisher
from prill.signing.identity import Expected


def test_each_is_an_identity_or_a_key():
    names = [one.name for one in known_publishers()]
    assert names == ["chainguard", "distroless", "docker-hardened", "kubernetes", "redhat"]
    for one in known_publishers():
        assert bool(one.identity and one.issuer) != bool(one.key_url)
        assert one.documented
        assert one.dated.year >= 2026
        if one.identity:
            Expected.exactly(one.identity, "identity")
            assert one.issuer.startswith("https://")
        else:
            assert one.log_optional


def test_an_unknown_one_names_the_known():
    with pytest.raises(UnknownPublisher) as caught:
        publisher("distrolesss")
    assert "distroless" in (caught.value.hint or "")
