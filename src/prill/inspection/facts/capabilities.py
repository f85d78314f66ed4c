"""Files that give capabilities to whoever runs them (capabilities(7), "File capabilities")."""

import struct
from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.model.facts import Fact
from prill.model.file_facts import FileCapabilities

__all__ = ["CAPABILITIES", "parse_capabilities"]

_TEXT = """
    chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
    net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio
    sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config
    mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm
    block_suspend audit_read perfmon bpf checkpoint_restore
"""
_NAMES = tuple(_TEXT.split())
_XATTR = "security.capability"
_EFFECTIVE = 1
_WITH_ROOT = 3
_SIZES = {0x01: 12, 0x02: 20, 0x03: 24}
"""By revision, how long the attribute is (``struct vfs_cap_data``)."""


def parse_capabilities(data: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the capabilities by name, and whether the permitted ones are effective; what is unreadable is named so.

    ``+inheritable`` marks those that a process gets only if it hands them on itself; ``none`` stands for an empty set,
    which takes root's own away; the last word is whose root a namespace has to have, where it is not the host's.
    """
    revision = data[3] if len(data) > 3 else 0  # noqa: PLR2004 - the high byte of the first word
    if len(data) != _SIZES.get(revision):
        return (f"unreadable: {data[:24].hex()}",), False
    magic, permitted, inherited = struct.unpack_from("<III", data)
    if revision > 1:
        permitted |= struct.unpack_from("<I", data, 12)[0] << 32
        inherited |= struct.unpack_from("<I", data, 16)[0] << 32
    root = struct.unpack_from("<I", data, 20)[0] if revision == _WITH_ROOT else 0
    only_inherited = (f"{name}+inheritable" for name in _names(inherited & ~permitted))
    names = (*_names(permitted), *only_inherited) or ("none",)
    return (*names, f"rootid={root}") if root else names, bool(magic & _EFFECTIVE)


def _names(bits: int) -> list[str]:
    return [f"cap_{_NAMES[bit]}" if bit < len(_NAMES) else f"cap_{bit}" for bit in range(64) if bits >> bit & 1]


def _find(image: Inspected) -> Iterator[Fact]:
    for stat in image.files:
        data = dict(stat.xattrs).get(_XATTR) if stat.xattrs else None
        if data is not None:
            names, effective = parse_capabilities(data)
            value = FileCapabilities(capabilities=names, effective=effective, package=image.owner(stat.path))
            yield Fact(id="capabilities", value=value, evidence=(image.at(stat.path),))


CAPABILITIES = FactPlugin(id="capabilities", find=_find)
