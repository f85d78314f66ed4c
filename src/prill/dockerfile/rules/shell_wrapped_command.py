"""The command starts a program that starts the program."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.dockerfile.rules._desk import desk_server
from prill.model.finding import Severity

__all__ = ["RULE"]

_CALLS: dict[str, frozenset[str]] = {
    "npm": frozenset({"start", "run", "run-script", "exec"}),
    "yarn": frozenset({"start", "run", "serve"}),
    "pnpm": frozenset({"start", "run", "exec"}),
    "npx": frozenset(),
    "bunx": frozenset(),
    "mvn": frozenset(),
    "mvnw": frozenset(),
    "gradle": frozenset(),
    "gradlew": frozenset(),
    "sbt": frozenset(),
    "go": frozenset({"run"}),
    "cargo": frozenset({"run"}),
    "dotnet": frozenset({"run"}),
    "poetry": frozenset({"run"}),
    "pipenv": frozenset({"run"}),
    "pdm": frozenset({"run"}),
    "uv": frozenset({"run"}),
    "uvx": frozenset(),
}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    if final is None:
        return
    for step in (*final.of("ENTRYPOINT"), *final.of("CMD")):
        for command in step.commands[:1]:
            verbs = _CALLS.get(command.program)
            first = command.operands[0].text if command.operands else ""
            if verbs is not None and (not verbs or first in verbs) and not desk_server(command):
                message = f"{command.program} {first}".strip() + " starts the program, and stays"
                yield Problem(span=command.span, message=message)


RULE = Rule(
    id="shell-wrapped-command",
    severity=Severity.WARNING,
    summary="The command starts a program that starts the program",
    check=_check,
)
