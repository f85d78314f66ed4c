"""The back end for those who are not root and have no bubblewrap: unprivileged user namespaces."""

import os

from prill.model.value import dataclass
from prill.sandbox.command import Command, Completed
from prill.sandbox.namespaces import run_in_namespaces
from prill.sandbox.probe import probe

__all__ = ["UserNamespaces"]


@dataclass(frozen=True, slots=True)
class UserNamespaces:
    """Namespaces in which this process's own user is mapped to the image's.

    So files that belong to this process's user look as if they belonged to the image's, whoever owns them there.
    """

    id: str = "userns"

    def available(self) -> str | None:
        """Return why this does not work here, or None."""
        if os.geteuid() == 0:
            return "for users who are not root"
        return probe(self.run)

    def run(self, command: Command) -> Completed:
        """Run ``command``. Raises `CommandNotStarted` or `SandboxFailed`."""
        return run_in_namespaces(command, user_namespace=True)
