"""Statements that say whether a vulnerability matters somewhere, in OpenVEX's terms, whichever format they came in."""

from enum import StrEnum

from prill.model.value import dataclass

__all__ = ["Justification", "VexProduct", "VexStatement", "VexStatus", "Waiver"]


class VexStatus(StrEnum):
    """What a statement says (OpenVEX specification, "Status Labels")."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


class Justification(StrEnum):
    """Why something is not affected (OpenVEX specification, "Status Justifications")."""

    COMPONENT_NOT_PRESENT = "component_not_present"
    VULNERABLE_CODE_NOT_PRESENT = "vulnerable_code_not_present"
    NOT_IN_EXECUTE_PATH = "vulnerable_code_not_in_execute_path"
    NOT_CONTROLLED_BY_ADVERSARY = "vulnerable_code_cannot_be_controlled_by_adversary"
    MITIGATED = "inline_mitigations_already_exist"


@dataclass(frozen=True, slots=True, order=True)
class VexProduct:
    """What a statement is about: a purl, an image's digest or name; ``parts`` are the packages in it, else all.

    ``release`` is the distribution's, such as ``rhel-9``, in which alone it is meant.
    """

    id: str
    parts: tuple[str, ...] = ()
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VexStatement:
    """One statement. ``vulnerabilities`` are its ids; ``time`` is RFC 3339, ``expires`` a day, ``source`` a file.

    ``unclear_expiry`` is what stands in the place of that day and is none: such a statement does not end.
    ``publisher`` is who makes it for everybody, in whose publication it stands; empty for one that was handed over.
    """

    vulnerabilities: tuple[str, ...]
    products: tuple[VexProduct, ...]
    status: VexStatus
    source: str
    justification: str = ""
    reason: str = ""
    author: str = ""
    time: str = ""
    expires: str = ""
    publisher: str = ""
    unclear_expiry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception that somebody answers for: a vulnerability, bound to packages or images, until a day.

    ``packages`` and ``images`` are globs, ``purls`` have versions and qualifiers as far as they matter, ``paths`` are
    globs of where the package lies, ``*`` within a folder, ``name`` is an expression (Go's) for all of the package's
    name, ``upstream`` one for all of its source's name where that is another, ``version`` its version, ``type`` that of
    its purl, ``fix_state`` what Grype calls the vendor's answer; of what has none, it binds to all. ``kind`` says which
    sort of file it stands in.
    """

    id: str
    source: str
    kind: str = "waiver"
    packages: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    purls: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    type: str = ""
    upstream: str = ""
    fix_state: str = ""
    owner: str = ""
    reason: str = ""
    ticket: str = ""
    expires: str = ""
