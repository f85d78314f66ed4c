"""Keys, tokens and passwords: in files of any layer, in the environment, in labels and in the history."""

from collections.abc import Iterator
from typing import Literal

from prill.catalogue.secret_rules import SecretRule, rule_of
from prill.inspection.docker_config import read_docker_config
from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.readers.secrets import SECRETS as READER
from prill.inspection.secret_scan import find_secrets, joined_words, looks_like_a_secret, named_secrets
from prill.model import Location
from prill.model.fact_values import SecretFound
from prill.model.facts import Fact

__all__ = ["SECRETS"]

_Place = Literal["environment", "command", "health-check", "label", "history"]
_BY_NAME = "named-like-a-secret"
_ORDER = {"high": 0, "medium": 1, "low": 2}


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield them, the worst first, then by place."""
    found = [*_in_files(image), *_in_config(image)]
    return iter(sorted(found, key=_key))


def _key(fact: Fact) -> tuple[int, str, tuple[Location, ...], str, str, int]:
    value = fact.value
    if not isinstance(value, SecretFound):
        raise TypeError(fact.id)
    return _ORDER[value.severity], value.place, fact.evidence, value.name, value.rule, value.line


def _in_files(image: Inspected) -> Iterator[Fact]:
    for hidden, several in ((False, image.seen(READER)), (True, image.hidden(READER))):
        for seen in several:
            for place in seen.evidence.places:
                rule = rule_of(place.rule)
                value = SecretFound(
                    rule=rule.id,
                    title=rule.title,
                    severity=rule.severity,
                    place="file",
                    name="",
                    line=place.line,
                    hidden=hidden,
                    package="" if hidden else image.owner(seen.path),
                )
                yield Fact(id="secrets", value=value, evidence=(seen.location,))


def _in_config(image: Inspected) -> Iterator[Fact]:
    config = image.config
    if config is None:
        return
    told = {name for name, text in config.environment().items() if looks_like_a_secret(name, text)}
    for name in sorted(told):
        yield _fact("environment", name, _rules(f"{name}={config.environment()[name]}")[:1])
    for name, text in sorted(config.environment().items()):
        if name not in told and any(named_secrets(text)):
            yield _fact("environment", name, [])
    yield from _in_text("command", "", joined_words((*config.entrypoint, *config.cmd)), told)
    yield from _in_text("health-check", "", joined_words(read_docker_config(config.raw).health_check()), told)
    for name, text in config.labels:
        if looks_like_a_secret(name, text):
            yield _fact("label", name, _rules(f"{name}={text}")[:1])
    for number, entry in enumerate(config.history, 1):
        yield from _in_text("history", str(number), entry.created_by, told)


def _in_text(
    place: Literal["command", "health-check", "history"], name: str, text: str, told: set[str]
) -> Iterator[Fact]:
    """Yield what stands in a command; a variable that the image still has is ``told`` of there."""
    rules = _rules(text)
    for rule in rules:
        yield _fact(place, name, [rule])
    if not rules and any(one not in told for one in named_secrets(text)):
        yield _fact(place, name, [])


def _rules(text: str) -> list[SecretRule]:
    return [rule for rule, _ in find_secrets(text.encode("utf-8", "replace"))]


def _fact(place: _Place, name: str, rules: list[SecretRule]) -> Fact:
    rule = next(iter(rules), None)
    value = SecretFound(
        rule=rule.id if rule else _BY_NAME,
        title=rule.title if rule else "named like a secret",
        severity=rule.severity if rule else "medium",
        place=place,
        name=name,
        line=0,
        hidden=False,
        package="",
    )
    return Fact(id="secrets", value=value)


SECRETS = FactPlugin(id="secrets", find=_find)
