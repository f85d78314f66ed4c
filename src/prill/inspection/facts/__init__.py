"""The facts, one module each, in the order in which they are told."""

from prill.inspection.facts.accounts import ACCOUNTS
from prill.inspection.facts.base_image import BASE_IMAGE
from prill.inspection.facts.capabilities import CAPABILITIES
from prill.inspection.facts.certificates import CERTIFICATES
from prill.inspection.facts.compilers import COMPILERS
from prill.inspection.facts.configuration import CONFIGURATION
from prill.inspection.facts.dates import DATES
from prill.inspection.facts.debuggers import DEBUGGERS
from prill.inspection.facts.distribution import DISTRIBUTION
from prill.inspection.facts.downloaders import DOWNLOADERS
from prill.inspection.facts.environment import ENVIRONMENT
from prill.inspection.facts.fips import FIPS
from prill.inspection.facts.history import HISTORY
from prill.inspection.facts.interpreters import INTERPRETERS
from prill.inspection.facts.kind import KIND
from prill.inspection.facts.labels import LABELS
from prill.inspection.facts.libc import LIBC
from prill.inspection.facts.package_managers import PACKAGE_MANAGERS
from prill.inspection.facts.packages import PACKAGES
from prill.inspection.facts.privileged_files import PRIVILEGED_FILES
from prill.inspection.facts.run_as import RUN_AS
from prill.inspection.facts.runtimes import RUNTIMES
from prill.inspection.facts.secrets import SECRETS
from prill.inspection.facts.shells import SHELLS
from prill.inspection.facts.size import SIZE
from prill.inspection.facts.ssh_servers import SSH_SERVERS
from prill.inspection.facts.stray_owners import STRAY_OWNERS
from prill.inspection.facts.unpackaged import UNPACKAGED_FILES, UNPACKAGED_TOTAL
from prill.inspection.facts.waste import WASTED_FILES, WASTED_SPACE
from prill.inspection.facts.writable import WRITABLE
from prill.inspection.plugin import FactPlugin

__all__ = ["BUILTIN"]

BUILTIN: tuple[FactPlugin, ...] = (
    KIND,
    DISTRIBUTION,
    BASE_IMAGE,
    SIZE,
    DATES,
    PACKAGES,
    LIBC,
    RUNTIMES,
    RUN_AS,
    ACCOUNTS,
    CONFIGURATION,
    ENVIRONMENT,
    LABELS,
    SHELLS,
    INTERPRETERS,
    PACKAGE_MANAGERS,
    COMPILERS,
    DOWNLOADERS,
    DEBUGGERS,
    SSH_SERVERS,
    PRIVILEGED_FILES,
    CAPABILITIES,
    WRITABLE,
    STRAY_OWNERS,
    SECRETS,
    CERTIFICATES,
    FIPS,
    UNPACKAGED_TOTAL,
    UNPACKAGED_FILES,
    HISTORY,
    WASTED_SPACE,
    WASTED_FILES,
)
