import pytest

from prill.sandbox.command import User
from prill.sandbox.users import UnknownUser, find_user
from trees import DictTree

ACCOUNTS = "root:x:0:0:root:/root:/bin/sh\n# a note\nshort:line\nweb:x:33:44:Web:/srv:/none\nbad:x:many:1::/:\n"
GROUP = "root:x:0:\nwww:x:44:\nadm:x:4:web,root\nssl:x:50:other,web\nwww2:x:44:web\n"
TREE = DictTree({"etc/passwd": ACCOUNTS, "etc/group": GROUP})


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("", User(uid=0, gid=0, groups=(4,), home="/root")),
        ("web", User(uid=33, gid=44, groups=(4, 50), home="/srv")),
        ("33", User(uid=33, gid=44, groups=(4, 50), home="/srv")),
        ("65532", User(uid=65532, gid=0)),
        ("65532:65532", User(uid=65532, gid=65532)),
        ("web:ssl", User(uid=33, gid=50, home="/srv")),
        ("web:7", User(uid=33, gid=7, home="/srv")),
        ("1000:adm", User(uid=1000, gid=4)),
    ],
)
def test_users_are_the_images_own(text: str, user: User):
    assert find_user(TREE, text) == user


def test_numbers_need_no_account_files():
    assert find_user(DictTree({}), "65532:65532") == User(uid=65532, gid=65532)
    assert find_user(DictTree({}), "") == User(uid=0, gid=0)


@pytest.mark.parametrize("text", ["nobody-here", "web:nobody-here", "bad", "-1", "daemon"])
def test_unknown_names_are_refused(text: str):
    with pytest.raises(UnknownUser):
        find_user(TREE, text)
