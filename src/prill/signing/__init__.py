"""Signatures and attestations: made as cosign makes them, verified step by step."""

__all__: list[str] = []
