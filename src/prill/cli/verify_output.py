"""What the commands that verify print, and the exit code that goes with it."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from prill.cli.exit import Exit
from prill.cli.output import say, say_json, shown, utc, warn

if TYPE_CHECKING:
    from prill.api.verify import ImageAnswer
    from prill.errors import PrillError
    from prill.signing.verified import Verified

__all__ = ["add_format", "deliver_answers", "verified_json", "verified_lines"]

_SAYS = {"signature": "signed", "attestation": "attested"}


def add_format(parser: "argparse._ActionsContainer") -> None:
    """Add ``--format``."""
    parser.add_argument(
        "--format", choices=("text", "json", "cosign"), default="text", help="the answer's format; cosign is its own"
    )


def deliver_answers(arguments: argparse.Namespace, answers: Sequence["ImageAnswer"]) -> Exit:
    """Print the answers, and return the worst of their exit codes."""
    if arguments.format == "json":
        say_json([_answer_json(one) for one in answers])
    elif arguments.format == "cosign":
        from prill.cli.cosign_output import cosign_lines  # noqa: PLC0415 - start-up stays lazy

        sys.stdout.writelines(f"{line}\n" for one in answers for line in cosign_lines(one))
    else:
        lines = [shown(line) for one in answers for line in _answer_lines(one)]
        say("\n".join(lines), quiet=arguments.quiet or not lines)
    for one in answers:
        if one.error is not None:
            name = f"{one.name}: " if len(answers) > 1 else ""
            warn(f"{name}{one.error}")
            if one.error.hint:
                print(f"  → {shown(one.error.hint)}", file=sys.stderr)
        for note in one.notes:
            warn(note, quiet=arguments.quiet)
        for subject in one.subjects:
            for note in _notes(subject.result.failed, subject.result.gaps):
                warn(f"{one.name}: {note}", quiet=arguments.quiet)
    return _worst([one.error for one in answers if one.error is not None])


def verified_lines(one: "Verified") -> Iterator[str]:
    """Describe one signature that holds."""
    signer = one.signer
    yield f"  by    {signer.key or signer.identity}"
    if signer.issuer:
        yield f"        vouched for by {signer.issuer}"
    for name, value in signer.claims:
        if name in ("source repository", "source ref", "source revision"):
            yield f"        {name}: {value}"
    if one.predicate_type:
        yield f"  says  {one.predicate_type}"
    for name, value in one.annotations:
        yield f"        {name}={value}"
    yield (
        f"  when  {utc(one.time)}, by {one.time_by}" if one.time is not None else "  when  not known: nobody dated it"
    )
    for record in one.logs:
        yield f"  log   {record.log}, entry {record.index} ({', '.join(record.by)})"
    if not one.logs:
        yield "  log   none: it is on no transparency log's record"
    yield f"  from  {one.origin} ({one.form})"
    yield f"  steps {' '.join(step.value for step in one.steps)}"


def verified_json(one: "Verified") -> dict[str, object]:
    """Return one signature that holds as JSON."""
    signer = one.signer
    return {
        "signer": {
            "key": signer.key or None,
            "identity": signer.identity or None,
            "issuer": signer.issuer or None,
            "claims": dict(signer.claims),
        },
        "form": one.form,
        "origin": one.origin,
        "predicateType": one.predicate_type or None,
        "annotations": dict(one.annotations),
        "time": None if one.time is None else utc(one.time),
        "timeBy": one.time_by or None,
        "logs": [{"log": record.log, "index": record.index, "by": record.by} for record in one.logs],
        "steps": [step.value for step in one.steps],
    }


def _answer_lines(answer: "ImageAnswer") -> Iterator[str]:
    for subject in answer.subjects:
        name = answer.name if "@" in answer.name else f"{answer.name}@{answer.digest}"
        yield f"{name}: {subject.what} is {_SAYS[subject.result.kind]}"
        if str(answer.digest) != str(subject.result.subject):
            yield f"  image {subject.result.subject}"
        for one in subject.result.verified:
            yield from verified_lines(one)


def _answer_json(answer: "ImageAnswer") -> dict[str, object]:
    error = answer.error
    step = getattr(error, "step", None)
    return {
        "name": answer.name,
        "digest": str(answer.digest) if answer.digest else None,
        "verified": error is None,
        "error": None if error is None else {"step": step.value if step else None, "message": str(error)},
        "subjects": [
            {
                "what": subject.what,
                "digest": str(subject.result.subject),
                "signatures": [verified_json(one) for one in subject.result.verified],
                "failed": [{"step": one.step.value, "message": one.reason} for one in subject.result.failed],
                "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in subject.result.gaps],
            }
            for subject in answer.subjects
        ],
    }


def _notes(failed: "Iterable[PrillError]", gaps: Iterable[object]) -> Iterator[str]:
    for error in failed:
        yield f"another signature does not count: {error}"
    for gap in gaps:
        yield f"{getattr(gap, 'subject', '')}: {getattr(gap, 'reason', '')}"


def _worst(errors: "Sequence[PrillError]") -> Exit:
    """Return good where nothing failed; a no counts more than what could not be asked."""
    if not errors:
        return Exit.GOOD
    from prill.cli.failure import exit_code_of  # noqa: PLC0415 - only for an error

    found = {exit_code_of(error) for error in errors}
    return next((code for code in (Exit.NO, Exit.MISUSED, Exit.BROKE, Exit.NOTHING) if code in found), Exit.GOOD)
