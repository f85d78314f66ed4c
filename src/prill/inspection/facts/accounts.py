"""The accounts that the image has, and whether anybody can log in to them."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.passwd import Accounts, PasswdLine, read_accounts
from prill.inspection.plugin import FactPlugin
from prill.model import FileKind
from prill.model.fact_values import Account
from prill.model.facts import Fact

__all__ = ["ACCOUNTS"]

_MOST = 2000
_CLOSED = frozenset({"nologin", "false", "sync", "halt", "shutdown"})


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield the accounts sorted by number, then name."""
    accounts = read_accounts(image)
    for one in sorted(accounts.users, key=lambda one: (one.uid, one.name))[:_MOST]:
        value = Account(
            name=one.name,
            uid=one.uid,
            gid=one.gid,
            home=one.home,
            shell=one.shell,
            can_log_in=_is_open(image, one.shell),
            groups=_groups(accounts, one),
        )
        yield Fact(id="accounts", value=value, evidence=(image.at("etc/passwd"),))


def _is_open(image: Inspected, shell: str) -> bool:
    """Say whether the shell is there, and one that lets people in; without any, ``/bin/sh`` is meant (passwd(5))."""
    path = (shell or "/bin/sh").lstrip("/")
    if path.rpartition("/")[2] in _CLOSED:
        return False
    target = image.resolve(path)
    stat = image.by_path.get(target) if target else None
    return stat is not None and stat.kind in (FileKind.FILE, FileKind.HARDLINK)


def _groups(accounts: Accounts, user: PasswdLine) -> tuple[str, ...]:
    own = accounts.group_of(user.gid)
    names = {one.name for one in accounts.groups if user.name in one.members}
    return tuple(sorted({*names, own.name} if own else names))


ACCOUNTS = FactPlugin(id="accounts", find=_find)
