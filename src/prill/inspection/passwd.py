"""The accounts of an image (passwd(5), group(5)); lines that are none are counted, and passed over."""

from prill.inspection.inspected import Inspected
from prill.model.value import dataclass, field

__all__ = ["Accounts", "GroupLine", "PasswdLine", "read_accounts"]

_MAX_BYTES = 4 << 20
_MOST = 20_000
_MAX_ID = 2**32 - 1
_PASSWD_FIELDS, _GROUP_FIELDS = 7, 4


@dataclass(frozen=True, slots=True)
class PasswdLine:
    """An account."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group and the accounts that are in it besides those whose own group it is."""

    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Accounts:
    """Everything that ``/etc/passwd`` and ``/etc/group`` say; ``broken`` lines are no accounts and no groups."""

    users: list[PasswdLine] = field(default_factory=list)
    groups: list[GroupLine] = field(default_factory=list)
    broken: int = 0

    def user(self, name: str) -> PasswdLine | None:
        """Return the account with a name."""
        return next((one for one in self.users if one.name == name), None)

    def user_of(self, uid: int) -> PasswdLine | None:
        """Return the first account with a number."""
        return next((one for one in self.users if one.uid == uid), None)

    def group(self, name: str) -> GroupLine | None:
        """Return the group with a name."""
        return next((one for one in self.groups if one.name == name), None)

    def group_of(self, gid: int) -> GroupLine | None:
        """Return the first group with a number."""
        return next((one for one in self.groups if one.gid == gid), None)


def read_accounts(image: Inspected) -> Accounts:
    """Read both files; what is missing has nothing in it."""
    accounts = Accounts()
    for line in _lines(image.text("etc/passwd", _MAX_BYTES)):
        parts = line.split(":")
        uid, gid = _number(parts, 2), _number(parts, 3)
        if len(parts) < _PASSWD_FIELDS or uid is None or gid is None:
            accounts.broken += 1
        else:
            accounts.users.append(PasswdLine(parts[0], uid, gid, parts[5], parts[6]))
    for line in _lines(image.text("etc/group", _MAX_BYTES)):
        parts = line.split(":")
        gid = _number(parts, 2)
        if len(parts) < _GROUP_FIELDS or gid is None:
            accounts.broken += 1
        else:
            accounts.groups.append(GroupLine(parts[0], gid, tuple(filter(None, parts[3].split(",")))))
    return accounts


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").splitlines() if line.strip() and not line.startswith(("#", "+", "-"))][:_MOST]


def _number(parts: list[str], at: int) -> int | None:
    text = parts[at] if at < len(parts) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _MAX_ID else None  # noqa: PLR2004
