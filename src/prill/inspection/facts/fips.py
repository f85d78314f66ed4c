"""Cryptographic modules that are made to be validated (FIPS 140), and whether the image switches one on."""

import re
from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.readers.openssl import OPENSSL
from prill.model.fact_values import FipsProvider
from prill.model.facts import Fact

__all__ = ["FIPS"]

_ENDINGS = (".so", ".jar", ".syso", ".chk")
_MODULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("OpenSSL FIPS provider", re.compile(r"(?:.*/)?ossl-modules/fips\.so")),
    ("OpenSSL FIPS provider (Red Hat)", re.compile(r"(?:.*/)?ossl-modules/fips-[\d.]+\.so")),
    ("wolfCrypt FIPS provider", re.compile(r"(?:.*/)?libwolfprov\.so|(?:.*/)?ossl-modules/wolfprov.*\.so")),
    ("Bouncy Castle FIPS", re.compile(r"(?:.*/)?bc-fips-([\d.]+)\.jar")),
    ("Go BoringCrypto", re.compile(r"(?:.*/)?goboringcrypto_[a-z0-9_]+\.syso")),
    ("NSS softoken", re.compile(r"(?:.*/)?libsoftokn3\.chk")),
)  # fmt: skip


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield them by path; OpenSSL's are ``configured`` where the settings load one and ask for it by default."""
    settings = [seen.location for seen in image.seen(OPENSSL) if seen.evidence.fips]
    for stat in image.files:
        if not stat.path.endswith(_ENDINGS):
            continue
        for name, pattern in _MODULES:
            match = pattern.fullmatch(stat.path)
            if match is None:
                continue
            configured = bool(settings) and name.startswith("OpenSSL")
            value = FipsProvider(
                name=name,
                version=match[1] if pattern.groups else image.version_of(stat.path),
                configured=configured,
            )
            evidence = (image.at(stat.path), *(settings if configured else ()))
            yield Fact(id="fips", value=value, evidence=evidence)


FIPS = FactPlugin(id="fips", find=_find)
