"""The labels of the config; what looks like a secret in one is masked."""

from collections.abc import Iterator

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.secret_scan import MASK, looks_like_a_secret, masked_start
from prill.model.fact_values import Label
from prill.model.facts import Fact

__all__ = ["LABELS"]

_MAX_VALUE = 4096


def _find(image: Inspected) -> Iterator[Fact]:
    for name, text in image.config.labels if image.config else ():
        value = MASK if looks_like_a_secret(name, text) else masked_start(text, _MAX_VALUE)
        yield Fact(id="labels", value=Label(name=name, value=value))


LABELS = FactPlugin(id="labels", of_images=True, find=_find)
