"""How to talk to registries and to Docker; what reads and what writes images take it."""

from pathlib import Path
from typing import TYPE_CHECKING

from prill.model.reference import DEFAULT_REGISTRY, ImageReference
from prill.model.value import dataclass, field

if TYPE_CHECKING:
    from prill.oci.credentials import Credentials
    from prill.oci.registry_sessions import RegistrySessions

__all__ = ["RegistryAccess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAccess:
    """How to talk to registries.

    ``credentials`` are Docker's or Podman's files, asked in this order; one that is missing is passed over. What they
    say a helper keeps is asked of it, if ``helper_path``, a PATH, has it. ``mirrors`` are names that stand in for a
    registry's when it is read from: a host, or a host and the beginning of a repository. ``ca_file`` holds certificates
    (PEM) that are trusted besides the system's. ``docker_host`` is where the Docker daemon listens, as DOCKER_HOST says
    it. ``sessions`` are shared by all places that are opened with this, where there are any.
    """

    credentials: tuple[Path, ...] = ()
    helper_path: str = ""
    mirrors: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ca_file: Path | None = None
    plain_http: bool = False
    docker_host: str = "unix:///var/run/docker.sock"
    sessions: "RegistrySessions | None" = field(default=None, repr=False, compare=False)

    def credentials_for(self, reference: ImageReference) -> "Credentials | None":
        """Return who one is to a repository; raise `InvalidCredentials`.

        A helper that fails keeps nobody from what needs no login: its failure is what a refusal says then.
        """
        files = [path for path in self.credentials if _may_be_read(path)]
        if not files:
            return None
        from prill.oci import credentials  # noqa: PLC0415 - many have none

        failure = None
        for path in files:
            found = credentials.read_credentials(path, reference.registry, reference.repository)
            if found is None:
                continue
            if not found.helper or not self.helper_path:
                return found
            from prill.oci.credential_helpers import HelperFailed, ask_helper  # noqa: PLC0415 - few have one

            hub = reference.registry == DEFAULT_REGISTRY
            try:
                known = ask_helper(
                    found.helper, credentials.DOCKER_HUB_ADDRESS if hub else reference.registry, self.helper_path
                )
            except HelperFailed as error:
                failure = failure or (found.helper, error)
                continue
            if known is not None:
                return known
        if failure is None:
            return None
        helper, failed = failure
        return credentials.Credentials(
            helper=helper, failure=f"{failed}; {failed.hint}" if failed.hint else str(failed)
        )

    def mirrors_of(self, reference: ImageReference) -> tuple[ImageReference, ...]:
        """Return the names under which mirrors should have what ``reference`` names, in order."""
        hosts = next((hosts for registry, hosts in self.mirrors if registry == reference.registry), ())
        return tuple(ImageReference.parse(f"{host}/{_rest(reference)}") for host in hosts)


def _may_be_read(path: Path) -> bool:
    """Say whether there is a file, or something that keeps one from looking, which reading it tells."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def _rest(reference: ImageReference) -> str:
    """Return a reference without its registry."""
    return str(reference).partition("/")[2]
