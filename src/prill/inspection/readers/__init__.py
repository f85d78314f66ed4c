"""What facts have to know of files' contents: one module each, in the order in which they are asked."""

from prill.inspection.readers.certificates import CERTIFICATES
from prill.inspection.readers.libc import LIBC
from prill.inspection.readers.openssl import OPENSSL
from prill.inspection.readers.programs import PROGRAMS
from prill.inspection.readers.releases import RELEASES
from prill.inspection.readers.secrets import SECRETS
from prill.oci.evidence import AnyReader

__all__ = ["BUILTIN"]

BUILTIN: tuple[AnyReader, ...] = (PROGRAMS, SECRETS, CERTIFICATES, LIBC, RELEASES, OPENSSL)
