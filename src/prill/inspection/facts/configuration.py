"""How a container starts: what the config says, Docker's additions included."""

import shlex
from collections.abc import Iterator, Sequence

from prill.inspection.docker_config import read_docker_config
from prill.inspection.inspected import Inspected
from prill.inspection.plugin import FactPlugin
from prill.inspection.secret_scan import mask, mask_words
from prill.model.fact_values import Configuration
from prill.model.facts import Fact

__all__ = ["CONFIGURATION"]


def _find(image: Inspected) -> Iterator[Fact]:
    config = image.config
    if config is None:
        return
    docker = read_docker_config(config.raw)
    words = mask_words((*config.entrypoint, *config.cmd))
    value = Configuration(
        entrypoint=words[: len(config.entrypoint)],
        command=words[len(config.entrypoint) :],
        working_directory=config.working_dir,
        ports=config.exposed_ports,
        volumes=config.volumes,
        health_check=_health(docker.health_check()),
        stop_signal=config.stop_signal,
        on_build=len(docker.on_build or ()),
    )
    yield Fact(id="configuration", value=value)


def _health(words: Sequence[str]) -> str:
    """Return the command, ``none`` where a base's check is switched off, nothing where there is none."""
    match words:
        case ["NONE", *_]:
            return "none"
        case ["CMD-SHELL", command, *_]:
            return mask(command)
        case ["CMD", *words]:
            return shlex.join(mask_words(words))
    return ""


CONFIGURATION = FactPlugin(id="configuration", of_images=True, find=_find)
