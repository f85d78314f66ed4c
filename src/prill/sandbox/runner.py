"""Chooses, among the ways to run an image's program, the first that works here."""

from collections.abc import Sequence
from typing import Protocol

from prill.errors import PrillError
from prill.sandbox.bubblewrap import Bubblewrap
from prill.sandbox.chroot import Chroot
from prill.sandbox.command import Command, Completed
from prill.sandbox.userns import UserNamespaces

__all__ = ["BUILTIN", "SandboxBackend", "SandboxUnavailable", "choose_backend", "run"]


class SandboxUnavailable(PrillError):
    """No back end works here. ``reasons`` says why for each, in the order in which they were tried."""

    def __init__(self, reasons: tuple[tuple[str, str], ...]) -> None:
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons) or "no back end was given"
        super().__init__(
            f"no sandbox works here ({told})", hint="install bubblewrap, or allow unprivileged user namespaces"
        )
        self.reasons = reasons


class SandboxBackend(Protocol):
    """A way to run a program of an unpacked root: no network but loopback, the image's user, a deadline, bounds."""

    @property
    def id(self) -> str:
        """The stable name that reports print."""

    def available(self) -> str | None:
        """Return why this does not work here, or None."""

    def run(self, command: Command) -> Completed:
        """Run ``command``; raise `CommandNotStarted` or `SandboxFailed`."""


BUILTIN: tuple[SandboxBackend, ...] = (Bubblewrap(), UserNamespaces(), Chroot())


def choose_backend(backends: Sequence[SandboxBackend] = BUILTIN) -> SandboxBackend:
    """Return the first that works. Raises `SandboxUnavailable`."""
    reasons: list[tuple[str, str]] = []
    for backend in backends:
        reason = backend.available()
        if reason is None:
            return backend
        reasons.append((backend.id, reason))
    raise SandboxUnavailable(tuple(reasons))


def run(command: Command, backends: Sequence[SandboxBackend] = BUILTIN) -> Completed:
    """Run ``command`` with the first back end that works.

    Raises `SandboxUnavailable`, `SandboxFailed` or `CommandNotStarted`.
    """
    return choose_backend(backends).run(command)
