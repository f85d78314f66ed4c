"""Shells, by name and by content: programs, links, renamed copies, and applets."""

from prill.inspection.facts._programs import program_fact

__all__ = ["SHELLS"]

SHELLS = program_fact("shell")
