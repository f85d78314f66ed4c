"""The variables that a container starts with; what looks like a secret is masked."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.secret_scan import MASK, looks_like_a_secret, masked_start
from prill.model.fact_values import EnvironmentVariable
from prill.model.facts import Fact

__all__ = ["ENVIRONMENT"]

_MAX_VALUE = 4096


def _find(image: Inspected) -> Iterator[Fact]:
    """Yield the variables sorted by name."""
    for name, text in sorted(image.config.environment().items()) if image.config else ():
        reason = looks_like_a_secret(name, text)
        value = MASK if reason else masked_start(text, _MAX_VALUE)
        yield Fact(
            id="environment",
            value=EnvironmentVariable(name=name, value=value, secret=bool(reason), reason=reason),
        )


ENVIRONMENT = FactPlugin(id="environment", of_images=True, find=_find)
