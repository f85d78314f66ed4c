"""Programs that fetch files from elsewhere or send them there."""

from prill.inspection.facts._programs import program_fact

__all__ = ["DOWNLOADERS"]

DOWNLOADERS = program_fact("downloader")
