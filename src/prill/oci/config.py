"""Image configs: how a container starts, and which layers its root filesystem has (OCI image-spec, config.md)."""

from datetime import UTC, datetime

from prill.model import Digest, Platform
from prill.model.value import dataclass, field
from prill.oci import _config_wire, _wire
from prill.oci._config_wire import ConfigJson, ContainerJson, HistoryJson, RootfsJson
from prill.oci._wire import InvalidDocument
from prill.oci.descriptor import Annotations, Descriptor, map_to_pairs, parse_platform
from prill.oci.media_types import CONFIG

__all__ = ["HistoryEntry", "ImageConfig", "rfc3339"]

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What made one layer, or, with ``empty_layer``, changed only the config."""

    created: str = ""
    created_by: str = ""
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """Names are the specification's, in snake case; ``env`` holds ``NAME=value`` texts, ``created`` RFC 3339.

    ``raw`` is what has the digest, as in `Manifest`; what Docker adds (health checks) is in it alone.
    """

    platform: Platform
    diff_ids: tuple[Digest, ...]
    created: str = ""
    author: str = ""
    user: str = ""
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: Annotations = ()
    stop_signal: str = ""
    history: tuple[HistoryEntry, ...] = ()
    raw: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        container = ContainerJson(
            user=self.user,
            exposed_ports={port: {} for port in self.exposed_ports} or None,
            env=self.env or None,
            entrypoint=self.entrypoint or None,
            cmd=self.cmd or None,
            volumes={volume: {} for volume in self.volumes} or None,
            working_dir=self.working_dir,
            labels=dict(self.labels) or None,
            stop_signal=self.stop_signal,
        )
        wire = ConfigJson(
            created=self.created or None,
            author=self.author,
            architecture=self.platform.architecture,
            os=self.platform.os,
            variant=self.platform.variant,
            config=container,
            rootfs=RootfsJson(type="layers", diff_ids=tuple(map(str, self.diff_ids))),
            history=tuple(_history_to_wire(entry) for entry in self.history) or None,
        )
        object.__setattr__(self, "raw", _config_wire.encode(wire))

    @classmethod
    def parse(cls, raw: bytes) -> "ImageConfig":
        """Read a config, OCI's or Docker's; raise `InvalidDocument` for what is none.

        One that was made of an archive alone, as crane makes it, names no platform: it is ``unknown/unknown``.
        """
        wire = _config_wire.decode(raw, ConfigJson, "image config")
        _check_spelling(raw)
        if wire.rootfs.type != "layers":
            raise InvalidDocument(
                f"an image config has a root filesystem of type {wire.rootfs.type[:80]!r}, not 'layers'"
            )
        container = wire.config or ContainerJson()
        config = cls(
            platform=parse_platform(wire.os or _UNKNOWN, wire.architecture or _UNKNOWN, wire.variant),
            diff_ids=tuple(Digest.parse(text) for text in wire.rootfs.diff_ids),
            created=wire.created or "",
            author=wire.author,
            user=container.user,
            env=container.env or (),
            entrypoint=container.entrypoint or (),
            cmd=container.cmd or (),
            working_dir=container.working_dir,
            exposed_ports=tuple(sorted(container.exposed_ports or ())),
            volumes=tuple(sorted(container.volumes or ())),
            labels=map_to_pairs(container.labels),
            stop_signal=container.stop_signal,
            history=tuple(_history_from_wire(entry) for entry in wire.history or ()),
        )
        object.__setattr__(config, "raw", raw)
        return config

    def encode(self) -> bytes:
        """Return ``raw``."""
        return self.raw

    @property
    def digest(self) -> Digest:
        """Return the digest of ``raw``, which Docker calls the image's ID."""
        return Digest.of(self.raw)

    def descriptor(self) -> Descriptor:
        """Describe this config."""
        return Descriptor.of(self.raw, CONFIG)

    def environment(self) -> dict[str, str]:
        """Return ``env`` as names and values; the last of equal names counts."""
        pairs = (text.partition("=") for text in self.env)
        return {name: value for name, _, value in pairs}


def rfc3339(seconds: int) -> str:
    """Write a time as ``created`` wants it: ``2024-01-31T12:00:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _history_to_wire(entry: HistoryEntry) -> HistoryJson:
    return HistoryJson(
        created=entry.created or None,
        created_by=entry.created_by,
        author=entry.author,
        comment=entry.comment,
        empty_layer=entry.empty_layer,
    )


def _history_from_wire(wire: HistoryJson) -> HistoryEntry:
    return HistoryEntry(
        created=wire.created or "",
        created_by=wire.created_by,
        author=wire.author,
        comment=wire.comment,
        empty_layer=wire.empty_layer,
    )


def _check_spelling(raw: bytes) -> None:
    """Raise `InvalidDocument` for a field that stands there twice, or that programs in Go take for another."""
    wire = _wire.parse(raw, "image config").exact(*ConfigJson.__struct_encode_fields__)
    for name, fields in (
        ("config", (*ContainerJson.__struct_encode_fields__, "Healthcheck", "OnBuild", "Shell")),
        ("rootfs", RootfsJson.__struct_encode_fields__),
    ):
        inner = wire.fields(name)
        if inner is not None:
            inner.exact(*fields)
