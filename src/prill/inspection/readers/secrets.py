"""Secrets in files, also in those that a later layer deletes."""

import msgspec

from prill.catalogue.secret_rules import secret_scope
from prill.inspection.binary_keys import binary_key
from prill.inspection.secret_scan import find_secrets
from prill.oci.dispatch import is_program
from prill.oci.evidence import Evidence, FoundFile, read_bounded

__all__ = ["SECRETS", "Place", "SecretEvidence", "SecretReader"]

_BINARY = (
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"PK\3\4",
    b"\x89PNG",
    b"!<ar",
    b"\xca\xfe\xba\xbe",
    b"BZh",
    b"\xfd7zX",
    b"GIF8",
)
_LOOKED_AT = 8192


class Place(msgspec.Struct, frozen=True):
    """A rule that found something, and the line; 0 where the whole file is it."""

    rule: str
    line: int


class SecretEvidence(Evidence, frozen=True):
    """What was found in one file."""

    places: tuple[Place, ...]


class SecretReader:
    """Reads texts, and keys in binary form, within the scope that the catalogue sets."""

    id = "secrets"
    version = 5
    patterns: tuple[str, ...] = ()
    programs = False
    evidence = SecretEvidence

    def wants(self, path: str, size: int, first: bytes) -> bool:
        """Return whether a file may hold a secret; one that is named like something private is read at any size."""
        scope = secret_scope()
        if is_program(first) or first.startswith(_BINARY):
            return False
        return scope.covers(path) and (size <= scope.max_size or scope.is_private(path))

    def read(self, file: FoundFile) -> SecretEvidence | None:
        """Look through one file; raise `FileTooLarge`."""
        data = read_bounded(file, secret_scope().max_size)
        if key := binary_key(data):
            return SecretEvidence(places=(Place(key, 0),))
        if b"\0" in data[:_LOOKED_AT]:
            return None
        places = tuple(Place(rule.id, line) for rule, line in find_secrets(data, file.path))
        return SecretEvidence(places=places) if places else None


SECRETS = SecretReader()
