"""What BuildKit refuses in an instruction that could be taken apart: too few words, pairs, ports, names, signals.

It stops at the first, and so does `find_refusal`. The rules are those of frontend/dockerfile:
``instructions/parse.go``, ``parser/line_parsers.go``, and ``convert_expose.go`` in ``dockerfile2llb``. What ONBUILD
defers is read by the builds on top of the image, which stop in the same way.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

from prill.dockerfile.arguments import read_from
from prill.dockerfile.flag_values import flag_faults
from prill.dockerfile.image_names import is_image_name
from prill.dockerfile.lexing import why_not_expanded
from prill.dockerfile.source import Span, Word
from prill.dockerfile.step import Step
from prill.dockerfile.syntax import Fault
from prill.dockerfile.values import is_digest, is_mode, is_signal, why_no_port
from prill.dockerfile.variables import unquote
from prill.model.regex import regex

__all__ = ["find_refusal"]

_STAGE_NAME = regex(r"[a-z][a-z0-9_.-]*")
_HEALTH = regex(r"(\S+)\s*(.*)", re.DOTALL)

Check = Callable[[Step, str], Iterator[Fault]]


def find_refusal(step: Step) -> Fault | None:
    """Return the first thing for which BuildKit refuses an instruction; None where it accepts it."""
    instruction = step.instruction
    if instruction.faults:
        return instruction.faults[0]
    if instruction.keyword == "HEALTHCHECK" and instruction.arguments.upper() == "NONE":
        return None  # its flags are not looked at
    fault = next(flag_faults(instruction), None) if instruction.flags else None
    check = _CHECKS.get(instruction.keyword)
    return fault if fault or check is None else next(check(step, step.document.file.escape), None)


def _unexpanded(words: Iterable[Word], escape: str, *, shared: bool = False) -> Iterator[Fault]:
    for text, span in words:
        said = why_not_expanded(text, escape)
        if said:
            yield Fault("expansion", said, span, shared=shared and "quote" in said)


def _from(step: Step, escape: str) -> Iterator[Fault]:
    source = read_from(step.words)
    if source is None:
        return
    if source.extra:
        span = Span(source.extra[0].span.start, source.extra[-1].span.end)
        shared = not source.extra[0].text.startswith("#")
        yield Fault("from-words", "FROM takes an image, or an image, AS and a name", span, shared=shared)
    elif source.name and not _STAGE_NAME.fullmatch(source.name.text.lower()):
        message = f"{source.name.text!r} is no name for a stage: a letter, then letters, digits and -_."
        yield Fault("stage-name", message, source.name.span, shared=False)
    yield from _unexpanded((source.image,), escape)
    if "$" not in source.image.text:
        name = unquote(source.image.text, escape)
        if not is_image_name(name) and not _stage_above(step, name):
            message = f"{name[:160]!r} is no image's name, which is in lower case: [host[:port]/]name[:tag][@digest]"
            yield Fault("image-name", message, source.image.span, shared=_unreadable(name))


def _stage_above(step: Step, name: str) -> bool:
    numbers = step.document.stage_numbers.get(name.lower(), ())
    first = step.document.stages[numbers[0]].from_step if numbers else None
    return first is not None and first.span.start < step.span.start


def _unreadable(name: str) -> bool:
    """Whether hadolint refuses an image's name, too: it takes it apart at colons and at signs."""
    tagged, at, digest = name.partition("@")
    if at and (not digest or "@" in digest):
        return True
    return tagged.count(":") > 1 or tagged[:1] == ":" or tagged[-1:] == ":"


def _pairs(step: Step, escape: str) -> Iterator[Fault]:
    keyword = step.keyword
    for pair in step.pairs:
        if pair.value is None and keyword != "ARG":
            comment = pair.key.text.startswith("#")  # hadolint takes it for one
            yield Fault("pair", f"{keyword} takes key=value", pair.span, shared=not comment)
        if not pair.key.text:
            yield Fault("pair", f"{keyword}: there is no name before the equals sign", pair.span, shared=False)
        words = (pair.key, pair.value) if pair.value else (pair.key,)
        yield from _unexpanded(words, escape, shared=not pair.legacy and keyword != "ARG")


