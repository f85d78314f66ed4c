"""Compilers, linkers and build tools."""

from prill.inspection.facts._programs import program_fact

__all__ = ["COMPILERS"]

COMPILERS = program_fact("compiler")
