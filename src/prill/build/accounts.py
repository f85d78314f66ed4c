"""Users and groups: those of Debian's base-passwd, the default ones, and the ones a spec asks for, without a clash."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from prill.errors import PrillError
from prill.model.regex import regex
from prill.model.value import dataclass

__all__ = [
    "DEFAULT_GROUPS",
    "DEFAULT_USERS",
    "AccountClash",
    "Accounts",
    "Group",
    "InvalidAccount",
    "UnknownAccount",
    "User",
    "join_accounts",
    "resolve_run_as",
]

NOLOGIN: Final = "/usr/sbin/nologin"
_MAX_ID: Final = 0xFFFF_FFFE
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?", re.ASCII)


class InvalidAccount(PrillError):
    """A user or group that could not stand in ``/etc/passwd`` or ``/etc/group``."""


class AccountClash(PrillError):
    """Two accounts want the same name or the same number."""


class UnknownAccount(PrillError):
    """A name that no user or group has."""


def _check_name(name: str, kind: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidAccount(f"not a {kind} name: {name[:80]!r}", hint="letters, digits, '_', '-' and '.', at most 32")


def _check_id(number: int, name: str) -> None:
    if not 0 <= number <= _MAX_ID:
        raise InvalidAccount(f"{name} cannot have the number {number}", hint=f"from 0 to {_MAX_ID}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A line of ``passwd`` (passwd(5)); without ``home`` it is ``/home/NAME``. ``gid`` is the primary group."""

    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = NOLOGIN
    gecos: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name, "user")
        _check_id(self.uid, self.name)
        _check_id(self.gid, self.name)
        if not self.home:
            object.__setattr__(self, "home", f"/home/{self.name}")
        for value in (self.home, self.shell, self.gecos):
            if re.search(r"[:\x00-\x1f\x7f]", value):
                raise InvalidAccount(f"user {self.name}: {value!r} cannot stand in passwd", hint="no colon, no newline")
        if not self.home.startswith("/") or ".." in self.home.split("/"):
            raise InvalidAccount(f"user {self.name}: home {self.home!r} is no absolute path")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A line of ``group`` (group(5))."""

    name: str
    gid: int
    members: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_name(self.name, "group")
        _check_id(self.gid, self.name)
        for member in self.members:
            _check_name(member, "member")


DEFAULT_USERS: Final = (
    User(name="root", uid=0, gid=0, home="/root", gecos="root"),
    User(name="nobody", uid=65534, gid=65534, home="/nonexistent", gecos="nobody"),
    User(name="nonroot", uid=65532, gid=65532, home="/home/nonroot", gecos="nonroot"),
)
DEFAULT_GROUPS: Final = (
    Group(name="root", gid=0),
    Group(name="tty", gid=5),
    Group(name="staff", gid=50),
    Group(name="nonroot", gid=65532),
    Group(name="nogroup", gid=65534),
)


_Account = TypeVar("_Account", bound=User | Group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All accounts of an image, sorted by number. ``own`` names the users whose homes Prill makes."""

    users: tuple[User, ...]
    groups: tuple[Group, ...]
    own: frozenset[str] = frozenset()

    def user(self, name: str) -> User | None:
        """Return the user of that name."""
        return next((user for user in self.users if user.name == name), None)

    def group(self, name: str) -> Group | None:
        """Return the group of that name."""
        return next((group for group in self.groups if group.name == name), None)


