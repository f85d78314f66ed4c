"""The media types of what a build attaches to an image, besides in-toto's statements."""

__all__ = ["CYCLONEDX", "LOCK", "RECORD", "SPDX"]

SPDX = "application/spdx+json"
CYCLONEDX = "application/vnd.cyclonedx+json"
LOCK = "application/vnd.prill.lock.v1+json"
RECORD = "application/vnd.prill.build-record.v1+json+gzip"
