"""Signing configurations: where the services of a Sigstore instance are (protobuf-specs, sigstore_trustroot.proto)."""

from prill.model.value import dataclass, replace
from prill.signing.strict_json import Fields, Malformed, parse_json
from prill.signing.trusted_root import Period, parse_time

__all__ = ["Service", "SigningConfig"]

_MEDIA_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json"
_KNOWN = {"caUrls": (1,), "rekorTlogUrls": (1, 2), "tsaUrls": (1,)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An address, and the version of the API that it speaks."""

    url: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningConfig:
    """The authority, the log and the timestamp authority to use; None for none."""

    authority: Service | None = None
    log: Service | None = None
    timestamps: Service | None = None

    @classmethod
    def parse(cls, data: bytes, *, now: int) -> "SigningConfig":
        """Choose of each list the newest service that is in use and spoken here; raise `Malformed`."""
        fields = parse_json(data, "the signing configuration")
        if fields.text("mediaType") != _MEDIA_TYPE:
            raise Malformed(f"this is no signing configuration: its media type is {fields.text('mediaType')[:120]!r}")
        chosen = {name: _choose(fields, name, now) for name in _KNOWN}
        return cls(authority=chosen["caUrls"], log=chosen["rekorTlogUrls"], timestamps=chosen["tsaUrls"])

    def with_urls(self, *, authority: str | None, log: str | None, timestamps: str | None) -> "SigningConfig":
        """Return the same with other addresses where they are given."""
        return replace(
            self,
            authority=Service(url=authority) if authority else self.authority,
            log=Service(url=log) if log else self.log,
            timestamps=Service(url=timestamps) if timestamps else self.timestamps,
        )

    def without_log(self) -> "SigningConfig":
        """Return the same without a log."""
        return replace(self, log=None)


def _choose(fields: Fields, name: str, now: int) -> Service | None:
    found: list[tuple[int, int, str]] = []
    for one in fields.items(name):
        valid = one.fields("validFor") if one.has("validFor") else Fields({}, one.path)
        end = parse_time(valid.text("end"), f"{valid.path}.end") if valid.has("end") else None
        start = parse_time(valid.text("start"), f"{valid.path}.start") if valid.has("start") else 0
        version = one.number("majorApiVersion", 1)
        if now in Period(start, end) and version in _KNOWN[name]:
            found.append((version, start, one.text("url")))
    if not found:
        return None
    version, _, url = max(found)
    return Service(url=url, version=version)
