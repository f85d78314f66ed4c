"""A small signed Debian archive, made anew for each test: keys, indexes, packages and their InRelease files."""

import gzip
import hashlib
import lzma
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from pysequoia import ArmorKind, Cert, SignatureMode, Tsk, armor, sign
from pysequoia.packet import PacketPile

from prill.distro.debian import Area, DebianRelease, Pocket

NOW = 1_800_000_000
"""2027-01-15, when all of these archives are looked at."""

DAY = 86_400


@cache
def secret_key(name: str) -> Tsk:
    """Return a key by name, the same for the whole run."""
    return Tsk.generate(user_id=f"{name} <{name}@archive.invalid>")


def public_key(name: str) -> Cert:
    return secret_key(name).extract_certificate()


def fingerprint(name: str) -> str:
    return public_key(name).fingerprint.upper()


def write_keys(folder: Path, *names: str) -> tuple[Path, ...]:
    folder.mkdir(exist_ok=True)
    paths = tuple(folder / f"{name}.asc" for name in names)
    for name, path in zip(names, paths, strict=True):
        path.write_text(armor(bytes(public_key(name)), ArmorKind.PublicKey))
    return paths


def clearsign(text: str | bytes, *names: str) -> bytes:
    """Sign with one or more keys: the armoured signatures' packets stand behind one another, as in Debian's files."""
    data = text.encode() if isinstance(text, str) else text
    messages = [sign(secret_key(name).signer(), data, mode=SignatureMode.CLEAR) for name in names]
    at = messages[0].index(b"-----BEGIN PGP SIGNATURE")
    blocks = [message[message.index(b"-----BEGIN PGP SIGNATURE") :] for message in messages]
    packets = b"".join(bytes(packet) for block in blocks for packet in PacketPile.from_bytes(block))
    return messages[0][:at] + armor(packets, ArmorKind.Signature).encode()


def utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S UTC")


def release_text(files: dict[str, bytes] | None = None, **changes: str | None) -> str:
    """Return a Release file; a change to None leaves the field out."""
    fields: dict[str, str | None] = {
        "Origin": "Debian",
        "Label": "Debian",
        "Suite": "stable",
        "Version": "13.8",
        "Codename": "trixie",
        "Date": utc(NOW - DAY),
        "Valid-Until": utc(NOW + 6 * DAY),
        "Acquire-By-Hash": "yes",
        "No-Support-for-Architecture-all": "Packages",
        "Architectures": "all amd64 arm64",
        "Components": "main contrib",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    text = "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)
    listed = [f" {hashlib.sha256(data).hexdigest()} {len(data):>8} {path}\n" for path, data in (files or {}).items()]
    return text + "SHA256:\n" + "".join(listed)


@dataclass
class Suite:
    """One pocket: what its InRelease says, and the packages it lists."""

    pocket: Pocket
    packages: dict[str, bytes]
    signers: tuple[str, ...]
    changes: dict[str, str | None] = field(default_factory=dict)

    def index(self, architecture: str) -> bytes:
        lines = []
        for path, data in sorted(self.packages.items()):
            name = path.rpartition("/")[2].partition("_")[0]
            lines.append(
                f"Package: {name}\nArchitecture: {architecture}\nFilename: {path}\nSize: {len(data)}\n"
                f"SHA256: {hashlib.sha256(data).hexdigest()}\n\n"
            )
        return "".join(lines).encode()

    def files(self) -> dict[str, bytes]:
        """Return all files of the pocket by their path under the archive's root."""
        indexes: dict[str, bytes] = {}
        apart = ("all",) if self.changes.get("No_Support_for_Architecture_all", "") is None else ()
        for architecture in ("amd64", "arm64", *apart):
            path = f"main/binary-{architecture}/Packages"
            content = self.index(architecture)
            indexes |= {
                path: content,
                f"{path}.gz": gzip.compress(content, mtime=0),
                f"{path}.xz": lzma.compress(content),
            }
        security = self.pocket.area is Area.SECURITY
        names = {
            "Codename": self.pocket.name,
            "Label": self.pocket.label,
            "Suite": "stable-security" if security else "stable",
        }
        text = release_text(indexes, **(names | self.changes))
        folder = f"dists/{self.pocket.name}"
        by_hash = {
            f"{folder}/{path.rpartition('/')[0]}/by-hash/SHA256/{hashlib.sha256(data).hexdigest()}": data
            for path, data in indexes.items()
        }
        plain = {f"{folder}/{path}": data for path, data in indexes.items() if not path.endswith("Packages")}
        return by_hash | plain | self.packages | {f"{folder}/InRelease": clearsign(text, *self.signers)}


class SmallDebian:
    """Debian 13, with one or two packages a pocket; change ``suites`` before asking for `files`."""

    def __init__(self, folder: Path) -> None:
        main = write_keys(folder / "keys", "automatic", "stable")
        security = write_keys(folder / "keys", "security")
        self.release = DebianRelease(
            version="13",
            codename="trixie",
            pockets=(
                Pocket(name="trixie", area=Area.ARCHIVE, label="Debian", keys=main),
                Pocket(name="trixie-updates", area=Area.ARCHIVE, label="Debian", keys=main),
                Pocket(name="trixie-security", area=Area.SECURITY, label="Debian-Security", keys=security),
            ),
            support_ends=date(2028, 8, 9),
            lts_ends=date(2030, 6, 30),
            essential=("dpkg",),
        )
        trixie, updates, secured = self.release.pockets
        self.suites = {
            "trixie": Suite(
                trixie,
                {
                    "pool/main/h/hello/hello_2.10-3_amd64.deb": b"hello" * 1000,
                    "pool/main/b/base/base_1+b2_amd64.deb": b"base",
                },
                ("automatic", "stable"),
            ),
            "trixie-updates": Suite(
                updates, {"pool/main/t/tzdata/tzdata_2026a-0+deb13u1_all.deb": b"tz" * 99}, ("automatic",)
            ),
            "trixie-security": Suite(
                secured, {"pool/updates/main/o/openssl/openssl_3.5~1_amd64.deb": b"ssl"}, ("security",)
            ),
        }

    def change(self, suite: str, **changes: str | None) -> None:
        """Let a pocket's Release say something else."""
        self.suites[suite] = replace(self.suites[suite], changes=self.suites[suite].changes | changes)

    def files(self, archive: str = "/debian", security: str = "/debian-security") -> dict[str, bytes]:
        """Return what a server serves: the archive under one prefix, the security archive under another."""
        served: dict[str, bytes] = {}
        for suite in self.suites.values():
            prefix = security if suite.pocket.area is Area.SECURITY else archive
            served |= {f"{prefix}/{path}": data for path, data in suite.files().items()}
        return served
