"""Servers that let people log in from elsewhere."""

from prill.inspection.facts._programs import program_fact

__all__ = ["SSH_SERVERS"]

SSH_SERVERS = program_fact("ssh-server")
