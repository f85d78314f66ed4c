"""Dockerfiles: a lossless syntax tree, what a build would make of it, and the rules that judge it."""

__all__: list[str] = []
