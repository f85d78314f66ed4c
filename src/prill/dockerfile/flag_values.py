"""What BuildKit refuses in the values of flags: given twice, missing, or of the wrong kind.

The rules are those of frontend/dockerfile/instructions: ``bflag.go``, ``commands_runmount.go``,
``commands_runnetwork.go``, ``commands_runsecurity.go`` and ``parseHealthcheck``. Unknown flags have their own rule.
"""

import re
from collections.abc import Iterator

from prill.dockerfile.keywords import FLAGS
from prill.dockerfile.syntax import Fault, Flag, Instruction
from prill.model.regex import regex

__all__ = ["flag_faults", "lacks_target"]

_SEVERAL = frozenset({"device", "exclude", "mount"})
_BOOLEAN = frozenset({"keep-git-dir", "link", "parents", "unpack"})
_CHOICES = {"network": frozenset({"default", "host", "none"}), "security": frozenset({"insecure", "sandbox"})}

_DURATION = regex(r"([+-]?)((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+|[+-]?0")
_PART = regex(r"([0-9.]+)([a-zµμ]+)")
_MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1, "s": 1e3, "m": 6e4, "h": 3.6e6}
_WHOLE = regex(r"[+-]?[0-9]+")
_MOST_RETRIES = 2**31 - 1

_TYPES = frozenset({"bind", "cache", "secret", "ssh", "tmpfs"})
_SHARING = frozenset({"locked", "private", "shared"})
_TARGETS = frozenset({"destination", "dst", "target"})
_SOURCES = frozenset({"source", "src"})
_TRUTHS = frozenset({"ro", "readonly", "rw", "readwrite", "required"})
_TRUTH = regex(r"1|t|T|TRUE|true|True|0|f|F|FALSE|false|False")
_NUMBERS = {"mode": regex(r"[0-7]{1,11}"), "uid": regex(r"[0-9]{1,10}"), "gid": regex(r"[0-9]{1,10}")}
_SIZE = regex(r"[0-9.]+ ?[a-zA-Z]*")
_KEYS = _TARGETS | _SOURCES | _TRUTHS | _NUMBERS.keys() | {"env", "from", "id", "sharing", "size", "type"}
_LENIENT = frozenset({"from", "gid", "mode", "size", "uid"})
"""hadolint takes whatever their values are."""


def flag_faults(instruction: Instruction) -> Iterator[Fault]:
    """Yield what is wrong with the flags that the instruction has."""
    seen: set[str] = set()
    keyword, known = instruction.keyword, FLAGS.get(instruction.keyword, frozenset())
    for flag in instruction.flags:
        name, value = flag.name, flag.value
        if name not in known:
            continue
        if name in seen and name not in _SEVERAL:
            yield Fault("flag-twice", f"--{name} is given twice", flag.span, shared=keyword != "RUN")
        seen.add(name)
        if name in _BOOLEAN:
            if value is not None and value.lower() not in {"true", "false"}:
                yield Fault("flag-value", f"--{name} is true or false, not {value!r}", flag.value_span, shared=False)
        elif value is None:
            shared = keyword in {"FROM", "HEALTHCHECK"}
            yield Fault("flag-value", f"--{name} needs a value: --{name}=…", flag.span, shared=shared)
        elif name in _CHOICES and value not in _CHOICES[name]:
            yield Fault("flag-value", f"--{name} is one of {', '.join(sorted(_CHOICES[name]))}", flag.value_span)
        elif keyword == "HEALTHCHECK" and value:
            yield from _health(flag, value)
        elif name == "mount":
            yield from _mount(flag, value)


def _health(flag: Flag, value: str) -> Iterator[Fault]:
    """Check a duration, which Go writes as ``1m30s``, or how often to try again."""
    said = ""
    if flag.name == "retries":
        if not _WHOLE.fullmatch(value) or len(value) > len(str(_MOST_RETRIES)) + 1:
            said = f"{value[:40]!r} is no whole number"
        elif not 0 <= int(value) <= _MOST_RETRIES:
            said = f"{value} is out of range"
    elif not _DURATION.fullmatch(value):
        said = f"{value[:40]!r} is no duration, as 30s or 1m30s"
    elif sum(_length(*part) for part in _PART.findall(value)):
        length = sum(_length(*part) for part in _PART.findall(value))
        said = f"{value} is less than 1ms" if length < 1 or value[0] == "-" else ""
    if said:
        yield Fault("flag-value", f"--{flag.name}: {said}", flag.value_span)


