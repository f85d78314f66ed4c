"""The files that say who there is, and the homes, as ``update-passwd`` and ``adduser`` would have made them."""

from collections.abc import Iterator
from typing import Final

from prill.build.accounts import NOLOGIN, Accounts, Group, InvalidAccount, User
from prill.build.entries import directory, regular_file
from prill.build.generated import GeneratedEntry
from prill.build.merged_usr import merged_usr
from prill.build.tree_paths import read_bounded, resolve
from prill.model import FileTree
from prill.model.value import replace

__all__ = ["account_files", "packaged_accounts"]

_RULE: Final = "accounts"
_MASTERS: Final = "usr/share/base-passwd"
_MAX_MASTER: Final = 1 << 20
_NO_HOME: Final = "/nonexistent"


def packaged_accounts(tree: FileTree) -> Accounts:
    """Read base-passwd's master files; no accounts where that package is not in the image.

    Raise `InvalidAccount` for a line that is none.
    """
    users = tuple(
        User(name=name, uid=uid, gid=_number(rest[0], name), gecos=rest[1], home=rest[2], shell=rest[3])
        for name, uid, rest in _lines(tree, f"{_MASTERS}/passwd.master", 7)
    )
    groups = tuple(
        Group(name=name, gid=gid, members=tuple(one for one in rest[0].split(",") if one))
        for name, gid, rest in _lines(tree, f"{_MASTERS}/group.master", 4)
    )
    return Accounts(users=users, groups=groups)


def account_files(tree: FileTree, accounts: Accounts) -> tuple[GeneratedEntry, ...]:
    """Write passwd, group and shadow, and make the homes that no package has, each for its owner alone.

    No account has a password (``*``, shadow(5)). shadow belongs to the group of that name where there is one, as on
    Debian; else to root's. A login shell that is not in the image becomes nologin's path, so that nothing names a
    program that is not there. There is no gshadow: no group has a password either.
    """
    users = tuple(replace(user, shell=_shell(tree, user)) for user in accounts.users)
    passwd = "".join(f"{u.name}:x:{u.uid}:{u.gid}:{u.gecos}:{u.home}:{u.shell}\n" for u in users)
    group = "".join(f"{one.name}:x:{one.gid}:{','.join(one.members)}\n" for one in accounts.groups)
    shadow = "".join(f"{user.name}:*::0:99999:7:::\n" for user in users)
    guard = accounts.group("shadow")
    entries = (
        regular_file("etc/group", group.encode(), _RULE),
        regular_file("etc/passwd", passwd.encode(), _RULE),
        regular_file("etc/shadow", shadow.encode(), _RULE, mode=0o640, gid=guard.gid if guard else 0),
    )
    return (*entries, *_homes(tree, accounts))


def _lines(tree: FileTree, path: str, fields: int) -> Iterator[tuple[str, int, list[str]]]:
    """Yield name, number and what follows of each line; the second field, the password, is left out."""
    if resolve(tree, path) is None:
        return
    for line in read_bounded(tree, path, _MAX_MASTER).decode("utf-8", "replace").splitlines():
        parts = line.split(":")
        if line and len(parts) != fields:
            raise InvalidAccount(f"{path} has a line of {len(parts)} fields: {line[:80]!r}")
        if line:
            yield parts[0], _number(parts[2], parts[0]), parts[3:]


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidAccount(f"{name} has the number {text[:40]!r}")
    return int(text[:20])


def _shell(tree: FileTree, user: User) -> str:
    """Return the user's shell where it is in the image."""
    if user.shell != NOLOGIN and resolve(tree, merged_usr(user.shell.lstrip("/"))) is not None:
        return user.shell
    return NOLOGIN


def _homes(tree: FileTree, accounts: Accounts) -> Iterator[GeneratedEntry]:
    """Yield the homes that are missing, after the folders that lead to them."""
    made: set[str] = set()
    for user in accounts.users:
        home = "/".join(part for part in user.home.split("/") if part not in ("", "."))
        if user.name not in accounts.own or user.home == _NO_HOME or not home:
            continue
        parts = home.split("/")
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            if path in made or resolve(tree, path) is not None:
                continue
            made.add(path)
            if path == home:
                yield directory(path, _RULE, mode=0o700, uid=user.uid, gid=user.gid)
            else:
                yield directory(path, _RULE)
