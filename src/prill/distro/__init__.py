"""Distributions: who they are, and whom they trust."""

__all__: list[str] = []
