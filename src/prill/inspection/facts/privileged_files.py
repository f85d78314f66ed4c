"""Files that run with their owner's or their group's rights, whoever starts them: setuid and setgid."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model.facts import Fact
from prill.model.file_facts import PrivilegedFile

__all__ = ["PRIVILEGED_FILES"]

_SETUID, _SETGID, _GROUP_MAY_RUN = 0o4000, 0o2000, 0o010


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield them by path; setgid without the group's right to run is a lock, no privilege (fcntl(2))."""
    for stat in image.files:
        setuid = bool(stat.mode & _SETUID)
        setgid = stat.mode & (_SETGID | _GROUP_MAY_RUN) == _SETGID | _GROUP_MAY_RUN
        if setuid or setgid:
            value = PrivilegedFile(
                mode=f"{stat.mode:04o}",
                uid=stat.uid,
                gid=stat.gid,
                setuid=setuid,
                setgid=setgid,
                size=stat.size,
                package=image.owner(stat.path),
            )
            yield Fact(id="privileged-files", value=value, evidence=(image.at(stat.path),))


PRIVILEGED_FILES = FactPlugin(id="privileged-files", find=_find)
