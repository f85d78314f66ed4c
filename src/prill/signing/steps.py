"""The steps of a verification, numbered; an error names the one that failed.

1. The image's tag is resolved to a digest once, and the manifest's bytes are hashed here.
2. Signatures are collected, in all layouts, bounded in number and size.
3. Each of them is verified by itself:

   - 3.1 it is well-formed: a bundle, an envelope, a payload, as its specification has it;
   - 3.2 the time of signing is known from a log's promise or from a timestamp authority;
   - 3.3 the log's inclusion proof leads to a root that its checkpoint signs;
   - 3.4 the certificate chains up to a trusted root *at that time*;
   - 3.5 a certificate transparency log has promised to list the certificate;
   - 3.6 the certificate is one for signing code;
   - 3.7 the signature is over these bytes, by that key;
   - 3.8 the log's entry is about this payload, this signature and this key;
   - 3.9 what is signed is about this image, and is of the expected type.

4. The signer is the expected one: this key, or this identity and this issuer.
5. What else was asked for holds: annotations, age, number of distinct signers.
"""

from enum import Enum

from prill.errors import PrillError

__all__ = ["Step", "VerificationError"]


class Step(Enum):
    """A step; its value is the number that the documentation and the code have."""

    RESOLVE = "1"
    COLLECT = "2"
    FORM = "3.1"
    TIME = "3.2"
    INCLUSION = "3.3"
    CHAIN = "3.4"
    SCT = "3.5"
    PURPOSE = "3.6"
    SIGNATURE = "3.7"
    ENTRY = "3.8"
    CONTENT = "3.9"
    IDENTITY = "4"
    CONDITIONS = "5"


class VerificationError(PrillError):
    """The answer is no; ``step`` says where."""

    def __init__(self, step: Step, message: str, *, hint: str | None = None) -> None:
        super().__init__(f"step {step.value}: {message}", hint=hint)
        self.step = step
        self.reason = message
