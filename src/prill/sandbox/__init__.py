"""Runs a program of an image, shut off from the machine."""

__all__: list[str] = []
