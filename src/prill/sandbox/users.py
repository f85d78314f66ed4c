"""Who an image's program runs as: names looked up in the image's own account files, never in this machine's.

The rules are those of container engines (OCI image-spec, config.md, "User"): ``user``, ``uid``, ``user:group``,
``uid:gid`` and the mixed forms. Without a group it is the user's own, and 0 for a number without an account;
supplementary groups come from ``/etc/group``, unless a group is given.
"""

from prill.errors import PrillError
from prill.model import FileTree
from prill.sandbox.command import User

__all__ = ["UnknownUser", "find_user"]

_MAX_BYTES = 1 << 20
_PASSWD_FIELDS, _GROUP_FIELDS = 6, 4


class UnknownUser(PrillError):
    """The image's user or group has no account in the image."""


def find_user(tree: FileTree, text: str) -> User:
    """Resolve ``text``, as an image's config or ``containerRunOptions.user`` has it. Raises `UnknownUser`."""
    wanted, _, group = text.partition(":")
    accounts = [fields for fields in _read(tree, "etc/passwd") if len(fields) >= _PASSWD_FIELDS]
    groups = [fields for fields in _read(tree, "etc/group") if len(fields) >= _GROUP_FIELDS]
    wanted = wanted or "0"
    account = next((fields for fields in accounts if fields[0] == wanted), None)
    if account is None and wanted.isdecimal():
        account = next((fields for fields in accounts if fields[2] == wanted), None)
    if account is None and not wanted.isdecimal():
        raise UnknownUser(f"no user {wanted!r} in the image's /etc/passwd", hint="give the user as a number")
    uid = _number(account[2]) if account else int(wanted)
    gid = _number(account[3]) if account else 0
    extra: tuple[int, ...] = ()
    if group:
        entry = next((fields for fields in groups if fields[0] == group), None)
        if entry is None and not group.isdecimal():
            raise UnknownUser(f"no group {group!r} in the image's /etc/group", hint="give the group as a number")
        gid = _number(entry[2]) if entry else int(group)
    elif account:
        extra = tuple(sorted({_number(fields[2]) for fields in groups if account[0] in fields[3].split(",")} - {gid}))
    return User(uid=uid, gid=gid, groups=extra, home=account[5] if account and account[5] else "/")


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 10:  # noqa: PLR2004 - the digits of 2**32
        raise UnknownUser(f"not a number in the image's accounts: {text[:80]!r}")
    return int(text)


def _read(tree: FileTree, path: str) -> list[list[str]]:
    try:
        with tree.open(path) as file:
            data = file.read(_MAX_BYTES)
    except OSError:
        return []
    return [line.split(":") for line in data.decode(errors="replace").splitlines() if not line.startswith("#")]
