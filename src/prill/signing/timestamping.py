"""Asking a timestamp authority to date a signature (RFC 3161, 2.4.1 and 3.4)."""

import hashlib

from prill._io.exchange import Exchange, Question
from prill.model.value import dataclass
from prill.signing.sign import Testimony
from prill.signing.signed import Signed

__all__ = ["TimestampAuthority", "timestamp_request"]

# TimeStampReq: version 1, SHA-256 of the message, and the authority's certificate is asked for.
_BEGIN = bytes.fromhex("3039020101" + "3031300d060960864801650304020105000420")
_END = bytes.fromhex("0101ff")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampAuthority:
    """A `Witness` that dates signatures."""

    url: str
    exchange: Exchange

    def witness(self, signed: Signed, verifier: bytes) -> Testimony:  # noqa: ARG002 - a date is about bytes alone
        """Ask for a time stamp; raise a `FetchFailed`. Whether it is good shows when the signature is verified."""
        question = Question(
            method="POST",
            url=self.url,
            headers=(("Content-Type", "application/timestamp-query"), ("Accept", "application/timestamp-reply")),
            body=timestamp_request(signed.timestamped),
        )
        return Testimony(timestamps=(self.exchange.ask(question).body,))


def timestamp_request(message: bytes) -> bytes:
    """Return the request for a time stamp over ``message``, in DER. It has no nonce: the signature is one already."""
    return _BEGIN + hashlib.sha256(message).digest() + _END
