"""VEX documents of every format, told apart by what they hold."""

import msgspec

from prill.formats.csaf_vex import read_csaf_vex
from prill.formats.cyclonedx_vex import read_cyclonedx_vex
from prill.formats.openvex import faults_of_openvex, read_openvex
from prill.formats.vex_errors import InvalidVex
from prill.model.typed_json import decode_json
from prill.model.vex import VexStatement

__all__ = ["MAX_VEX", "InvalidVex", "faults_of_vex", "read_vex"]

MAX_VEX = 64 << 20


def read_vex(data: bytes, source: str) -> tuple[VexStatement, ...]:
    """Return the statements of an OpenVEX, CSAF or CycloneDX document; raise `InvalidVex`."""
    members = _members(data, source)
    if "bomFormat" in members:
        return read_cyclonedx_vex(data, source)
    if "document" in members:
        return read_csaf_vex(data, source)
    if "statements" in members:
        return read_openvex(data, source)
    raise InvalidVex(
        f"{source} is neither OpenVEX, CSAF nor CycloneDX", hint=f"it has {', '.join(sorted(members)[:6])}"
    )


def faults_of_vex(data: bytes, source: str) -> tuple[str, ...]:
    """Say what an OpenVEX document lacks that OpenVEX wants; of another one nothing is said; raise `InvalidVex`."""
    members = _members(data, source)
    other = "bomFormat" in members or "document" in members
    return () if other or "statements" not in members else faults_of_openvex(data, source)


def _members(data: bytes, source: str) -> dict[str, msgspec.Raw]:
    if len(data) > MAX_VEX:
        raise InvalidVex(f"{source} has more than {MAX_VEX} bytes")
    return decode_json(data, dict[str, msgspec.Raw], InvalidVex, f"{source} is no JSON object")
