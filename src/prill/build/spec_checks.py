"""What a spec's fields must be to each other, checked once each value is right for itself.

Every check yields the keys and indexes that lead to what it complains about, and what is wrong there.
"""

import re
from collections.abc import Iterator, Sequence

from prill.build.accounts import DEFAULT_GROUPS, DEFAULT_USERS
from prill.build.entry_names import reserved
from prill.build.merged_usr import merged_usr
from prill.build.spec import FileSource, Group, PathEntry, PathKind, Spec, User
from prill.build.spec_terms import MAX_ID, package_of
from prill.build.spec_variant import apply_variant
from prill.build.symlinks import leads_out
from prill.formats.yaml_nodes import nearest

__all__ = ["Complaint", "Step", "check_spec", "made_twice"]

Step = str | int
Complaint = tuple[tuple[Step, ...], str]
_Placed = Sequence[tuple[tuple[Step, ...], User | Group]]

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_LINKS = frozenset({PathKind.HARDLINK, PathKind.SYMLINK})
_STATIC_LIMIT = 100
_STATIC_USERS = frozenset(
    ("_apt", "backup", "bin", "daemon", "games", "irc", "list", "lp", "mail", "man", "news", "proxy", "sync", "sys")
) | {"uucp", "www-data"}
"""Users of Debian's base-passwd (Debian Policy 9.2.2); whether it is in the image is only known once it is resolved."""


def check_spec(spec: Spec) -> Iterator[Complaint]:
    """Check a spec and each of its variants."""
    yield from _requested((), spec, [package_of(one) for one in spec.contents.packages])
    yield from _parts((), spec.files, spec.paths)
    yield from _accounts((), spec, len(spec.accounts.users), len(spec.accounts.groups))
    for name, variant in spec.variants:
        at: tuple[Step, ...] = ("variants", name)
        whole = apply_variant(spec, name)
        yield from _requested(at, whole, [package_of(one) for one in variant.contents.packages])
        for index, one in enumerate(variant.untrim):
            if one not in spec.trim.sets:
                yield (*at, "untrim", index), f"the image does not trim {one!r}"
        yield from _parts(at, variant.files, variant.paths)
        yield from _accounts(at, whole, len(spec.accounts.users), len(spec.accounts.groups))


def made_twice(spec: Spec) -> Iterator[tuple[tuple[Step, ...], tuple[Step, ...], str]]:
    """Yield, for each entry of ``paths`` that makes something else at the path of an earlier one, both and a complaint.

    It is one where both stand in one file; a spec may replace what it includes.
    """
    lists: list[tuple[tuple[Step, ...], Sequence[PathEntry]]] = [((), spec.paths)]
    lists += [(("variants", name), variant.paths) for name, variant in spec.variants]
    for at, paths in lists:
        former: dict[str, int] = {}
        for index, entry in enumerate(paths):
            if entry.type is PathKind.PERMISSIONS:
                continue
            place = merged_usr(entry.path.strip("/"))
            first = former.get(place, index)
            former[place] = index
            before = paths[first]
            if before != entry:
                what = f"{entry.path!r} is made already: '{before.type}' at {before.path!r} stands before it"
                yield (*at, "paths", first, "path"), (*at, "paths", index, "path"), what


def _requested(at: tuple[Step, ...], spec: Spec, names: Sequence[str]) -> Iterator[Complaint]:
    excluded = {one.name for one in spec.contents.exclude}
    for index, name in enumerate(names):
        if name in excluded:
            yield (*at, "contents", "packages", index), f"{name!r} is excluded as well"


def _parts(at: tuple[Step, ...], files: Sequence[FileSource], paths: Sequence[PathEntry]) -> Iterator[Complaint]:
    for index, source in enumerate(files):
        for steps, message in (*_named(source.path), *_file(source)):
            yield (*at, "files", index, *steps), message
    for index, entry in enumerate(paths):
        for steps, message in (*_named(entry.path), *_path(entry)):
            yield (*at, "paths", index, *steps), message


def _named(path: str) -> Iterator[Complaint]:
    if fault := reserved(path):
        yield ("path",), fault


def _file(source: FileSource) -> Iterator[Complaint]:
    kinds = [key for key in ("source", "url", "npm") if getattr(source, key) is not None]
    if len(kinds) != 1:
        yield (kinds[-1],) if kinds else (), "give one of 'source', 'url' and 'npm'"
        return
    if source.url is not None:
        yield from _download(source)
    elif source.sha256 is not None or source.sha512 is not None:
        yield ("sha256" if source.sha256 else "sha512",), "a digest is for an 'url'; the lock keeps all others"
    if source.npm is not None and source.version is None:
        yield ("npm",), "'version' is missing, such as 24 or 24.11.0"
    if source.npm is None and source.version is not None:
        yield ("version",), "a version is for an 'npm' package"
    for found in _PLACEHOLDER.findall(source.source or source.npm or ""):
        if found != "{arch}":
            yield tuple(kinds), f"unknown placeholder {found!r}; there is {{arch}}"
    if "{arch}" in source.path:
        yield ("path",), "{arch} is not filled in here; write one entry for each of 'archs'"


