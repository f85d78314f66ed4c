"""What Composer installed."""

import json

import pytest

from scanned import purls, reasons, related, scan

PACKAGES = [
    {
        "name": "Monolog/monolog",
        "version": "3.5.0",
        "version_normalized": "3.5.0.0",
        "require": {"php": ">=8.1", "ext-json": "*", "psr/log": "^2.0 || ^3.0", "psr/log-implementation": "*"},
        "license": ["MIT"],
        "authors": [{"name": "Jordi Boggiano", "email": "j@example.test"}],
        "description": "Sends your logs",
        "homepage": "https://monolog.example.test",
    },
    {"name": "psr/log", "version": "3.0.0", "license": ["MIT", "GPL-3.0-or-later"]},
    {"name": "acme/logger", "version": "dev-main", "provide": {"psr/log-implementation": "3.0.0"}, "license": 7},
]
PURLS = ["pkg:composer/acme/logger@dev-main", "pkg:composer/monolog/monolog@3.5.0", "pkg:composer/psr/log@3.0.0"]


@pytest.mark.parametrize("document", [{"packages": PACKAGES, "dev": False, "dev-package-names": []}, PACKAGES])
def test_packages(document: object):
    sbom = scan({"app/vendor/composer/installed.json": json.dumps(document)})
    assert purls(sbom) == PURLS
    logger, monolog, log = sbom.packages
    assert (logger.licenses, monolog.licenses, log.licenses) == ("", "MIT", "GPL-3.0-or-later OR MIT")
    assert (monolog.details.author, monolog.details.summary) == ("Jordi Boggiano", "Sends your logs")
    assert related(sbom) == [(monolog.purl, logger.purl), (monolog.purl, log.purl)]


@pytest.mark.parametrize("data", [b"{}", b"7", b'{"packages": [{"name": "a/b"}]}', b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_a_gap(data: bytes):
    sbom = scan({"app/vendor/composer/installed.json": data})
    assert "/app/vendor/composer/installed.json: php: not Composer's installed.json" in reasons(sbom)


def test_an_entry_that_is_no_package_hides_no_other():
    broken = [{"name": "a/b"}, {"version": "1"}, 5, {"name": "c/d", "version": "1.0"}]
    sbom = scan({"app/vendor/composer/installed.json": json.dumps({"packages": broken})})
    assert purls(sbom) == ["pkg:composer/c/d@1.0"]
    for name in ("a/b", "entry 2", "entry 3"):
        assert f"/app/vendor/composer/installed.json: php: no name and version of {name}" in reasons(sbom)
    lock = scan({"app/composer.lock": json.dumps({"packages": broken})})
    assert purls(lock) == ["pkg:composer/c/d@1.0"]
    assert "/app/composer.lock: lock-files: no one version is named of a/b, entry 2, entry 3" in reasons(lock)


def test_a_name_without_a_vendor_is_a_gap():
    sbom = scan({"vendor/composer/installed.json": '[{"name": "x", "version": "1"}]'})
    assert "a package of Composer's has the name 'x'" in reasons(sbom)
