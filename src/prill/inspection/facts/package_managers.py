"""Package managers: whoever can run one can change the image."""

from prill.inspection.facts._programs import program_fact

__all__ = ["PACKAGE_MANAGERS"]

PACKAGE_MANAGERS = program_fact("package-manager")
