# ruff: noqa: ANN401 - keys of several kinds, and JSON
"""A whole Sigstore instance on loopback: a certificate authority, its log, Rekor 1 and 2, a timestamp authority.

Small, but honest: what it signs, cosign accepts with its trusted root. What should be wrong is said by arguments, or by
changing `Instance.now`, the second at which everything happens.
"""

import base64
import hashlib
import json
import struct
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from der_writer import generalized_time, integer, octets, oid, sequence, set_of, tlv, utf8
from prill.signing._der import parse_der
from prill.signing.identity import Expected, IdentityRule
from prill.signing.keys import PublicKey
from prill.signing.merkle import inner_hash, leaf_hash
from prill.signing.private_key import PrivateKey

START = datetime(2024, 1, 1, tzinfo=UTC)
ISSUER_RAW, ISSUER = ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
SHA256_OID, ECDSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
ME = IdentityRule(
    Expected.exactly("me@example.test", "identity"), Expected.exactly("https://issuer.example.test", "issuer")
)
"""Who the instance's certificates say that one is, where nothing else was asked of it."""
Key = ec.EllipticCurvePrivateKey


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def spki(key: Any) -> bytes:
    data: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data


def new_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def ca_certificate(
    name: str, key: Key, issuer: "tuple[x509.Certificate, Key] | None", *, path: int
) -> x509.Certificate:
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "test"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path), critical=True)
        .add_extension(key_usage(ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(issuer[1] if issuer else key, SHA256())


def key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass
class MerkleLog:
    """Every entry there is, and the proofs for them."""

    entries: list[bytes] = field(default_factory=list)

    def root(self, entries: list[bytes] | None = None) -> bytes:
        entries = self.entries if entries is None else entries
        if len(entries) == 1:
            return leaf_hash(entries[0])
        split = 1 << (len(entries) - 1).bit_length() - 1
        return inner_hash(self.root(entries[:split]), self.root(entries[split:]))

    def proof(self, index: int, entries: list[bytes] | None = None) -> list[bytes]:
        entries = self.entries if entries is None else entries
        if len(entries) == 1:
            return []
        split = 1 << (len(entries) - 1).bit_length() - 1
        if index < split:
            return [*self.proof(index, entries[:split]), self.root(entries[split:])]
        return [*self.proof(index - split, entries[split:]), self.root(entries[:split])]


class Instance:
    """The keys, the logs and the clock."""

    def __init__(self, url: str = "http://127.0.0.1:1") -> None:
        self.url = url
        self.now = int(datetime.now(UTC).timestamp())
        self.root_key, self.middle_key, self.tsa_key = new_key(), new_key(), new_key()
        self.root = ca_certificate("root", self.root_key, None, path=1)
        self.middle = ca_certificate("middle", self.middle_key, (self.root, self.root_key), path=0)
        self.tsa = self.tsa_certificate()
        self.ct_key, self.rekor_key, self.rekor2_key = new_key(), new_key(), ed25519.Ed25519PrivateKey.generate()
        self.log1, self.log2 = MerkleLog(), MerkleLog()
        self.seen: list[str] = []
        self.lock = threading.Lock()

    # The certificate authority and its log.

    def certify(
        self, public: Any, *, email: str = "me@example.test", issuer: str = "https://issuer.example.test", **change: Any
    ) -> x509.Certificate:
        """Issue a certificate with a signed certificate timestamp in it.

        ``change``: ``begin`` and ``end`` in seconds from now, ``usage``, ``extended``, ``names``, ``signer``, ``sct``,
        ``critical``.
        """
        at = datetime.fromtimestamp(self.now, UTC)
        parent, key = change.get("signer", (self.middle, self.middle_key))
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(parent.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at + timedelta(seconds=change.get("begin", -5)))
            .not_valid_after(at + timedelta(seconds=change.get("end", 600)))
        )
        names = change.get("names", [x509.RFC822Name(email)])
        extensions: list[tuple[Any, bool]] = [
            (change.get("usage", key_usage(ca=False)), True),
            (x509.ExtendedKeyUsage(change.get("extended", [ExtendedKeyUsageOID.CODE_SIGNING])), False),
            (x509.SubjectKeyIdentifier.from_public_key(public), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.public_key()), False),
            (x509.SubjectAlternativeName(names), True),
            (x509.UnrecognizedExtension(ISSUER_RAW, issuer.encode()), False),
            (x509.UnrecognizedExtension(ISSUER, utf8(issuer)), False),
            *change.get("more", ()),
        ]
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        if not change.get("sct", True):
            return builder.sign(key, SHA256())
        body = builder.sign(key, SHA256()).tbs_certificate_bytes
        listed = x509.UnrecognizedExtension(SCT_LIST, self.sct(body, parent))
        return builder.add_extension(listed, critical=False).sign(key, SHA256())

    def sct(self, body: bytes, parent: x509.Certificate) -> bytes:
        """Promise to list a precertificate (RFC 6962, 3.2)."""
        when = struct.pack(">Q", self.now * 1000)
        issuer = hashlib.sha256(spki(parent.public_key())).digest()
        signed = b"\0\0" + when + b"\0\1" + issuer + len(body).to_bytes(3, "big") + body + b"\0\0"
        signature = self.ct_key.sign(signed, ec.ECDSA(SHA256()))
        log_id = hashlib.sha256(spki(self.ct_key.public_key())).digest()
        sct = b"\0" + log_id + when + b"\0\0" + b"\4\3" + len(signature).to_bytes(2, "big") + signature
        entry = len(sct).to_bytes(2, "big") + sct
        return octets(len(entry).to_bytes(2, "big") + entry)

    def fulcio(self, body: dict[str, Any], bearer: str) -> list[str]:
        """Answer with a chain in PEM: Prill's requests, cosign 3's, and cosign 2's of the first version of the API."""
        given = body["credentials"]["oidcIdentityToken"] if body.get("credentials") else bearer.partition(" ")[2]
        token = given.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if body.get("certificateSigningRequest"):
            request = x509.load_pem_x509_csr(base64.b64decode(body["certificateSigningRequest"]))
            assert request.is_signature_valid
            public = request.public_key()
        else:
            content = (body.get("publicKeyRequest") or body)["publicKey"]["content"]
            data = content.encode() if "BEGIN" in content else base64.b64decode(content)
            public = load_pem_public_key(data) if b"BEGIN" in data else load_der_public_key(data)
        leaf = self.certify(public, email=claims["email"], issuer=claims["iss"])
        return [one.public_bytes(Encoding.PEM).decode() for one in (leaf, self.middle, self.root)]

    # Rekor 1.

    @property
    def log_id(self) -> bytes:
        return hashlib.sha256(spki(self.rekor_key.public_key())).digest()

    def add(self, document: dict[str, Any]) -> dict[str, Any]:
        """Record an entry, given as its canonical form; answer as Rekor 1 does."""
        body = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        with self.lock:
            self.log1.entries.append(body)
            index = len(self.log1.entries) - 1
            log, root = self.log1, self.log1.root()
            promise = json.dumps(
                {"body": b64(body), "integratedTime": self.now, "logID": self.log_id.hex(), "logIndex": index},
                separators=(",", ":"),
            ).encode()
            note = f"rekor.test - 1\n{len(log.entries)}\n{b64(root)}\n"
            signature = self.rekor_key.sign(note.encode(), ec.ECDSA(SHA256()))
            return {
                "body": b64(body),
                "integratedTime": self.now,
                "logID": self.log_id.hex(),
                "logIndex": index,
                "verification": {
                    "signedEntryTimestamp": b64(self.rekor_key.sign(promise, ec.ECDSA(SHA256()))),
                    "inclusionProof": {
                        "logIndex": index,
                        "treeSize": len(log.entries),
                        "rootHash": root.hex(),
                        "hashes": [one.hex() for one in log.proof(index)],
                        "checkpoint": f"{note}\n— rekor.test {b64(self.log_id[:4] + signature)}\n",
                    },
                },
            }

    def rekor(self, body: dict[str, Any]) -> dict[str, Any]:
        spec = body["spec"]
        if body["kind"] == "dsse":
            content = spec["proposedContent"]
            envelope = json.loads(content["envelope"])
            (one,) = envelope["signatures"]
            spec = {
                "envelopeHash": self.hash(content["envelope"].encode()),
                "payloadHash": self.hash(base64.b64decode(envelope["payload"])),
                "signatures": [{"signature": one["sig"], "verifier": content["verifiers"][0]}],
            }
        if body["kind"] == "intoto":
            spec = self.intoto(spec)
        entry = self.add({"apiVersion": body["apiVersion"], "kind": body["kind"], "spec": spec})
        return {leaf_hash(base64.b64decode(entry["body"])).hex(): entry}

    def intoto(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Return the canonical form of an intoto entry 0.0.1, as cosign 2 asks for it."""
        envelope = spec["content"]["envelope"]
        payload = base64.b64decode(json.loads(envelope)["payload"])
        content = {"hash": self.hash(envelope.encode()), "payloadHash": self.hash(payload)}
        return {"content": content, "publicKey": spec["publicKey"]}

    @staticmethod
    def hash(data: bytes) -> dict[str, str]:
        return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}

    # Rekor 2.

    @property
    def log2_id(self) -> bytes:
        raw = self.rekor2_key.public_key().public_bytes_raw()
        return hashlib.sha256(b"rekor2.test\n\x01" + raw).digest()

    def rekor2(self, body: dict[str, Any]) -> dict[str, Any]:
        request = body["hashedRekordRequestV002"]
        data = {"algorithm": "SHA2_256", "digest": request["digest"]}
        spec = {"hashedRekordV002": {"data": data, "signature": request["signature"]}}
        return self.add2({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec})

    def add2(self, document: dict[str, Any]) -> dict[str, Any]:
        raw = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        with self.lock:
            self.log2.entries.append(raw)
            index, root = len(self.log2.entries) - 1, self.log2.root()
            note = f"rekor2.test\n{len(self.log2.entries)}\n{b64(root)}\n"
            signature = b64(self.log2_id[:4] + self.rekor2_key.sign(note.encode()))
            return {
                "logIndex": str(index),
                "logId": {"keyId": b64(self.log2_id)},
                "kindVersion": {"kind": document["kind"], "version": document["apiVersion"]},
                "integratedTime": "0",
                "canonicalizedBody": b64(raw),
                "inclusionProof": {
                    "logIndex": str(index),
                    "treeSize": str(len(self.log2.entries)),
                    "rootHash": b64(root),
                    "hashes": [b64(one) for one in self.log2.proof(index)],
                    "checkpoint": {"envelope": f"{note}\n— rekor2.test {signature}\n"},
                },
            }

    # The timestamp authority.

    def tsa_certificate(self, *, extended: Any = None, end: int = 3650) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tsa")])
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.root.subject)
            .public_key(self.tsa_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(START + timedelta(days=end))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(ca=False), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING] if extended is None else extended),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.tsa_key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.root.public_key()), critical=False)
            .sign(self.root_key, SHA256())
        )

    def stamp(self, imprint: bytes, **change: Any) -> bytes:
        """Answer with a time stamp over a SHA-256.

        ``change``: ``time``, ``digest`` (of the signed attributes), ``content_type``, ``key``, ``status``, ``nonce``,
        ``others`` (beside the certificate).
        """
        sha256, certificate = sequence(oid(SHA256_OID), tlv(0x05)), change.get("certificate", self.tsa)
        info = sequence(
            integer(1),
            oid("1.3.6.1.4.1.57264.2"),
            sequence(sha256, octets(imprint)),
            integer(7),
            generalized_time(change.get("time", self.now)),
            *([tlv(0x02, change["nonce"])] if change.get("nonce") else []),
        )
        digest = change.get("digest", hashlib.sha256(info).digest())
        attributes = set_of(
            sequence(oid("1.2.840.113549.1.9.3"), set_of(oid(change.get("content_type", TST_INFO)))),
            sequence(oid("1.2.840.113549.1.9.4"), set_of(octets(digest))),
            sequence(
                oid("1.2.840.113549.1.9.16.2.47"),
                set_of(
                    sequence(
                        sequence(sequence(octets(hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest())))
                    )
                ),
            ),
        )
        signature = change.get("key", self.tsa_key).sign(attributes, ec.ECDSA(SHA256()))
        signer = sequence(
            integer(1),
            sequence(certificate.issuer.public_bytes(), integer(certificate.serial_number)),
            sha256,
            b"\xa0" + attributes[1:],
            sequence(oid(ECDSA_SHA256)),
            octets(signature),
        )
        data = sequence(
            integer(3),
            set_of(sha256),
            sequence(oid(TST_INFO), tlv(0xA0, octets(info))),
            tlv(0xA0, certificate.public_bytes(Encoding.DER) + change.get("others", b"")),
            set_of(signer),
        )
        token = sequence(oid(SIGNED_DATA), tlv(0xA0, data))
        return sequence(sequence(integer(change.get("status", 0))), token)

    def tsa_answer(self, request: bytes) -> bytes:
        parts = parse_der(request, "the request").children()
        nonce = next((part.content for part in parts[2:] if part.tag == 0x02), b"")
        return self.stamp(parts[1].children()[1].content, nonce=nonce)

    # What is believed.

    def trusted_root(self) -> dict[str, Any]:
        def log(url: str, key: Any, log_id: bytes, details: str) -> dict[str, Any]:
            public = {
                "rawBytes": b64(spki(key.public_key())),
                "keyDetails": details,
                "validFor": {"start": "2024-01-01T00:00:00Z"},
            }
            return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": {"keyId": b64(log_id)}}

        def authority(*chain: x509.Certificate) -> dict[str, Any]:
            certificates = [{"rawBytes": b64(one.public_bytes(Encoding.DER))} for one in chain]
            return {
                "subject": {"organization": "test", "commonName": "test"},
                "uri": self.url,
                "certChain": {"certificates": certificates},
                "validFor": {"start": "2024-01-01T00:00:00Z"},
            }

        p256 = "PKIX_ECDSA_P256_SHA_256"
        ct_id = hashlib.sha256(spki(self.ct_key.public_key())).digest()
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                log(self.url, self.rekor_key, self.log_id, p256),
                log("https://rekor2.test", self.rekor2_key, self.log2_id, "PKIX_ED25519"),
            ],
            "certificateAuthorities": [authority(self.middle, self.root)],
            "ctlogs": [log(self.url, self.ct_key, ct_id, p256)],
            "timestampAuthorities": [authority(self.tsa, self.root)],
        }

    def signing_config(self, *, rekor: int = 1, tsa: bool = True) -> dict[str, Any]:
        def service(url: str, version: int = 1) -> list[dict[str, Any]]:
            valid = {"start": "2024-01-01T00:00:00Z"}
            return [{"url": url, "majorApiVersion": version, "validFor": valid, "operator": "test"}]

        return {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": service(self.url),
            "oidcUrls": service(self.url),
            "rekorTlogUrls": service(self.url, rekor),
            "tsaUrls": service(f"{self.url}/api/v1/timestamp") if tsa else [],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaConfig": {"selector": "ANY"},
        }

    def token(self, *, email: str = "me@example.test", audience: str = "sigstore", expires: int = 600) -> str:
        claims = {
            "iss": "https://issuer.example.test",
            "aud": audience,
            "sub": "1",
            "email": email,
            "email_verified": True,
            "exp": self.now + expires,
            "iat": self.now,
        }
        parts = [{"alg": "RS256", "typ": "JWT"}, claims]
        return ".".join(
            [*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), "AAAA"]
        )


class InstanceSigner:
    """A key with a certificate of the instance."""

    def __init__(self, instance: Instance, **change: Any) -> None:
        self.key = PrivateKey.of(new_key())
        made = instance.certify(self.key._key.public_key(), **change)
        self.certificate = made.public_bytes(Encoding.DER)

    @property
    def public_key(self) -> PublicKey:
        return self.key.public_key

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "InstanceServer"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        instance = self.server.instance
        instance.seen.append(self.path)
        if failure := self.server.failures.get(self.path):
            self.answer(*failure)
        elif self.path == "/api/v1/timestamp":
            self.answer(201, instance.tsa_answer(body), "application/timestamp-reply")
        elif self.path == "/api/v2/signingCert":
            chain = instance.fulcio(json.loads(body), self.headers.get("Authorization") or "")
            self.answer(200, json.dumps({"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}).encode())
        elif self.path == "/api/v1/signingCert":
            chain = instance.fulcio(json.loads(body), self.headers.get("Authorization") or "")
            self.answer(201, "".join(chain).encode(), "application/pem-certificate-chain")
        elif self.path == "/api/v1/log/entries":
            made = instance.rekor(json.loads(body))
            (uuid,) = made
            self.answer(201, json.dumps(made).encode(), ETag=uuid, Location=f"/api/v1/log/entries/{uuid}")
        elif self.path == "/api/v2/log/entries":
            self.answer(201, json.dumps(instance.rekor2(json.loads(body))).encode())
        else:
            self.answer(404, b"{}")

    def do_GET(self) -> None:
        self.server.instance.seen.append(self.path)
        failure = self.server.failures.get(self.path)
        if failure:
            self.answer(*failure)
        elif self.path.startswith("/token") and self.headers.get("Authorization") == "bearer secret":
            self.answer(200, json.dumps({"value": self.server.instance.token()}).encode())
        else:
            self.answer(404, b"{}")

    def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class InstanceServer(ThreadingHTTPServer):
    """Use in a ``with`` block. ``failures`` are paths with the answer they give instead."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.instance = Instance(f"http://127.0.0.1:{self.server_address[1]}")
        self.failures: dict[str, tuple[Any, ...]] = {}
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