def _copy(step: Step, escape: str) -> Iterator[Fault]:
    source = step.instruction.flag("from")
    if source is not None and "$" in (source.value or ""):
        message = "--from takes no variable: name a stage, whose FROM may have one"
        yield Fault("copy-from", message, source.value_span, shared=False)
    words = step.words
    openers = {heredoc.opener for heredoc in step.instruction.heredocs}
    keyword = step.keyword
    if len(words) < 2:  # noqa: PLR2004 - a source and a destination
        yield Fault("copy-words", f"{keyword} needs a source and a destination", step.instruction.arguments_span)
    elif words[-1].span in openers:
        yield Fault("copy-words", f"{keyword} cannot have a heredoc for its destination", words[-1].span)
    written = [word for word in words if word.span not in openers]
    yield from _unexpanded(written, escape)
    for flag in step.instruction.flags:
        value = unquote(flag.value or "", escape)
        if not value or "$" in value:
            continue
        if flag.name == "chmod" and not is_mode(value):
            message = f"--chmod: {value[:40]!r} is no mode, as 0755 or u+x"
            yield Fault("flag-value", message, flag.value_span, shared=False)
        elif flag.name == "checksum" and keyword == "ADD":
            said = _why_no_checksum(value, [unquote(word.text, escape) for word in written[:-1]])
            if said:
                yield Fault("flag-value", f"--checksum {said}", flag.value_span, shared=False)


def _why_no_checksum(value: str, sources: list[str]) -> str:
    """Say what is wrong with a checksum for what is not Git's and has no variable; "" where nothing is."""
    if len(sources) != 1:
        return "is for one download, and not for several sources"
    (source,) = sources
    if "$" in source or ".git" in source or "@" in source or source.startswith("github.com/"):
        return ""
    if source.startswith(("https://", "http://")):
        return "" if is_digest(value) else f"is sha256: and 64 digits, not {value[:80]!r}"
    return "" if "://" in source else "is for a download, not for a file of the context"


def _volume(step: Step, escape: str) -> Iterator[Fault]:
    words = step.words
    if not words:
        yield Fault("no-arguments", "VOLUME needs an argument", step.instruction.arguments_span, shared=False)
    for word in words:
        if not word.text.strip():
            yield Fault("volume", "a VOLUME is no empty string", word.span, shared=False)
        yield from _unexpanded((word,), escape)


def _shell(step: Step, _escape: str) -> Iterator[Fault]:
    if not step.instruction.json:
        shared = step.instruction.json is None and step.instruction.arguments.startswith("[")
        message = "SHELL takes a JSON array with a program in it"
        yield Fault("shell", message, step.instruction.arguments_span, shared=shared)


def _expose(step: Step, escape: str) -> Iterator[Fault]:
    for word in step.words:
        yield from _unexpanded((word,), escape, shared=True)
        if "$" not in word.text:
            said = why_no_port(unquote(word.text, escape))
            if said:
                yield Fault("port", said, word.span, shared=":" in word.text or "range" not in said)


def _health(step: Step, _escape: str) -> Iterator[Fault]:
    found = _HEALTH.fullmatch(step.instruction.arguments)
    kind, rest = (found[1].upper(), found[2]) if found else ("", "")
    if kind not in {"CMD", "NONE"}:
        yield Fault("health", "HEALTHCHECK takes CMD and a command, or NONE", step.instruction.arguments_span)
    elif kind == "NONE" and rest.replace(" ", "") != "[]":
        yield Fault("health", "HEALTHCHECK NONE takes nothing else", step.instruction.arguments_span)
    elif kind == "CMD" and (step.instruction.json == () or not rest):
        shared = step.instruction.json is None
        yield Fault("health", "HEALTHCHECK CMD needs a command", step.instruction.arguments_span, shared=shared)


def _one_word(step: Step, escape: str) -> Iterator[Fault]:
    text = step.instruction.arguments
    if why_not_expanded(text, escape):
        yield from _unexpanded((Word(text, step.instruction.arguments_span),), escape)


def _stop_signal(step: Step, escape: str) -> Iterator[Fault]:
    yield from _one_word(step, escape)
    text = step.instruction.arguments
    if text and "$" not in text and not is_signal(unquote(text, escape)):
        message = f"{text[:40]!r} is no signal, as SIGTERM or 15"
        yield Fault("signal", message, step.instruction.arguments_span, shared=False)


_CHECKS = MappingProxyType[str, Check](
    {
        "ADD": _copy, "ARG": _pairs, "COPY": _copy, "ENV": _pairs, "EXPOSE": _expose, "FROM": _from,
        "HEALTHCHECK": _health, "LABEL": _pairs, "SHELL": _shell, "STOPSIGNAL": _stop_signal, "USER": _one_word,
        "VOLUME": _volume, "WORKDIR": _one_word,
    }
)  # fmt: skip
