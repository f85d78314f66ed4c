"""The file ``release`` of a Java runtime, which says what it is (``NAME="VALUE"`` lines, JEP 223 and later)."""

import msgspec

from prill.model.regex import regex

__all__ = ["JavaRuntime", "parse_release"]

_LINE = regex(r'([A-Z_]+)="?([^"\n]*)"?\s*')
_BUILD = regex(r"\+\d+")
_VERSION = regex(r"\d[0-9A-Za-z._+-]*")


class JavaRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """A JRE or JDK; ``name`` is ``openjdk``, or what another build of it is called."""

    name: str
    version: str
    implementor: str = ""


def parse_release(data: bytes) -> JavaRuntime | None:
    """Read a runtime's ``release``; None for another file of that name."""
    lines = map(_LINE.fullmatch, data.decode("utf-8", "replace").splitlines())
    fields = {match[1]: match[2] for match in lines if match}
    version = fields.get("JAVA_VERSION", "")
    if not _VERSION.fullmatch(version):
        return None
    build = _BUILD.search(fields.get("JAVA_RUNTIME_VERSION", ""))
    name = "oracle-jdk" if fields.get("BUILD_TYPE") == "commercial" else "openjdk"
    return JavaRuntime(
        name="graalvm" if "GRAALVM_VERSION" in fields else name,
        version=version if "+" in version or build is None else version + build[0],
        implementor=fields.get("IMPLEMENTOR", ""),
    )
