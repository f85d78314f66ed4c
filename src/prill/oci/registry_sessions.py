"""Sessions that are shared: who looks at many images of a registry opens connections and asks for tokens once."""

from _thread import allocate_lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from prill.model import ImageReference
from prill.oci.registry_access import RegistryAccess

if TYPE_CHECKING:
    from prill.oci.credentials import Credentials
    from prill.oci.registry_session import RegistrySession

__all__ = ["RegistrySessions"]


class RegistrySessions:
    """One session for each registry and login, from several threads at once. Use it in a ``with`` block."""

    def __init__(self) -> None:
        self._guard = allocate_lock()
        self._open: dict[tuple[str, Credentials | None], RegistrySession] = {}

    def session(self, reference: ImageReference, access: RegistryAccess) -> "RegistrySession":
        """Return the session for a repository; it is closed with all others. Raise as ``credentials_for`` does."""
        from prill.oci.registry_session import RegistrySession  # noqa: PLC0415 - layouts need no HTTP

        credentials = access.credentials_for(reference)
        with self._guard:
            known = self._open.get((reference.registry, credentials))
            if known is None:
                known = RegistrySession(
                    reference.registry,
                    credentials=credentials,
                    plain_http=access.plain_http,
                    ca_file=access.ca_file,
                )
                self._open[reference.registry, credentials] = known
            return known

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in self._open.values():
            session.close()
