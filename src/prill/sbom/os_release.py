"""Which distribution an image is, by its os-release (os-release(5))."""

from prill.model import Distro, FileTree

__all__ = ["find_distro", "parse_os_release"]

_PLACES = ("etc/os-release", "usr/lib/os-release")
_MAX_BYTES = 64 << 10
_MAX_VALUE = 400
_SHELL = frozenset("\"'\\ \t\r\n")
"""What means something to the shell, as far as quotes and words go."""


def find_distro(tree: FileTree) -> Distro | None:
    """Return the distribution that os-release names, or None where there is no such file or no ``ID`` in it."""
    for path in _PLACES:
        try:
            with tree.open(path) as stream:
                fields = parse_os_release(stream.read(_MAX_BYTES))
        except FileNotFoundError:
            continue
        if fields.get("ID"):
            return Distro(
                id=fields["ID"].lower(),
                version=fields.get("VERSION_ID", ""),
                codename=fields.get("VERSION_CODENAME", ""),
                name=fields.get("PRETTY_NAME", "") or fields.get("NAME", ""),
            )
    return None


def parse_os_release(data: bytes) -> dict[str, str]:
    """Read ``NAME=value`` lines with the shell's quotes; a line that is none is passed over."""
    fields: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        name, equals, text = line.strip().partition("=")
        if not equals or name.startswith("#"):
            continue
        try:
            fields[name] = _unquoted(text)[:_MAX_VALUE]
        except ValueError:
            continue
    return fields


def _unquoted(text: str) -> str:
    """Return a value without the shell's quotes, several words with a space between them; raise `ValueError`."""
    inner = text[1:-1]
    if _SHELL.isdisjoint(text):
        return text
    if text == f'"{inner}"' and '"' not in inner and "\\" not in inner:
        return inner
    import shlex  # noqa: PLC0415 - nearly all values are as plain as that

    return " ".join(shlex.split(text))