def join_accounts(
    packaged: Accounts | None = None, users: Sequence[User] = (), groups: Sequence[Group] = ()
) -> Accounts:
    """Join the accounts of packages, the default ones and the wanted ones.

    A wanted account takes the place of another of its name. Raise `AccountClash` where two share a number or two wanted
    ones a name, and `UnknownAccount` for a member or a primary group that there is not; a wanted user whose primary
    group has the user's own number gets that group.
    """
    packaged = packaged or Accounts(users=(), groups=())
    wanted_groups = (*groups, *_own_groups(users, groups, packaged.groups))
    joined = Accounts(
        users=_join(users, _yielding(DEFAULT_USERS, packaged.users), "user"),
        groups=_join(wanted_groups, _yielding(DEFAULT_GROUPS, packaged.groups), "group"),
        own=frozenset(user.name for user in (*DEFAULT_USERS, *users)),
    )
    gids = {group.gid for group in joined.groups}
    names = {user.name for user in joined.users}
    for user in joined.users:
        if user.gid not in gids:
            raise UnknownAccount(
                f"user {user.name} is in group {user.gid}, which there is not", hint="add it to accounts.groups"
            )
    for group in joined.groups:
        unknown = sorted(set(group.members) - names)
        if unknown:
            raise UnknownAccount(f"group {group.name} has members that are no users: {', '.join(unknown)}")
    root = joined.user("root")
    if root is None or root.uid != 0:
        raise AccountClash(f"root has the number {root.uid if root else None}", hint="root is always 0")
    return joined


def resolve_run_as(text: str, accounts: Accounts) -> str:
    """Return ``uid:gid`` in numbers for ``nonroot``, ``65532``, ``65532:65532`` or ``nonroot:staff``.

    A user without a group has their primary one; a number that is no user's has the group of the same number, not
    root's, which is what a container runtime would take. Raise `UnknownAccount` for a name that there is not.
    """
    user_text, colon, group_text = text.partition(":")
    known = accounts.user(user_text)
    if known is None and _is_id(user_text):
        known = next((user for user in accounts.users if user.uid == int(user_text)), None)
        uid = int(user_text)
    elif known is not None:
        uid = known.uid
    else:
        raise UnknownAccount(
            f"run-as names {user_text!r}, which is no user",
            hint=f"users are {', '.join(user.name for user in accounts.users)}; a number needs none",
        )
    if not colon:
        return f"{uid}:{known.gid if known else uid}"
    group = accounts.group(group_text)
    if group is None and not _is_id(group_text):
        raise UnknownAccount(
            f"run-as names {group_text!r}, which is no group",
            hint=f"groups are {', '.join(group.name for group in accounts.groups)}",
        )
    return f"{uid}:{group.gid if group else int(group_text)}"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _MAX_ID  # noqa: PLR2004


def _number(account: User | Group) -> int:
    return account.uid if isinstance(account, User) else account.gid


def _yielding(defaults: tuple[_Account, ...], packaged: tuple[_Account, ...]) -> tuple[_Account, ...]:
    """Return the packages' accounts, and the defaults that none of them stands in the way of."""
    names = {account.name for account in packaged}
    numbers = {_number(account) for account in packaged}
    kept = (one for one in defaults if one.name not in names and _number(one) not in numbers)
    return (*packaged, *kept)


def _join(wanted: Sequence[_Account], others: Sequence[_Account], kind: str) -> tuple[_Account, ...]:
    names = [account.name for account in wanted]
    for name in names:
        if names.count(name) > 1:
            raise AccountClash(f"two {kind}s are called {name}")
    joined = (*wanted, *(account for account in others if account.name not in names))
    by_number: dict[int, str] = {}
    for account in joined:
        number = _number(account)
        if number in by_number:
            raise AccountClash(
                f"{kind}s {account.name} and {by_number[number]} both have the number {number}",
                hint=f"redefine the {kind} {account.name}, or choose another number",
            )
        by_number[number] = account.name
    return tuple(sorted(joined, key=_number))


def _own_groups(users: Sequence[User], groups: Sequence[Group], packaged: tuple[Group, ...]) -> Iterator[Group]:
    """Yield a group for each wanted user who is in one of their own number that nobody defines."""
    taken = {group.gid for group in (*groups, *packaged)}
    names = {group.name for group in (*groups, *packaged)}
    defaults = {group.gid: group.name for group in DEFAULT_GROUPS}
    for user in users:
        if user.gid == user.uid and user.gid not in taken and user.name not in names:
            taken.add(user.gid)
            if defaults.get(user.gid) is None:
                yield Group(name=user.name, gid=user.gid)
