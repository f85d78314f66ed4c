"""What cargo-auditable leaves in programs."""

import json
import zlib

import pytest

from elf_sections import elf_with
from scanned import purls, reasons, related, scan

CRATES = {
    "packages": [
        {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
        {"name": "adler", "version": "1.0.2", "source": "crates.io"},
        {"name": "tool", "version": "0.1.0", "source": "local", "dependencies": [0, 1, 77], "root": True},
    ]
}


def test_crates_that_are_in_the_program():
    sbom = scan({"bin/tool": elf_with({".dep-v0": zlib.compress(json.dumps(CRATES).encode())})})
    assert purls(sbom) == ["pkg:cargo/adler@1.0.2", "pkg:cargo/tool@0.1.0"]
    assert related(sbom) == [("pkg:cargo/tool@0.1.0", "pkg:cargo/adler@1.0.2")]


@pytest.mark.parametrize("data", [b"no zlib", zlib.compress(b"[1"), zlib.compress(bytes(1 << 26))])
def test_a_damaged_or_swollen_section_is_a_gap(data: bytes):
    assert "/bin/tool: rust: the section .dep-v0" in reasons(scan({"bin/tool": elf_with({".dep-v0": data})}))
