"""The command starts a server for development."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile, Stage
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._bases import base_of
from prill.dockerfile.rules._desk import desk_server
from prill.dockerfile.shell import ShellCommand
from prill.model.finding import Severity

__all__ = ["RULE"]

_ENVIRONMENTS = ("RAILS_ENV", "RACK_ENV")


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    if final is None:
        return
    for step in (*final.of("ENTRYPOINT"), *final.of("CMD")):
        for command in step.commands:
            name = desk_server(command)
            if name:
                yield Problem(span=command.span, message=f"{name} is for development")
            elif "rails" in step.instruction.arguments and _is_rails(command) and not _says_where(command, final):
                message = "rails server runs in development where RAILS_ENV says nothing else"
                yield Problem(span=command.span, message=message)


def _is_rails(command: ShellCommand) -> bool:
    words = (command.name, *command.texts)
    place = next((number for number, word in enumerate(words) if word.endswith("rails")), len(words))
    return words[place + 1 : place + 2] in {("server",), ("s",)}


def _says_where(command: ShellCommand, stage: Stage) -> bool:
    """Whether Rails is told which environment it is in, by the command, by ENV, or by a base that nobody knows."""
    told = command.value_of("-e", "--environment")
    if told is not None:
        return told != "development"
    for name in _ENVIRONMENTS:
        if any(word.text.startswith(f"{name}=") for word in command.assignments):
            return f"{name}=development" not in {word.text for word in command.assignments}
        if stage.result.env.declares(name):
            return stage.result.env.get(name) != "development"
    return base_of(stage) is None


RULE = Rule(
    id="development-server",
    severity=Severity.WARNING,
    summary="The command starts a server for development",
    check=_check,
)
