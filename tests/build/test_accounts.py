import pytest

from prill.build.accounts import (
    AccountClash,
    Accounts,
    Group,
    InvalidAccount,
    UnknownAccount,
    User,
    join_accounts,
    resolve_run_as,
)


def names(accounts: Accounts) -> tuple[list[str], list[str]]:
    return [user.name for user in accounts.users], [group.name for group in accounts.groups]


def test_without_a_wish_there_are_three_users() -> None:
    assert names(join_accounts()) == (
        ["root", "nonroot", "nobody"],
        ["root", "tty", "staff", "nonroot", "nogroup"],
    )


def test_a_wanted_user_gets_a_group_of_their_own_number() -> None:
    accounts = join_accounts(users=[User(name="app", uid=1000, gid=1000)])
    assert accounts.group("app") == Group(name="app", gid=1000)
    assert accounts.user("app") == User(name="app", uid=1000, gid=1000, home="/home/app")
    assert accounts.own == {"root", "nobody", "nonroot", "app"}


def test_an_account_may_be_redefined_by_its_name() -> None:
    accounts = join_accounts(users=[User(name="nonroot", uid=1000, gid=1000, home="/srv/app")])
    assert accounts.user("nonroot") == User(name="nonroot", uid=1000, gid=1000, home="/srv/app")
    assert accounts.group("nonroot") == Group(name="nonroot", gid=1000)


def test_a_package_stands_before_the_defaults() -> None:
    packaged = Accounts(
        users=(User(name="root", uid=0, gid=0, home="/root"), User(name="games", uid=65532, gid=60)),
        groups=(Group(name="root", gid=0), Group(name="games", gid=60), Group(name="nonet", gid=65534)),
    )
    accounts = join_accounts(packaged)
    assert names(accounts) == (["root", "games", "nobody"], ["root", "tty", "staff", "games", "nonroot", "nonet"])
    assert "games" not in accounts.own


@pytest.mark.parametrize(
    ("users", "message"),
    [
        ([User(name="app", uid=65532, gid=65532)], "app and nonroot|nonroot and app"),
        ([User(name="app", uid=0, gid=0)], "number 0"),
        ([User(name="a", uid=7, gid=7), User(name="b", uid=7, gid=7)], "number 7"),
        ([User(name="a", uid=7, gid=7), User(name="a", uid=8, gid=8)], "two users are called a"),
        ([User(name="root", uid=1, gid=1)], "root has the number 1"),
    ],
)
def test_users_that_clash_are_refused(users: list[User], message: str) -> None:
    with pytest.raises(AccountClash, match=message):
        join_accounts(users=users)


def test_groups_that_clash_are_refused() -> None:
    with pytest.raises(AccountClash, match="number 65534") as caught:
        join_accounts(groups=[Group(name="nobody", gid=65534)])
    assert caught.value.hint


def test_a_primary_group_must_exist() -> None:
    with pytest.raises(UnknownAccount, match="group 77"):
        join_accounts(users=[User(name="app", uid=1000, gid=77)])


def test_a_member_must_exist() -> None:
    with pytest.raises(UnknownAccount, match="nosuch"):
        join_accounts(groups=[Group(name="team", gid=900, members=("nonroot", "nosuch"))])


@pytest.mark.parametrize("name", ["", "a:b", "a\nb", "1st", "-x", "ä", "x" * 33, "a/b", "root\n"])
def test_a_name_that_cannot_stand_in_passwd_is_refused(name: str) -> None:
    with pytest.raises(InvalidAccount):
        User(name=name, uid=1, gid=1)
    with pytest.raises(InvalidAccount):
        Group(name=name, gid=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"uid": -1},
        {"gid": 0xFFFFFFFF},
        {"home": "relative"},
        {"home": "/home/../etc"},
        {"home": "/a:b"},
        {"gecos": "x\nroot::0:0"},
        {"shell": "/bin/sh:"},
    ],
)
def test_a_field_that_cannot_stand_in_passwd_is_refused(changes: dict[str, str | int]) -> None:
    with pytest.raises(InvalidAccount):
        User(**{"name": "app", "uid": 1, "gid": 1} | changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nonroot", "65532:65532"),
        ("65532", "65532:65532"),
        ("65532:65532", "65532:65532"),
        ("nonroot:staff", "65532:50"),
        ("nonroot:1234", "65532:1234"),
        ("1234", "1234:1234"),
        ("1234:tty", "1234:5"),
        ("root", "0:0"),
    ],
)
def test_run_as_becomes_numbers(text: str, expected: str) -> None:
    assert resolve_run_as(text, join_accounts()) == expected


@pytest.mark.parametrize("text", ["", ":", "nosuch", "nonroot:", "nonroot:nosuch", "1:2:3", "-1", "99999999999", "٣"])
def test_run_as_that_names_nobody_is_refused(text: str) -> None:
    with pytest.raises(UnknownAccount):
        resolve_run_as(text, join_accounts())
