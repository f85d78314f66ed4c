"""What is known so far about a signature that is being verified."""

from collections.abc import Iterator
from contextlib import contextmanager

from prill.errors import PrillError
from prill.model.value import dataclass, field
from prill.signing.signed import Signed
from prill.signing.steps import Step, VerificationError
from prill.signing.verified import LogRecord

__all__ = ["Walk"]


@dataclass(slots=True)
class Walk:
    """The steps that were walked, the times that somebody trusted named, and the logs that have it on record."""

    signed: Signed
    steps: list[Step] = field(default_factory=list)
    times: list[tuple[int, str]] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Note that a step was walked; let what it raises name it."""
        try:
            yield
        except VerificationError:
            raise
        except PrillError as error:
            raise VerificationError(step, f"{error} ({self.signed.origin})", hint=error.hint) from error
        if step not in self.steps:
            self.steps.append(step)
