import pytest

from prill.build.account_files import account_files, packaged_accounts
from prill.build.accounts import Group, InvalidAccount, User, join_accounts
from trees import DictTree, Link, by_path

MASTERS = {
    "usr/share/base-passwd/passwd.master": (
        "root:*:0:0:root:/root:/bin/bash\nwww-data:*:33:33:www-data:/var/www:/usr/sbin/nologin\n"
        "nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    ),
    "usr/share/base-passwd/group.master": "root:*:0:\nshadow:*:42:\nwww-data:*:33:\nnogroup:*:65534:\n",
}


def test_the_files_of_an_image_without_a_shell() -> None:
    made = by_path(account_files(DictTree({"home": None}), join_accounts()))
    assert made["etc/passwd"].content == (
        b"root:x:0:0:root:/root:/usr/sbin/nologin\n"
        b"nonroot:x:65532:65532:nonroot:/home/nonroot:/usr/sbin/nologin\n"
        b"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    )
    assert made["etc/group"].content == b"root:x:0:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\nnogroup:x:65534:\n"
    assert made["etc/shadow"].content.startswith(b"root:*::0:99999:7:::\nnonroot:*:")
    assert (made["etc/shadow"].stat.mode, made["etc/shadow"].stat.gid) == (0o640, 0)
    assert {entry.stat.size - len(entry.content) for entry in made.values()} == {0}


def test_each_home_is_its_owners_alone() -> None:
    accounts = join_accounts(users=[User(name="app", uid=1000, gid=1000, home="/srv/data/app")])
    made = by_path(account_files(DictTree({"root": None}), accounts))
    home = made["home/nonroot"].stat
    assert (home.mode, home.uid, home.gid) == (0o700, 65532, 65532)
    assert (made["home"].stat.mode, made["home"].stat.uid) == (0o755, 0)
    assert (made["srv/data/app"].stat.uid, made["srv/data"].stat.uid, made["srv/data"].stat.mode) == (1000, 0, 0o755)
    assert "root" not in made
    assert "nonexistent" not in made


def test_base_passwds_accounts_are_there_if_that_package_is() -> None:
    tree = DictTree({**MASTERS, "usr/bin/bash": b"", "bin": Link("usr/bin")})
    accounts = join_accounts(packaged_accounts(tree), groups=[Group(name="app", gid=900, members=("www-data",))])
    made = by_path(account_files(tree, accounts))
    lines = made["etc/passwd"].content.decode().splitlines()
    assert lines[0] == "root:x:0:0:root:/root:/bin/bash"
    assert lines[1] == "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin"
    assert "app:x:900:www-data" in made["etc/group"].content.decode().splitlines()
    assert made["etc/shadow"].stat.gid == 42
    assert "var/www" not in made


def test_a_shell_that_is_not_in_the_image_is_not_named() -> None:
    tree = DictTree(MASTERS)
    made = by_path(account_files(tree, join_accounts(packaged_accounts(tree))))
    assert b"bash" not in made["etc/passwd"].content


@pytest.mark.parametrize(
    "line", ["root:*:0:0", "root:*:zero:0:root:/root:/bin/sh", "a:*:-1:0:::", "a:*:1:1::x:/bin/sh"]
)
def test_a_damaged_master_file_is_refused(line: str) -> None:
    with pytest.raises(InvalidAccount):
        packaged_accounts(DictTree({"usr/share/base-passwd/passwd.master": line + "\n"}))
