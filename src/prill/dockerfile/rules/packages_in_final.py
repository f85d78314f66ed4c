"""The final stage needs a package manager or a compiler."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_MANAGERS: dict[str, frozenset[str]] = {
    "apk": frozenset({"add"}),
    "apt": frozenset({"install"}),
    "apt-get": frozenset({"install"}),
    "dnf": frozenset({"install"}),
    "microdnf": frozenset({"install"}),
    "tdnf": frozenset({"install"}),
    "yum": frozenset({"install"}),
    "zypper": frozenset({"install", "in"}),
}
_COMPILERS = frozenset({"cc", "c++", "clang", "cmake", "g++", "gcc", "make", "meson", "ninja", "rustc", "tsc", "javac"})
_BUILDERS: dict[str, frozenset[str]] = {
    "go": frozenset({"build", "install"}),
    "cargo": frozenset({"build", "install"}),
    "dotnet": frozenset({"build", "publish"}),
    "npm": frozenset({"run"}),
    "yarn": frozenset({"build"}),
    "mvn": frozenset({"package", "install", "verify"}),
    "gradle": frozenset({"build", "bootJar", "assemble"}),
}
_VERBS = {**_MANAGERS, **_BUILDERS}


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    for step in final.of("RUN") if final is not None else ():
        if step.deferred:
            continue
        for command in step.commands:
            verbs = _VERBS.get(command.program)
            if command.program in _COMPILERS or (verbs is not None and not verbs.isdisjoint(command.texts)):
                what = "a package manager" if command.program in _MANAGERS else "build tools"
                yield Problem(command.span, f"the final stage needs {what}: {command.program}")
                break


RULE = Rule(
    id="packages-in-final",
    severity=Severity.INFO,
    summary="The final stage needs a package manager or a compiler",
    check=_check,
)
