"""How a container starts: what the config says, Docker's additions included."""

import shlex
from collections.abc import Iterator

import msgspec

from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.secret_scan import mask, mask_words
from prill.model.fact_values import Configuration
from prill.model.facts import Fact
from prill.model.typed_json import ready

__all__ = ["CONFIGURATION"]


class _Health(msgspec.Struct, rename={"test": "Test"}):
    test: list[str] | None = None


class _Container(msgspec.Struct, rename={"health": "Healthcheck", "on_build": "OnBuild"}):
    health: _Health | None = None
    on_build: list[str] | None = None


class _Config(msgspec.Struct):
    config: _Container | None = None


def _find(image: Inspected) -> Iterator[Fact]:
    config = image.config
    if config is None:
        return
    try:
        container = msgspec.json.decode(config.raw, type=ready(_Config)).config or _Container()
    except msgspec.MsgspecError:
        container = _Container()  # what Docker adds is no part of the specification
    words = mask_words((*config.entrypoint, *config.cmd))
    value = Configuration(
        entrypoint=words[: len(config.entrypoint)],
        command=words[len(config.entrypoint) :],
        working_directory=config.working_dir,
        ports=config.exposed_ports,
        volumes=config.volumes,
        health_check=_health(container.health),
        stop_signal=config.stop_signal,
        on_build=len(container.on_build or ()),
    )
    yield Fact(id="configuration", value=value)


def _health(check: _Health | None) -> str:
    """Return the command, ``none`` where a base's check is switched off, nothing where there is none."""
    match check.test if check else None:
        case ["NONE", *_]:
            return "none"
        case ["CMD-SHELL", command, *_]:
            return mask(command)
        case ["CMD", *words]:
            return shlex.join(mask_words(words))
    return ""


CONFIGURATION = FactPlugin(id="configuration", of_images=True, find=_find)
