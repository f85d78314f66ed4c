"""Debuggers, tracers and what listens to the network."""

from prill.inspection.facts._programs import program_fact

__all__ = ["DEBUGGERS"]

DEBUGGERS = program_fact("debugger")
