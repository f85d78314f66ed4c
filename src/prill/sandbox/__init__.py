"""Runs a program of an image, shut off from the machine, and structure tests with it.

Nothing is imported here: take `prill.sandbox.runner` to run a command, `prill.sandbox.structure` to run tests.
"""

__all__: list[str] = []
