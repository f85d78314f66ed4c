"""Under which names a package is looked up."""

from dataclasses import replace

import pytest

from advisories import language
from prill.vuln.lookups import lookups_of


@pytest.mark.parametrize(
    ("name", "purl", "key"),
    [
        ("left-pad", "pkg:npm/left-pad@1", "npm\0left-pad"),
        ("@babel/core", "pkg:npm/%40babel/core@1", "npm\0@babel/core"),
        ("@babel/core", "pkg:npm/%40other/core@1", "npm\0@other/core"),
        ("@babel/core", "pkg:npm/core@1", "npm\0core"),
        ("@a b/c", "pkg:npm/%40a%20b/c@1", "npm\0@a b/c"),
        ("@%62/c", "pkg:npm/%40%62/c@1", "npm\0@b/c"),
        ("@", "pkg:npm/%40@1", "npm\0@"),
        ("github.com/A/b", "pkg:golang/github.com/a/b@v1", "Go\0github.com/a/b"),
        ("jackson", "pkg:maven/com.fasterxml/jackson@1", "Maven\0com.fasterxml:jackson"),
    ],
)
def test_the_name_that_the_purl_says(name: str, purl: str, key: str):
    package = replace(language("npm", name, "1"), purl=purl)
    assert [one.key for one in lookups_of(package, None)] == [key]
