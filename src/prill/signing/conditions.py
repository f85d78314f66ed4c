"""Step 5: what may be asked for besides a good signature by the expected signer."""

from collections.abc import Mapping, Sequence
from typing import Any

from prill.model.value import dataclass
from prill.signing.statement import parse_statement
from prill.signing.steps import Step, VerificationError
from prill.signing.verified import Verified

__all__ = ["Conditions", "Requirement"]

_SLSA_1 = "https://slsa.dev/provenance/v1"
_ALIASES = {(_SLSA_1, "builder.id"): "runDetails.builder.id"}
"""Where SLSA 1 has what SLSA 0.2 had elsewhere."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A predicate's field, named by its keys with dots between, and the value that it has to have."""

    path: str
    value: str

    def check(self, verified: Verified) -> None:
        """Raise `VerificationError` unless the predicate has the value there."""
        seen = self._find(verified)
        if seen is None or _text(seen) != self.value:
            shown = "is not there" if seen is None else f"is {_text(seen)[:200]!r}"
            raise VerificationError(
                Step.CONDITIONS, f"the predicate's {self.path} {shown}, not {self.value!r} ({verified.origin})"
            )

    def _find(self, verified: Verified) -> Any:  # noqa: ANN401 - JSON
        import msgspec  # noqa: PLC0415 - few ask for a predicate's fields

        statement = parse_statement(verified.payload)
        path = _ALIASES.get((statement.predicate_type, self.path), self.path)
        value: Any = msgspec.json.decode(statement.predicate)
        for key in path.split("."):
            if isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict):
                value = value.get(key)
            else:
                return None
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """``annotations`` must be among a signature's own; ``max_age`` is in seconds, ``min_signers`` counts distinct ones.

    ``required`` are about an attestation's predicate, ``claims`` about what the signer's certificate says of a CI run.
    """

    annotations: tuple[tuple[str, str], ...] = ()
    max_age: int | None = None
    min_signers: int = 1
    required: tuple[Requirement, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()

    def check_one(self, verified: Verified, now: int) -> tuple[Step, ...]:
        """Check what each signature has to fulfil; return the step if there was any. Raise `VerificationError`."""
        own = dict(verified.annotations)
        for name, value in self.annotations:
            if own.get(name) != value:
                raise VerificationError(
                    Step.CONDITIONS,
                    f"the annotation {name!r} is {_found(own, name)}, not {value!r} ({verified.origin})",
                )
        claimed = dict(verified.signer.claims)
        for name, value in self.claims:
            if claimed.get(name) != value:
                raise VerificationError(
                    Step.CONDITIONS,
                    f"the certificate's {name} is {_found(claimed, name)}, not {value!r} ({verified.origin})",
                )
        for requirement in self.required:
            requirement.check(verified)
        self._check_age(verified, now)
        return (Step.CONDITIONS,) if self != Conditions() else ()

    def _check_age(self, verified: Verified, now: int) -> None:
        if self.max_age is None:
            return
        if verified.time is None:
            raise VerificationError(
                Step.CONDITIONS,
                f"nobody trusted says when it was signed, so its age is not known ({verified.origin})",
                hint="sign with a log or a timestamp authority, or verify without --max-age",
            )
        if now - verified.time > self.max_age:
            raise VerificationError(
                Step.CONDITIONS,
                f"it was signed {now - verified.time} seconds ago, more than {self.max_age} ({verified.origin})",
            )

    def check_all(self, verified: Sequence[Verified]) -> None:
        """Check what all good signatures together have to fulfil; raise `VerificationError`."""
        names = {one.signer.name for one in verified}
        if len(names) < self.min_signers:
            raise VerificationError(
                Step.CONDITIONS,
                f"{len(names)} distinct signers, and {self.min_signers} are needed: {', '.join(sorted(names))}",
            )


def _found(values: Mapping[str, str], name: str) -> str:
    return repr(values[name]) if name in values else "missing"


def _text(value: object) -> str:
    """Write a JSON value as a person would; a string as it is."""
    import msgspec  # noqa: PLC0415 - few ask for a predicate's fields

    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
