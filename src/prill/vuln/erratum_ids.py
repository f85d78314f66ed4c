"""Advisories that are about several vulnerabilities, by their ids, and the vulnerabilities that they name."""

from collections.abc import Iterable

from prill.model.regex import regex

__all__ = ["is_erratum", "vulnerabilities_of"]

_ERRATUM = regex(
    r"(?:RHSA|RHBA|RHEA|ALSA|ALBA|ALEA|RLSA|RLBA|RXSA|ELSA|SUSE|openSUSE|DSA|DLA|DTSA|USN|LSN|GLSA|XSA|MGASA|OESA|PHSA)-"
)


def is_erratum(id_: str) -> bool:
    """Return whether an id is of an advisory about several vulnerabilities: it makes no two of them one."""
    return _ERRATUM.match(id_) is not None


def vulnerabilities_of(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the vulnerabilities that an erratum names, sorted; those whose id is a CVE's with more before it once."""
    named = {id_ for id_ in ids if not is_erratum(id_)}
    cves = {id_ for id_ in named if id_.startswith("CVE-")}
    return tuple(
        sorted(cves | {id_ for id_ in named if "CVE-" not in id_ or f"CVE-{id_.partition('CVE-')[2]}" not in cves})
    )
