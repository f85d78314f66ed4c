"""The user and the group that a container starts with (OCI image-spec, config.md, "User")."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.passwd import read_accounts
from prill.inspection.plugin import FactPlugin
from prill.model.fact_values import RunAs
from prill.model.facts import Fact
from prill.model.regex import regex

__all__ = ["RUN_AS"]

_NUMBER = regex(r"\+?0*[0-9]{1,10}|-0+")


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield one fact for an image; a folder has no config, so nobody is known to start."""
    if image.config is None:
        return
    accounts = read_accounts(image)
    configured = image.config.user
    user, _, group = configured.partition(":")
    user = user or "0"
    number = _number(user)
    account = accounts.user(user) if number is None else accounts.user_of(number)
    uid = account.uid if account else number
    own = str(account.gid) if account else "0" if uid is not None else ""
    named_group = accounts.group(group) if group and _number(group) is None else None
    gid = named_group.gid if named_group else _number(group or own)
    found_group = accounts.group_of(gid) if gid is not None else None
    value = RunAs(
        configured=configured,
        user=account.name if account else "root" if uid == 0 else "",
        uid=uid,
        group=found_group.name if found_group else "root" if gid == 0 else "",
        gid=gid,
        numeric=user.isascii() and user.isdigit() and bool(configured) and (not group or group.isdigit()),
        known=account is not None or uid == 0,
        root=uid == 0,
        home=account.home if account else "",
    )
    places = ("etc/passwd", "etc/group") if account else ()
    yield Fact(id="run-as", value=value, evidence=tuple(image.at(one) for one in places if one in image.by_path))


def _number(text: str) -> int | None:
    """Return what a runtime takes for a number: it reads a sign too, and then asks no account for its name."""
    return int(text.lstrip("+-0") or "0") if _NUMBER.fullmatch(text) else None


RUN_AS = FactPlugin(id="run-as", of_images=True, find=_find)
