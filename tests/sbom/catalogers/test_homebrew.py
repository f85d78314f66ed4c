"""Homebrew's Cellar."""

import json

import pytest

from scanned import purls, reasons, related, scan

CELLAR = "home/linuxbrew/.linuxbrew/Cellar"


def receipt(tap: str | None = "homebrew/core", *needs: str) -> str:
    return json.dumps(
        {
            "homebrew_version": "4.5.2",
            "poured_from_bottle": True,
            "arch": "x86_64",
            "runtime_dependencies": [{"full_name": name, "version": "1"} for name in needs],
            "source": {"path": "x", "tap": tap, "spec": "stable", "versions": {"stable": "1.0"}},
        }
    )


CURL = """\
class Curl < Formula
  desc "Get a file from an HTTP, HTTPS or FTP server"
  homepage "https://curl.example.test"
  url "https://curl.example.test/download/curl-8.13.0.tar.bz2"
  sha256 "%s"
  license "curl"

  bottle do
    sha256 x86_64_linux: "0"
  end
  resource "x" do
    sha256 "no"
  end
end
"""
OPENSSL = """\
class OpensslAT3 < Formula
  license any_of: ["Apache-2.0", "GPL-2.0-or-later" => { with: "Classpath-exception-2.0" }]
end
"""


def test_kegs():
    sbom = scan(
        {
            f"{CELLAR}/curl/8.13.0_1/INSTALL_RECEIPT.json": receipt("homebrew/core", "openssl@3", "absent"),
            f"{CELLAR}/curl/8.13.0_1/.brew/curl.rb": CURL % ("a" * 64),
            f"{CELLAR}/openssl@3/3.5.0/INSTALL_RECEIPT.json": receipt(None),
            f"{CELLAR}/openssl@3/3.5.0/.brew/openssl@3.rb": OPENSSL,
            f"{CELLAR}/tool/1.0/INSTALL_RECEIPT.json": receipt("acme/tap", "homebrew/core/curl"),
        }
    )
    assert purls(sbom) == [
        "pkg:brew/acme/tap/tool@1.0",
        "pkg:brew/curl@8.13.0_1",
        "pkg:brew/openssl%403@3.5.0",
    ]
    tool, curl, openssl = sbom.packages
    assert (curl.licenses, curl.details.homepage) == ("curl", "https://curl.example.test")
    assert openssl.licenses == "Apache-2.0 OR GPL-2.0-or-later WITH Classpath-exception-2.0"
    assert related(sbom) == [(tool.purl, curl.purl), (curl.purl, openssl.purl)]


@pytest.mark.parametrize("data", [b"{}", b"[]", b"\xff", b'{"homebrew_version": "4", "source": 7}'])
def test_what_cannot_be_read_is_a_gap(data: bytes):
    sbom = scan({f"{CELLAR}/x/1/INSTALL_RECEIPT.json": data})
    assert not sbom.packages
    assert "homebrew: not a receipt" in reasons(sbom)
