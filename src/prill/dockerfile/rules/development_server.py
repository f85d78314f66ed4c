"""The command starts a server for development."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.rules._desk import desk_server
from prill.dockerfile.shell import ShellCommand, ShellWord
from prill.dockerfile.step import Step
from prill.model.finding import Severity

__all__ = ["RULE"]

_ENVIRONMENTS = ("RAILS_ENV", "RACK_ENV")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    if final is None:
        return
    for step in (*final.of("ENTRYPOINT"), *final.of("CMD")):
        goes_on = step.keyword == "ENTRYPOINT" and step.instruction.json is not None and bool(final.of("CMD"))
        for command in step.commands:
            name = desk_server(command, goes_on=goes_on)
            if name:
                yield Problem(span=command.span, message=f"{name} is for development")
            elif "rails" in step.instruction.arguments and _is_rails(command) and not _says_where(command, step, final):
                message = "rails server runs in development where RAILS_ENV says nothing else"
                yield Problem(span=command.span, message=message)


def _is_rails(command: ShellCommand) -> bool:
    words = (command.name, *command.texts)
    place = next((number for number, word in enumerate(words) if word.endswith("rails")), len(words))
    return words[place + 1 : place + 2] in {("server",), ("s",)}


def _says_where(command: ShellCommand, step: Step, stage: Stage) -> bool:
    """Whether Rails is told which environment it is in, by the command, by ENV, or by a base that nobody knows."""
    told = command.value_of("-e", "--environment")
    if told is not None:
        return told != "development"
    texts = [word.text for one in step.commands for word in _set_in(one)]
    for name in _ENVIRONMENTS:
        if any(text.startswith(f"{name}=") for text in texts):
            return f"{name}=development" not in texts
        if stage.result.env.declares(name):
            return stage.result.env.get(name) != "development"
    return base_of(stage) is None


def _set_in(command: ShellCommand) -> tuple[ShellWord, ...]:
    return (*command.assignments, *(command.arguments if command.program in {"env", "export"} else ()))


RULE = Rule(
    id="development-server",
    severity=Severity.WARNING,
    summary="The command starts a server for development",
    check=_check,
)
