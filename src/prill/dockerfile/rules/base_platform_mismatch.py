"""The base image is made for another platform."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.image_names import split_image
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_ARCHITECTURES = {
    "amd64": "amd64", "arm32v5": "arm", "arm32v6": "arm", "arm32v7": "arm", "arm64v8": "arm64", "i386": "386",
    "mips64le": "mips64le", "ppc64le": "ppc64le", "riscv64": "riscv64", "s390x": "s390x",
}  # fmt: skip


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for stage in dockerfile.stages:
        flag = stage.platform
        if flag is None or not flag.value or "$" in flag.value or stage.source is None:
            continue
        name = split_image(stage.image.text)
        only = _ARCHITECTURES.get(name.repository.partition("/")[0])
        asked = flag.value.lower().split("/")[1:2] or [flag.value.lower()]
        if only is not None and name.registry in {"", "docker.io"} and asked[0] != only:
            yield Problem(
                span=stage.source.image.span, message=f"the image is for {only}, and {flag.value} is asked for"
            )


RULE = Rule(
    id="base-platform-mismatch",
    aliases=("InvalidBaseImagePlatform",),
    severity=Severity.ERROR,
    summary="The base image is made for another platform",
    check=_check,
)
