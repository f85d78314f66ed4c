"""Whose a file is: by a manager's list, by the folder of a manifest, by being the evidence."""

from prill.model import LanguageDetails, Location, Ownership, Package
from prill.sbom.file_owners import FileOwners
from prill.sbom.ownership import owners_of_paths
from trees import DictTree, Link

DEB = "pkg:deb/debian/tool@1"


def found(purl: str, *paths: str) -> Package:
    name = purl.rpartition("/")[2].partition("@")[0]
    locations = tuple(Location(path) for path in paths)
    return Package(name=name, version="1", purl=purl, found_by="t", details=LanguageDetails(), locations=locations)


OWNERS = FileOwners(
    [
        found(DEB, "var/lib/dpkg/status"),
        found("pkg:npm/outer@1", "app/node_modules/outer/package.json"),
        found("pkg:npm/inner@1", "app/node_modules/outer/node_modules/inner/package.json"),
        found("pkg:golang/example.test/one@v1", "usr/bin/one"),
        found("pkg:golang/example.test/lib@v1", "usr/bin/one", "usr/bin/two"),
        found("pkg:maven/g/whole@1", "srv/app.jar"),
        found("pkg:maven/g/part@1", "srv/app.jar!/lib/part.jar"),
    ],
    Ownership({"usr/bin/tool": DEB, "app/node_modules/outer/README.md": DEB}),
)


def test_a_list_counts_before_a_folder():
    assert OWNERS.of("usr/bin/tool") == DEB
    assert OWNERS.of("app/node_modules/outer/README.md") == DEB


def test_the_nearest_folder_with_a_manifest_counts():
    assert OWNERS.of("app/node_modules/outer/lib/a.js") == "pkg:npm/outer@1"
    assert OWNERS.of("app/node_modules/outer/node_modules/inner/a.js") == "pkg:npm/inner@1"
    assert OWNERS.of("app/server.js") == ""


def test_a_file_that_says_of_one_package_alone_is_its():
    assert OWNERS.of("srv/app.jar") == "pkg:maven/g/whole@1"
    assert OWNERS.of("usr/bin/two") == "pkg:golang/example.test/lib@v1"
    assert OWNERS.of("usr/bin/one") == ""
    assert OWNERS.of("var/lib/dpkg/status") == ""


def test_a_link_that_packages_have_files_behind_is_nobodys():
    tree = DictTree({"bin": Link("usr/bin"), "lib": Link("usr/lib"), "usr/bin/sh": "", "usr/lib/x": ""})
    owned = {"shell": ["bin", "bin/sh"], "base": ["bin", "lib"], "other": ["usr/lib/x"]}
    assert owners_of_paths(owned, tree) == {"usr/bin/sh": "shell", "lib": "base", "usr/lib/x": "other"}
