"""Tags that stand for a digest: where referrers are listed, and where cosign keeps what it signed."""

import re

from prill.model import Digest

__all__ = [
    "COSIGN_KIND",
    "COSIGN_SUFFIXES",
    "LONGEST_TAG",
    "cosign_tag",
    "is_digest_tag",
    "referrers_tag",
    "saved_suffix",
]

COSIGN_SUFFIXES = ("sig", "att", "sbom")
"""What cosign's older layout has after a digest: signatures, attestations, an SBOM as it is."""

COSIGN_KIND = "kind"
"""The annotation by which ``cosign save`` tells a layout's entries apart: it gives them no tags."""

_SAVED = {
    "dev.cosignproject.cosign/sigs": "sig",
    "dev.cosignproject.cosign/atts": "att",
    "dev.cosignproject.cosign/sboms": "sbom",
}
LONGEST_TAG = 128
"""So many characters a tag has at most (distribution-spec, "Pulling manifests")."""
_DIGEST_TAG = rf"(?:sha256-[0-9a-f]{{64}}(?:\.(?:{'|'.join(COSIGN_SUFFIXES)}))?|sha512-[0-9a-f]{{121}})"


def referrers_tag(digest: Digest) -> str:
    """Return the tag under which registries without the referrers API keep the list of a subject's referrers.

    Distribution-spec 1.1, "Referrers Tag Schema".
    """
    return f"{digest.algorithm}-{digest.hex}"[:LONGEST_TAG]


def cosign_tag(digest: Digest, suffix: str) -> str:
    """Return the tag of cosign's older layout for ``digest``, such as ``sha256-….sig`` (cosign, "Signature Spec")."""
    return f"{digest.algorithm}-{digest.hex}.{suffix}"


def saved_suffix(kind: str | None) -> str:
    """Return the suffix that an entry of ``cosign save`` would have in a registry; "" for an image."""
    return _SAVED.get(kind or "", "")


def is_digest_tag(tag: str) -> bool:
    """Tell whether a tag stands for a digest, and so for no image that a person named."""
    return re.fullmatch(_DIGEST_TAG, tag) is not None