def _download(source: FileSource) -> Iterator[Complaint]:
    if (source.sha256 is None) == (source.sha512 is None):
        yield ("url",), "a download needs its 'sha256' or its 'sha512', and one of them only"
    if _PLACEHOLDER.search(source.url or ""):
        yield ("url",), "one digest cannot fit two architectures; write one entry for each of 'archs'"
    if not source.unpack:
        for key, given in (
            ("strip-components", source.strip_components),
            ("include", source.include),
            ("exclude", source.exclude),
        ):
            if given:
                yield (key,), f"{key!r} is for an archive; add 'unpack: true'"


def _path(entry: PathEntry) -> Iterator[Complaint]:
    if entry.type in _LINKS and entry.source is None:
        yield ("type",), f"a {entry.type} needs a 'source', which it points at"
    if entry.type not in _LINKS and entry.source is not None:
        yield ("source",), f"'{entry.type}' has no source; 'files' copies files in"
    if entry.type is PathKind.HARDLINK and not (entry.source or "/").startswith("/"):
        yield ("source",), "a hard link's source is an absolute path in the image"
    if entry.type is PathKind.SYMLINK and leads_out(merged_usr(entry.path.strip("/")), entry.source or ""):
        yield ("source",), f"{entry.source!r} leads out of the root, seen from {entry.path}"
    if entry.type is PathKind.SYMLINK and entry.permissions is not None:
        yield ("permissions",), "a symlink has no permissions of its own"
    if entry.recursive and entry.type not in {PathKind.DIRECTORY, PathKind.PERMISSIONS}:
        yield ("recursive",), f"'{entry.type}' has nothing below it"
    if entry.type is PathKind.PERMISSIONS and (entry.permissions, entry.uid, entry.gid) == (None, None, None):
        yield ("type",), "give the 'permissions', 'uid' or 'gid' to set"


def _accounts(at: tuple[Step, ...], spec: Spec, own_users: int, own_groups: int) -> Iterator[Complaint]:
    """Check all accounts of the image or of a variant; the first ``own`` ones were written in the image's part."""
    users = _placed(at, "users", spec.accounts.users, own_users)
    groups = _placed(at, "groups", spec.accounts.groups, own_groups)
    yield from _distinct(users, {user.name: user.uid for user in DEFAULT_USERS})
    yield from _distinct(groups, {group.name: group.gid for group in DEFAULT_GROUPS})
    names = {*(user.username for user in spec.accounts.users), *(user.name for user in DEFAULT_USERS)}
    gids = {*(group.gid for group in spec.accounts.groups), *(group.gid for group in DEFAULT_GROUPS)}
    for steps, user in users:
        if isinstance(user, User) and (fault := reserved(user.home)):
            yield (*steps, "homedir"), fault
        if isinstance(user, User) and user.gid not in {None, user.uid, *gids, *range(_STATIC_LIMIT)}:
            yield (*steps, "gid"), f"no group has the number {user.gid}; add it to 'groups'"
    for steps, group in groups:
        for index, member in enumerate(group.members if isinstance(group, Group) else ()):
            if member not in names | _STATIC_USERS:
                yield (*steps, "members", index), _no_user(member, names)
    name = spec.accounts.run_as.partition(":")[0]
    if not name.isdecimal() and name not in names | _STATIC_USERS:
        yield (*at, "accounts", "run-as"), _no_user(name, names)
    if any(part.isdecimal() and int(part) > MAX_ID for part in spec.accounts.run_as.split(":")):
        yield (*at, "accounts", "run-as"), f"{spec.accounts.run_as} is too large: expected 0 to {MAX_ID}"


def _placed(at: tuple[Step, ...], key: str, accounts: Sequence[User | Group], own: int) -> _Placed:
    return [
        (("accounts", key, index) if index < own else (*at, "accounts", key, index - own), account)
        for index, account in enumerate(accounts)
    ]


def _distinct(placed: _Placed, defaults: dict[str, int]) -> Iterator[Complaint]:
    named: set[str] = set()
    given = {_identity(account)[1] for _, account in placed}
    numbered = {number: name for name, number in defaults.items() if name not in given}
    for steps, account in placed:
        (key, name), (number_key, number) = _identity(account), _number(account)
        if name in named:
            yield (*steps, key), f"{name!r} is there already"
        elif number in numbered:
            yield (*steps, number_key), f"{numbered[number]!r} has the number {number} already"
        named.add(name)
        numbered.setdefault(number, name)


def _identity(account: User | Group) -> tuple[str, str]:
    return ("username", account.username) if isinstance(account, User) else ("groupname", account.groupname)


def _number(account: User | Group) -> tuple[str, int]:
    return ("uid", account.uid) if isinstance(account, User) else ("gid", account.gid)


def _no_user(name: str, names: set[str]) -> str:
    near = nearest(name, names)
    return f"there is no user {name!r}; " + (
        f"did you mean {near!r}?" if near else f"users are {', '.join(sorted(names))}"
    )
