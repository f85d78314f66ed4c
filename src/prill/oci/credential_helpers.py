"""Asking the program that keeps a registry's password: docker-credential-helpers' protocol.

``docker-credential-NAME get`` reads a registry's address and writes a user and a secret as JSON. The program is one of
a folder on the given search path, run without a shell, told one line, and waited for to a bound; what it writes is
never shown.
"""

import re
import shutil
import subprocess

import msgspec

from prill.errors import PrillError
from prill.model.typed_json import ready
from prill.oci.credentials import Credentials

__all__ = ["HelperFailed", "ask_helper"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}")
_SECONDS = 60
_MOST = 1 << 20
_SHOWN = 200
_NOT_FOUND = ("credentials not found", "not found in native keychain", "no credentials")
_TOKEN_USER = "<token>"  # noqa: S105 - what stands in a user name's place before an identity token


class HelperFailed(PrillError):
    """A credential helper is not there, fails, or says something else than it should."""


class _Answer(msgspec.Struct, frozen=True, rename="pascal"):
    username: str = ""
    secret: str = ""


def ask_helper(name: str, address: str, search_path: str) -> Credentials | None:
    """Return what the helper ``name`` knows for a registry's ``address``, or None where it knows nothing.

    ``search_path`` is what PATH holds. Raise `HelperFailed`.
    """
    if not _NAME.fullmatch(name):
        raise HelperFailed(f"not a credential helper's name: {name[:160]!r}")
    program = shutil.which(f"docker-credential-{name}", path=search_path)
    if program is None:
        raise HelperFailed(
            f"docker-credential-{name}, which keeps the password for {address}, is not on PATH",
            hint="install it, or log in without it: podman login writes a file that needs none",
        )
    try:
        done = subprocess.run(  # noqa: S603 - the user's own helper, without a shell
            [program, "get"], input=address.encode() + b"\n", capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise HelperFailed(f"{program} does not answer: {type(error).__name__}") from error
    if done.returncode:
        # Helpers say what is wrong on standard output; there is no secret in it then.
        said = (done.stdout[:_MOST] + done.stderr[:_MOST]).decode("utf-8", "replace").strip()
        if any(words in said.lower() for words in _NOT_FOUND):
            return None
        raise HelperFailed(f"{program} fails for {address}: {said[:_SHOWN]!r}", hint="log in again")
    return _read(done.stdout, program)


def _read(data: bytes, program: str) -> Credentials:
    try:
        answer = msgspec.json.decode(data[:_MOST], type=ready(_Answer))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HelperFailed(f"{program} gives no user and secret") from None
    if not answer.secret:
        raise HelperFailed(f"{program} gives no secret")
    if answer.username == _TOKEN_USER:
        return Credentials(identity_token=answer.secret)
    return Credentials(username=answer.username, password=answer.secret)
