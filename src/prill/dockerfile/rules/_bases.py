"""What the catalogue knows of the images that a file names, and what a file puts on them."""

from collections.abc import Iterator
from functools import lru_cache

from prill.catalogue.base_images import BaseImage, find_base_image
from prill.dockerfile.document import Stage
from prill.dockerfile.image_names import split_image
from prill.dockerfile.shell import ShellCommand, told_place
from prill.dockerfile.step import Step

__all__ = ["base_of", "installs", "known_image", "runs_unseen", "steps_before"]

_INSTALLERS = frozenset(
    {"apk", "apt", "apt-get", "aptitude", "brew", "conda", "dnf", "dpkg", "emerge", "mamba", "microdnf", "micromamba"}
    | {"nix", "nix-env", "opkg", "pacman", "rpm", "swupd", "tdnf", "yum", "zypper"}
)
_RUNNERS = frozenset({".", "source", "eval", "sh", "bash", "ash", "dash", "ksh", "zsh", "ansible-playbook", "chroot"})


@lru_cache(maxsize=1024)
def known_image(text: str) -> BaseImage | None:
    """Return what is known of an image by its name; None where nothing is."""
    image = split_image(text)
    name = f"{image.registry}/{image.repository}" if image.registry else image.repository
    return find_base_image(name, image.tag)


def base_of(stage: Stage) -> BaseImage | None:
    """Return what is known of the image at the bottom of a stage; None for one whose name has a hole in it."""
    image = stage.root.image
    return None if image.unset else known_image(image.text)


def steps_before(step: Step) -> Iterator[Step]:
    """Yield the instructions that hold before a step: those of its stage, and of the stages below."""
    if step.stage is not None:
        yield from step.stage.steps[: step.index]
        for stage in step.stage.lineage[1:]:
            yield from stage.steps


def installs(command: ShellCommand) -> bool:
    """Whether a command calls a package manager of a distribution, which may bring users and programs along."""
    return command.program in _INSTALLERS


def runs_unseen(command: ShellCommand) -> bool:
    """Whether a command runs what the file does not show: a script, or something that a shell decides."""
    if not command.words:
        return False
    reads = command.program in _RUNNERS and told_place(command.texts) is None
    return not command.name or "/" in command.name or command.name.endswith(".sh") or reads
