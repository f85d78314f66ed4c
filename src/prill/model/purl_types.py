"""What each type of package URL wants of its parts (purl-spec, "PURL types").

A type's registry decides whether case counts, which letters are the same, and whether there is a namespace at all; two
spellings of one package become one here. Types that are not known here are left as they are written.

Stricter than this is no use: documents in the field name ``pkg:golang/stdlib``, jars without a group and packages of an
rpm database without a distribution, so for those three types a namespace is wanted but not demanded.
"""

from prill.errors import PrillError
from prill.model.regex import regex

__all__ = ["InvalidPurl", "normalise"]


class InvalidPurl(PrillError):
    """A package cannot be written as, or read from, a package URL."""


_NEEDS_NAMESPACE = frozenset(
    ["alpm", "apk", "bitbucket", "composer", "deb", "git", "github", "huggingface", "qpkg", "swift", "vscode-extension"]
)
_HAS_NO_NAMESPACE = frozenset(
    [
        "bazel",
        "bitnami",
        "cargo",
        "chrome-extension",
        "cocoapods",
        "conda",
        "cran",
        "gem",
        "hackage",
        "julia",
        "mlflow",
        "nuget",
        "oci",
        "opam",
        "otp",
        "pub",
        "pypi",
        "vcpkg",
    ]
)
_LOWER_NAMESPACE = frozenset(
    [
        "alpm",
        "apk",
        "bitbucket",
        "brew",
        "composer",
        "deb",
        "git",
        "github",
        "golang",
        "hex",
        "luarocks",
        "npm",
        "qpkg",
        "rpm",
        "vscode-extension",
    ]
)
_LOWER_NAME = frozenset(
    [
        "alpm",
        "apk",
        "bitbucket",
        "bitnami",
        "brew",
        "composer",
        "deb",
        "git",
        "github",
        "golang",
        "hex",
        "luarocks",
        "npm",
        "oci",
        "pub",
        "pypi",
        "vscode-extension",
    ]
)
_NEEDS_QUALIFIER = {"julia": "uuid", "swid": "tag_id"}
_CHROME_NAME = regex(r"[a-p]{32}")
_CHROME_VERSION = regex(r"[0-9]+(\.[0-9]+){0,3}")


def normalise(kind: str, namespace: str, name: str, version: str, qualifiers: dict[str, str]) -> tuple[str, str, str]:
    """Return namespace, name and version as the type ``kind`` spells them; raise `InvalidPurl` where it has no such."""
    if kind == "git" and "/" in namespace:  # the host alone is the namespace, a repository's name may have slashes
        namespace, _, folder = namespace.partition("/")
        name = f"{folder}/{name}"
    if namespace and kind in _HAS_NO_NAMESPACE:
        raise InvalidPurl(f"a {kind} package has no namespace, not {namespace[:160]!r}")
    if not namespace and kind in _NEEDS_NAMESPACE:
        raise InvalidPurl(f"a {kind} package needs a namespace: {name[:160]!r} has none")
    wanted = _NEEDS_QUALIFIER.get(kind)
    if wanted and not qualifiers.get(wanted):
        raise InvalidPurl(f"a {kind} package needs the qualifier {wanted}: {name[:160]!r} has none")
    if kind in _LOWER_NAMESPACE:
        namespace = namespace.lower()
    if kind in _LOWER_NAME:
        name = name.lower()
    return _peculiar(kind, namespace, name, version, qualifiers)


def _peculiar(kind: str, namespace: str, name: str, version: str, qualifiers: dict[str, str]) -> tuple[str, str, str]:
    """Apply what only one type has."""
    match kind:
        case "pypi":
            name = name.replace("_", "-")
        case "cpan":
            namespace = namespace.upper()
            if "::" in name:
                raise InvalidPurl(
                    f"{name[:160]!r} is a Perl module's name", hint="name its distribution: URI-PackageURL"
                )
        case "huggingface":
            version = version.lower()
        case "mlflow" if "databricks" in qualifiers.get("repository_url", ""):
            name = name.lower()
        case "chrome-extension":
            _check_chrome(name, version)
        case _:
            pass
    return namespace, name, version


def _check_chrome(name: str, version: str) -> None:
    if not _CHROME_NAME.fullmatch(name):
        raise InvalidPurl(f"not an extension's identifier: {name[:160]!r}", hint="32 letters from a to p")
    if version and not _CHROME_VERSION.fullmatch(version):
        raise InvalidPurl(f"not an extension's version: {version[:160]!r}", hint="one to four numbers, such as 1.2.3.4")
