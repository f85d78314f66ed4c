"""The back end for root without bubblewrap: new namespaces and a new root, with the image's real owners."""

import os

from prill.model.value import dataclass
from prill.sandbox.command import Command, Completed
from prill.sandbox.namespaces import run_in_namespaces
from prill.sandbox.probe import probe

__all__ = ["Chroot"]


@dataclass(frozen=True, slots=True)
class Chroot:
    """Namespaces for mounts, processes, network, IPC and host name; the program really is the image's user."""

    id: str = "chroot"

    def available(self) -> str | None:
        """Return why this does not work here, or None."""
        if os.geteuid() != 0:
            return "for root only"
        return probe(self.run)

    def run(self, command: Command) -> Completed:
        """Run ``command``. Raises `CommandNotStarted` or `SandboxFailed`."""
        return run_in_namespaces(command, user_namespace=False)
