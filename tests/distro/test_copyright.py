import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from prill.distro.deb.copyright import MAX_BYTES, read_copyright
from prill.distro.deb.license_names import read_license_name
from prill.model.licenses import license_refs

SPDX = get_spdx_licensing()
INSTALLED = Path("/usr/share/doc")


def assert_valid(expression: str) -> None:
    unknown = [key for key in SPDX.unknown_license_keys(expression) if not key.startswith("LicenseRef-")]
    assert unknown == []
    SPDX.parse(expression)


@pytest.mark.parametrize(
    ("synopsis", "expected"),
    [
        ("GPL-2+", "GPL-2.0-or-later"),
        ("GPL-2", "GPL-2.0-only"),
        ("GPL-2.0-only", "GPL-2.0-only"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GPL3+ with autoconf exception", "GPL-3.0-or-later WITH Autoconf-exception-generic-3.0"),
        ("GPL-2 or later", "GPL-2.0-or-later"),
        ("GPL", "GPL-1.0-or-later"),
        ("LGPL", "LGPL-2.0-or-later"),
        ("LGPL-2.1", "LGPL-2.1-only"),
        ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later"),
        ("GFDL-1.3+-no-invariant", "GFDL-1.3-no-invariants-or-later"),
        ("Expat", "MIT"),
        ("MIT/X11", "MIT"),
        ("BSD-3-clause", "BSD-3-Clause"),
        ("BSD2", "BSD-2-Clause"),
        ("Apache-2", "Apache-2.0"),
        ("Artistic", "Artistic-1.0-Perl"),
        ("Perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
        ("CC0", "CC0-1.0"),
        ("zlib/libpng", "Zlib"),
        ("public domain", "LicenseRef-public-domain"),
        ("PD", "LicenseRef-public-domain"),
        ("GPL-2 with Linux-syscall-note exception", "GPL-2.0-only WITH Linux-syscall-note"),
        ("Apache-2.0 with LLVM exception", "Apache-2.0 WITH LLVM-exception"),
        ("GPL-3+-WITH-BISON-EXCEPTION", "GPL-3.0-or-later WITH Bison-exception-2.2"),
        ("GPL-2+ with OpenSSL exception", "LicenseRef-GPL-2-or-later-with-OpenSSL-exception"),
        ("GPL-1+ or Artistic", "Artistic-1.0-Perl OR GPL-1.0-or-later"),
        ("GPL-1+ or Artistic, and Expat", "(Artistic-1.0-Perl OR GPL-1.0-or-later) AND MIT"),
        ("Expat or GPL-2+ and ISC", "(GPL-2.0-or-later AND ISC) OR MIT"),
        ("(MIT or ISC) and Zlib", "(ISC OR MIT) AND Zlib"),
        ("MIT and/or Apache-2.0", "Apache-2.0 OR MIT"),
        ("MIT, ISC", "ISC AND MIT"),
        ("MIT and MIT", "MIT"),
        ("BSD", "LicenseRef-BSD"),
        ("Apache", "LicenseRef-Apache"),
        ("BSD-3-clause~Google", "LicenseRef-BSD-3-clause-Google"),
        ("BSD-3-Viagénie", "LicenseRef-BSD-3-Viagenie"),
        ("GPL-9", "LicenseRef-GPL-9"),
        ("", ""),
    ],
)
def test_short_names(synopsis: str, expected: str):
    found = str(read_license_name(synopsis)) if synopsis else read_copyright(b"License:\n").expression
    assert found == expected
    if found:
        assert_valid(found)


@pytest.mark.parametrize("synopsis", ["or", "MIT or", "and MIT", "(MIT", "MIT)", "()", ",", "MIT,", "(" * 500, "with"])
def test_a_broken_synopsis_becomes_one_valid_reference(synopsis: str):
    found = str(read_license_name(synopsis))
    assert license_refs(found) == (found,)
    assert_valid(found)


WORDS = (
    "GPL-2",
    "or",
    "and",
    "with",
    "MIT",
    "exception",
    "(",
    ")",
    ",",
    "+",
    "~",
    "/",
    "&",
    "|",
    '"',
    "é",
    "\x00",
    "-",
    "b0",
)


@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(("", " ")))
def test_every_synopsis_gives_a_valid_expression(words: list[str], between: str):
    synopsis = between.join(words)
    found = str(read_license_name(synopsis))
    assert_valid(found)
    assert str(read_license_name(synopsis)) == found


MACHINE_READABLE = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: example
License: not-what-the-files-say

Files: *
Copyright: 2001 Somebody
License: GPL-2+ or Expat
 The text.
 .
 License: MPL-2.0

Files: lib/*
Copyright: 2002 Somebody else
License: BSD-3-clause

# a comment
Files: debian/*
Copyright: 2003 A maintainer
LICENSE: GPL-2+ or Expat

Files: odd/*
Copyright: 2004 Nobody
License:
 Custom-Odd

License: Apache-2.0
 Text of a license that no file is under.
"""


def test_all_files_paragraphs_of_a_machine_readable_file():
    found = read_copyright(MACHINE_READABLE.encode())
    assert found.expression == "(GPL-2.0-or-later OR MIT) AND BSD-3-Clause AND LicenseRef-Custom-Odd"
    assert found.names == ("BSD-3-clause", "Custom-Odd", "GPL-2+ or Expat")
    assert found.unknown == ("LicenseRef-Custom-Odd",)


@pytest.mark.parametrize(
    "data",
    [
        MACHINE_READABLE.replace("\n", "\r\n").encode(),
        MACHINE_READABLE.encode("utf-8-sig"),
        MACHINE_READABLE.replace("Somebody", "Jürgen").encode("latin-1"),
        b"\n\n" + MACHINE_READABLE.encode(),
    ],
    ids=["crlf", "bom", "latin-1", "blank-lines-first"],
)
def test_line_ends_and_encodings_change_nothing(data: bytes):
    assert read_copyright(data) == read_copyright(MACHINE_READABLE.encode())


def test_the_header_speaks_where_no_files_paragraph_does():
    header = b"Format: x\nLicense: ISC\n\nLicense: MIT\n"
    assert read_copyright(header).expression == "ISC"
    assert read_copyright(b"Format: x\n\nLicense: MIT\n").expression == "MIT"


PERMISSION = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files"
PROSE = {
    "GPL-2.0-or-later": """This program is free software; you can redistribute it and/or modify it under the terms of
        the GNU General Public License as published by the Free Software Foundation; either version 2 of the
        License, or (at your option) any later version. On Debian systems, the complete text of the GNU General
        Public License, version 2, can be found in `/usr/share/common-licenses/GPL-2'.""",
    "GPL-2.0-only": "On Debian systems the licence is in /usr/share/common-licenses/GPL-2.",
    "GPL-1.0-or-later": "See `/usr/share/common-licenses/GPL'.",
    "LGPL-2.1-or-later": "Distributed under version 2.1 of the GNU Lesser General Public License, or any later version.",
    "LGPL-2.0-or-later": " * GNU Library General\n * Public License,\n * version 2 or later",
    "GPL-3.0-or-later AND LGPL-2.1-or-later": "The library is LGPLv2.1+, the tools are GPLv3+.",
    "GFDL-1.3-or-later": "the GNU Free Documentation License, Version 1.3 or any later version",
    "Apache-2.0": "Licensed under the Apache License, Version 2.0 (the License)",
    "MIT": PERMISSION,
    "MIT AND X11": f"{PERMISSION} ... Except as contained in this notice, the name of ... {PERMISSION}",
    "BSD-2-Clause": "Redistribution and use in source and binary forms ... Redistributions in binary form must reproduce",
    "BSD-3-Clause": "Redistribution and use in source and binary forms ... used to endorse or promote products",
    "BSD-3-Clause AND BSD-4-Clause": """Redistribution and use in source and binary forms ... 3. All advertising
        materials mentioning features ... endorse or promote. Redistribution and use in source and binary forms ...
        endorse or promote""",
    "HPND-sell-variant": """Permission to use, copy, modify, distribute, and sell this software and its documentation
        for any purpose ... not be used in advertising or publicity""",
    "MIT-open-group": """Permission to use, copy, modify, distribute, and sell this software and its documentation for
        any purpose is hereby granted. Except as contained in this notice, the name of The Open Group""",
    "Artistic-1.0-Perl OR GPL-1.0-or-later": """redistribute it under the same terms as Perl itself;
        see /usr/share/common-licenses/Artistic and /usr/share/common-licenses/GPL-1""",
    "LicenseRef-public-domain": "The author has placed this in the public domain.",
    "": "All rights reserved, do not even look.",
}


@pytest.mark.parametrize(("expected", "text"), PROSE.items(), ids=[name or "nothing" for name in PROSE])
def test_prose(expected: str, text: str):
    found = read_copyright(text.encode())
    assert found.expression == expected
    assert_valid(found.expression)


def test_a_file_of_several_packages_is_read_once():
    text = PROSE["MIT"].encode() + b" Once for a package and its documentation."
    assert read_copyright(text) is read_copyright(bytes(bytearray(text)))
    large = text + b"\n" * (1 << 17)
    assert read_copyright(large) is not read_copyright(large)


def test_a_file_over_the_bound_says_nothing():
    assert read_copyright(MACHINE_READABLE.encode() + b"\n" * MAX_BYTES).expression == ""


def test_a_file_with_countless_licences_says_nothing():
    paragraphs = "".join(f"Files: {number}\nLicense: custom-{number}\n\n" for number in range(1000))
    assert read_copyright(f"Format: x\n\n{paragraphs}".encode()).expression == ""


@pytest.mark.parametrize(
    "data",
    [
        b"Format: x\n\nFiles: *\nLicense: " + b"(" * (1 << 20),
        b"Format: x\n\nFiles: *\nLicense: " + b"a or " * (1 << 18),
        b"Format: x\n\nFiles: *\nLicense: " + b"MIT-with-" * (1 << 18),
        b"Format: x\n\nFiles: *\nLicense: " + b"a-" * (1 << 20),
        b"Format: x\n" + b" \n" * (1 << 20),
        b"gnu general public license " * (1 << 17),
        b"gnu " * (1 << 19) + b"version 2 " * (1 << 17),
        b"permission is hereby granted, free of charge, to any person obtaining a copy of this software " * (1 << 14),
        b" * # * # " * (1 << 18),
        b" " * (1 << 22),
        bytes(range(256)) * (1 << 12),
    ],
    ids=["parentheses", "operators", "with", "hyphens", "blank", "gnu", "version", "mit", "margins", "spaces", "bytes"],
)
def test_hostile_files_take_no_longer_than_others_of_their_size(data: bytes):
    started = time.process_time()
    found = read_copyright(data)
    assert time.process_time() - started < 5
    assert_valid(found.expression)
    assert len(found.expression) < 2000


@given(st.binary(max_size=400))
def test_any_bytes_give_a_valid_expression(data: bytes):
    assert_valid(read_copyright(b"Format: x\n\nFiles: *\nLicense: " + data).expression)
    assert_valid(read_copyright(data).expression)


@pytest.mark.skipif(
    len(list(INSTALLED.glob("*/copyright"))) < 100, reason="this system has no Debian copyright files to read"
)
def test_nearly_every_installed_package_has_a_valid_expression():
    files = sorted(INSTALLED.glob("*/copyright"))
    found = [read_copyright(path.read_bytes()).expression for path in files]
    assert sum(map(bool, found)) >= 0.95 * len(files)
    for expression in sorted(set(found)):
        assert_valid(expression)
