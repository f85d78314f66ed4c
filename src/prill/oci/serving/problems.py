"""What a registry says when it refuses (distribution-spec 1.1, "Error Codes")."""

import json
from collections.abc import Iterable

from prill.errors import PrillError

__all__ = ["Problem", "blob_unknown", "invalid_name", "manifest_unknown", "name_unknown", "unsupported"]

_SHOWN = 300


class Problem(PrillError):
    """A request that gets an error as its answer: an HTTP status, the specification's code, a sentence."""

    def __init__(self, status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers

    def body(self) -> bytes:
        """Return the answer's JSON."""
        return json.dumps({"errors": [{"code": self.code, "message": str(self)[:_SHOWN]}]}).encode()


def invalid_name(name: str) -> Problem:
    """Return the answer to a repository or tag that cannot be one."""
    return Problem(400, "NAME_INVALID", f"not a repository's name or a tag: {name[:160]!r}")


def blob_unknown(digest: object) -> Problem:
    """Return the answer to a blob that is not there."""
    return Problem(404, "BLOB_UNKNOWN", f"there is no blob {digest}")


def manifest_unknown(reference: object) -> Problem:
    """Return the answer to a manifest that is not there."""
    return Problem(404, "MANIFEST_UNKNOWN", f"there is no manifest {reference}")


def name_unknown(name: str) -> Problem:
    """Return the answer to a repository that is not there."""
    return Problem(404, "NAME_UNKNOWN", f"there is no repository {name!r}")


def unsupported(message: str, allowed: Iterable[str]) -> Problem:
    """Return the answer to what is not done here, with what is (RFC 9110, section 15.5.6)."""
    return Problem(405, "UNSUPPORTED", message, (("Allow", ", ".join(sorted(allowed))),))
