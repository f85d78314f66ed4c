"""Where advisories come from, one module a provider; the first that recognises a file reads it."""

from prill.vuln.providers import alpine_secdb, csaf, debian_tracker, end_of_life, epss, kev, osv
from prill.vuln.providers.provider import Provider

__all__ = ["BUILTIN"]

BUILTIN: tuple[Provider, ...] = (
    osv.PROVIDER,
    kev.PROVIDER,
    csaf.PROVIDER,
    debian_tracker.PROVIDER,
    alpine_secdb.PROVIDER,
    epss.PROVIDER,
    end_of_life.PROVIDER,
)
