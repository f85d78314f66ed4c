"""``renv.lock`` (rstudio.github.io/renv): the packages that a project in R is built from."""

import msgspec

from prill.ecosystems.locked import Locked, LockFile, decode_json

__all__ = ["parse_renv_lock"]


class _Package(msgspec.Struct, rename="pascal"):
    package: str
    version: str = ""
    source: str = ""
    requirements: list[str] = []


class _Renv(msgspec.Struct, rename="pascal"):
    packages: dict[str, _Package]


def parse_renv_lock(data: bytes) -> LockFile:
    """Read ``renv.lock``; what does not come from a repository like CRAN is unclear. Raise `InvalidLockFile`."""
    found = decode_json(data, _Renv, "renv.lock").packages.values()
    listed = [one for one in found if one.source == "Repository" and one.version]
    names = {one.package for one in listed}
    return LockFile(
        packages=tuple(
            Locked(name=one.package, version=one.version, requires=tuple(sorted(set(one.requirements) & names)))
            for one in sorted(listed, key=lambda one: (one.package, one.version))
        ),
        unclear=tuple(sorted({one.package for one in found} - names)),
    )
