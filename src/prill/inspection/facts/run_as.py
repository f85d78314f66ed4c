"""The user and the group that a container starts with (OCI image-spec, config.md, "User")."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.passwd import read_accounts
from prill.inspection.plugin import FactPlugin
from prill.model.fact_values import RunAs
from prill.model.facts import Fact

__all__ = ["RUN_AS"]


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield one fact for an image; a folder has no config, so nobody is known to start."""
    if image.config is None:
        return
    accounts = read_accounts(image)
    configured = image.config.user
    user, _, group = configured.partition(":")
    user = user or "0"
    numeric = user.isascii() and user.isdigit()
    account = (accounts.user_of(int(user)) if numeric and len(user) <= 10 else None) or accounts.user(user)  # noqa: PLR2004
    uid = account.uid if account else int(user) if numeric and len(user) <= 10 else None  # noqa: PLR2004
    own = str(account.gid) if account else "0" if uid is not None else ""
    named_group = accounts.group(group) if group and not group.isdigit() else None
    gid_text = str(named_group.gid) if named_group else group or own
    gid = int(gid_text) if gid_text.isascii() and gid_text.isdigit() and len(gid_text) <= 10 else None  # noqa: PLR2004
    found_group = accounts.group_of(gid) if gid is not None else None
    value = RunAs(
        configured=configured,
        user=account.name if account else "root" if uid == 0 else "",
        uid=uid,
        group=found_group.name if found_group else "root" if gid == 0 else "",
        gid=gid,
        numeric=numeric and bool(configured) and (not group or group.isdigit()),
        known=account is not None or uid == 0,
        root=uid == 0,
        home=account.home if account else "",
    )
    places = ("etc/passwd", "etc/group") if account else ()
    yield Fact(id="run-as", value=value, evidence=tuple(image.at(one) for one in places if one in image.by_path))


RUN_AS = FactPlugin(id="run-as", of_images=True, find=_find)