def _length(number: str, unit: str) -> float:
    return float(number) * _MILLISECONDS[unit]


def _mount(flag: Flag, value: str) -> Iterator[Fault]:
    """Check the options of a mount in their order, as ``required`` and ``size`` ask for the type before them.

    What has a quote in it is left alone, and so is what a variable decides.
    """
    if '"' in value or "\n" in value:
        return
    kind, options = "bind", dict[str, str]()
    for field in value.split(","):
        key, equals, text = field.partition("=")
        key = key.lower()
        said = _option(key, text, field, kind) if equals else _bare_option(key, field, kind)
        if said:
            shared = key not in _LENIENT or (key == "size" and kind != "tmpfs")
            if key == "required" and "type" not in options:  # hadolint does not look at the order
                shared = not re.search(r",type=(?:secret|ssh)\b", value, re.IGNORECASE)
            yield Fault("mount", said, flag.value_span, shared=shared)
            return
        options[key] = text
        if key == "type":
            kind = text.lower()
    if "$" not in kind:
        yield from (Fault("mount", said, flag.value_span, shared=shared) for said, shared in _misfit(kind, options))


def _bare_option(key: str, field: str, kind: str) -> str:
    if key not in _TRUTHS:
        return f"{field!r} needs a value: key=value"
    return f"required is for secret and ssh, not for {kind}" if key == "required" and _refuses_required(kind) else ""


def _refuses_required(kind: str) -> bool:
    return "$" not in kind and kind not in {"secret", "ssh"}


def _option(key: str, text: str, field: str, kind: str) -> str:
    """Return what is wrong with one option; "" where nothing is."""
    said = ""
    if key not in _KEYS:
        return f"a mount has no {key!r}, as in {field[:40]!r}"
    if "$" in text:
        return "from takes no variable; name a stage" if key == "from" and not text.endswith("$") else ""
    if key == "type" and text.lower() not in _TYPES:
        said = f"{text!r} is no type of a mount: {', '.join(sorted(_TYPES))}"
    elif key == "sharing" and text.lower() not in _SHARING:
        said = f"sharing is one of {', '.join(sorted(_SHARING))}"
    elif key == "required" and _refuses_required(kind):
        said = f"required is for secret and ssh, not for {kind}"
    elif key in _TRUTHS and not _TRUTH.fullmatch(text):
        said = f"{key} is true or false, not {text!r}"
    elif key == "size" and kind != "tmpfs" and "$" not in kind:
        said = f"size is for tmpfs, not for {kind}"
    elif (key == "size" and not _SIZE.fullmatch(text)) or (key in _NUMBERS and not _NUMBERS[key].fullmatch(text)):
        said = f"{text!r} is no {key}"
    return said


def _misfit(kind: str, options: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the first thing in which the options do not fit each other, and whether hadolint says so, too."""
    owner = next((key for key in _NUMBERS if key in options), None)
    if owner and kind in {"bind", "tmpfs"}:
        yield f"{owner} is not for {kind}", True
    elif options.get("sharing") and kind != "cache":
        yield f"sharing is for cache, not for {kind}", True
    elif kind == "secret":
        source = any(options.get(key) for key in _SOURCES)
        if options.get("from"):
            yield "a secret comes from no stage", True
        elif source and options.get("id"):
            yield "a secret has a source or an id, not both", False
        elif not source and not options.keys() & (_TARGETS | {"env", "id"}):
            yield "a secret needs an id", False


def lacks_target(flag: Flag) -> bool:
    """Whether a mount of a type that lies at a place names none, so that it lies at the working directory."""
    parts = [part.partition("=") for part in (flag.value or "").lower().split(",")]
    options = {key: value for key, _, value in parts}
    return not any(options.get(key) for key in _TARGETS) and options.get("type", "bind") in {"bind", "cache", "tmpfs"}
