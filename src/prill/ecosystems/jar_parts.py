"""What `jar` finds in an archive of Java's."""

import msgspec

__all__ = ["Jar", "JarPart"]


class JarPart(msgspec.Struct, frozen=True, kw_only=True):
    """One project.

    ``place`` is the path of a nested archive inside, with ``!/`` between archives; ``inside`` the number of the part
    that contains this one, -1 for none; ``guessed`` says that it is named by the file's name and the manifest.
    """

    group: str = ""
    artifact: str = ""
    version: str = ""
    place: str = ""
    inside: int = -1
    guessed: bool = False
    licenses: str = ""
    summary: str = ""
    homepage: str = ""
    requires: tuple[str, ...] = ()


class Jar(msgspec.Struct, frozen=True):
    """What an archive says; the first part is the archive itself."""

    parts: tuple[JarPart, ...]
    faults: tuple[str, ...] = ()
