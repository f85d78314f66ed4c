"""Trusted roots: whose certificates, logs and time stamps count, and when (protobuf-specs, sigstore_trustroot.proto).

A trusted root is data, in the JSON that Sigstore publishes; `prill trust update` brings it up to date. What is in it is
believed; everything else is verified up to it.
"""

from datetime import UTC, datetime

from prill.model.value import dataclass, field
from prill.signing.keys import PublicKey
from prill.signing.strict_json import Fields, Malformed, parse_json

__all__ = ["Authority", "Period", "TrustedLog", "TrustedRoot", "parse_time"]

_MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot"


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` to ``end``, both included, in seconds since 1970; an ``end`` of None is still to come."""

    start: int
    end: int | None = None

    def __contains__(self, when: int) -> bool:
        return self.start <= when and (self.end is None or when <= self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedLog:
    """A transparency log's key, what the log calls itself by it, and when it was in use."""

    url: str
    log_id: bytes
    period: Period
    key_der: bytes = field(repr=False)

    def key(self) -> PublicKey:
        """Return the key; raise `UnusableKey`."""
        return PublicKey.parse_der(self.key_der)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate or timestamp authority: its chain in DER, the root last, and when it was in use."""

    name: str
    chain: tuple[bytes, ...] = field(repr=False)
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRoot:
    """Everything that is believed. ``raw`` is the document."""

    logs: tuple[TrustedLog, ...] = ()
    ct_logs: tuple[TrustedLog, ...] = ()
    authorities: tuple[Authority, ...] = ()
    timestamp_authorities: tuple[Authority, ...] = ()
    raw: bytes = field(default=b"", repr=False, compare=False)

    @classmethod
    def parse(cls, data: bytes) -> "TrustedRoot":
        """Read the JSON; raise `Malformed`."""
        fields = parse_json(data, "the trusted root")
        media_type = fields.text("mediaType")
        if not media_type.startswith(_MEDIA_TYPE):
            raise Malformed(f"this is no trusted root: its media type is {media_type[:120]!r}")
        return cls(
            logs=tuple(_log(one) for one in fields.items("tlogs")),
            ct_logs=tuple(_log(one) for one in fields.items("ctlogs")),
            authorities=tuple(_authority(one) for one in fields.items("certificateAuthorities")),
            timestamp_authorities=tuple(_authority(one) for one in fields.items("timestampAuthorities")),
            raw=data,
        )

    def log(self, log_id: bytes, when: int | None = None) -> TrustedLog | None:
        """Return the transparency log with an id, or None; one that stands there twice as it was in use at ``when``."""
        return _at(when, [one for one in self.logs if one.log_id == log_id])

    def ct_log(self, log_id: bytes, when: int | None = None) -> TrustedLog | None:
        """Return the certificate transparency log with an id, or None, as `log` does."""
        return _at(when, [one for one in self.ct_logs if one.log_id == log_id])


def parse_time(text: str, what: str) -> int:
    """Read RFC 3339 into seconds since 1970; raise `Malformed`."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed(f"{what} is no time: {text[:40]!r}") from error
    if value.tzinfo is None:
        raise Malformed(f"{what} names no time zone: {text[:40]!r}")
    return int(value.astimezone(UTC).timestamp())


def _at(when: int | None, logs: list[TrustedLog]) -> TrustedLog | None:
    """Return the first log that was in use at ``when``, or else the first."""
    in_use = (one for one in logs if when is not None and when in one.period)
    return next(in_use, logs[0] if logs else None)


def _period(fields: Fields) -> Period:
    if not fields.has("validFor"):
        return Period(0)
    valid = fields.fields("validFor")
    end = parse_time(valid.text("end"), f"{valid.path}.end") if valid.has("end") else None
    return Period(parse_time(valid.text("start"), f"{valid.path}.start") if valid.has("start") else 0, end)


def _log(fields: Fields) -> TrustedLog:
    key = fields.fields("publicKey")
    return TrustedLog(
        url=fields.text("baseUrl", ""),
        log_id=fields.fields("logId").data("keyId"),
        period=_period(key),
        key_der=key.data("rawBytes"),
    )


def _authority(fields: Fields) -> Authority:
    chain = tuple(one.data("rawBytes") for one in fields.fields("certChain").items("certificates", most=10))
    if not chain:
        raise Malformed(f"{fields.path} has no certificates")
    subject = fields.fields("subject") if fields.has("subject") else None
    name = (subject.text("commonName", "") if subject else "") or fields.text("uri", "")
    return Authority(name=name, chain=chain, period=_period(fields))
