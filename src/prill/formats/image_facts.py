"""Facts about an image as JSON: Prill's own document, described in docs/inspect.md.

Facts stand under the ID of the question they answer, in a list. A question that was asked and has no answer has an
empty list; one that could not be answered is not there, and is a gap.
"""

from typing import Any

import msgspec

from prill.model import Location
from prill.model.facts import Fact, ImageFacts

__all__ = ["FORMAT", "VERSION", "encode_facts"]

FORMAT = "prill-image-facts"
VERSION = 1


def encode_facts(facts: ImageFacts, *, tool: str) -> bytes:
    """Write the document: keys sorted, facts in the order in which they are told."""
    subject = facts.subject
    document = {
        "format": FORMAT,
        "version": VERSION,
        "tool": tool,
        "asOf": facts.as_of,
        "incomplete": facts.incomplete,
        "subject": {
            "name": subject.name,
            "digest": str(subject.digest) if subject.digest else None,
            "platform": str(subject.platform) if subject.platform else None,
        },
        "remarks": [{"level": one.level, "fact": one.fact, "text": one.text} for one in facts.remarks],
        "facts": {name: [_fact(fact) for fact in facts.of(name)] for name in facts.examined},
        "gaps": [{"subject": gap.subject, "reason": gap.reason} for gap in facts.gaps],
    }
    return msgspec.json.format(msgspec.json.encode(_clean(document), order="sorted"), indent=2) + b"\n"


def _fact(fact: Fact) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.to_builtins(fact.value)
    return {**value, "evidence": [_place(one) for one in fact.evidence]}


def _place(location: Location) -> dict[str, str]:
    return {"path": f"/{location.path}" if location.path else "", "layer": location.layer}


def _clean(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Write out bytes in texts that are no Unicode."""
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        case dict():
            return {key: _clean(one) for key, one in value.items()}
        case list():
            return [_clean(one) for one in value]
    return value
