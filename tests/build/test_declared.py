"""docs/declared.md names every rule, and no rule that there is not."""

import re
from pathlib import Path

from prill.build.account_files import account_files
from prill.build.accounts import join_accounts
from prill.build.alternatives import alternative_links, interpreter_links, read_alternatives
from prill.build.scripts import classify_script
from prill.build.system_files import system_files
from prill.model import Distro
from trees import DictTree, Link

PAGE = Path(__file__).resolve().parents[2] / "docs" / "declared.md"
ELSEWHERE = {"apt-sources", "ca-bundle", "java-keystore", "loader-cache", "soname-link"}
"""Rules whose own tests need a spec, certificates or libraries; each is checked there by its name."""


def test_the_page_has_every_rule_and_no_other() -> None:
    tree = DictTree({"usr/bin/python3.13": b"", "usr/bin/gawk": b"", "usr/lib/x": b"", "sbin": Link("usr/sbin")})
    awk = b"#!/bin/sh\nupdate-alternatives --install /usr/bin/awk awk /usr/bin/gawk 10\n"
    entries = (
        *account_files(tree, join_accounts()),
        *alternative_links(tree, read_alternatives("gawk", awk)[0]),
        *interpreter_links(tree),
        *system_files(tree, Distro(id="debian", version="13")),
    )
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert listed == {entry.rule for entry in entries} | ELSEWHERE


def test_the_page_names_the_kinds_of_work_a_script_may_do() -> None:
    commands = ["adduser x", "chown x", "db_get x", "dpkg-divert x", "dpkg-trigger x", "install-info x", "ldconfig"]
    commands += ["py3compile x", "systemctl x", "systemd-tmpfiles", "ucf x", "update-alternatives", "update-rc.d x"]
    commands += ["update-ca-certificates", "own x"]
    kinds = classify_script(("#!/bin/sh\n" + "\n".join(commands) + "\n").encode())
    text = PAGE.read_text()
    assert len(kinds) == 15
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []
