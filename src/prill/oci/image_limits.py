"""How much of an image that somebody else made is read."""

from prill.archive.bounds import Limits

__all__ = ["IMAGE_LIMITS"]

IMAGE_LIMITS = Limits(
    max_entries=4_000_000,
    max_file_size=64 << 30,
    max_total_size=128 << 30,
)
"""Bounds for all layers of an image together: the largest images known have some 3 million files and 50 GB.

An entry takes about 300 bytes of memory, of which its path is the most.
"""
