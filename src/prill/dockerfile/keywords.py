"""What BuildKit knows: instructions, their flags, and how their arguments are read (frontend/dockerfile/parser)."""

__all__ = ["EXEC_FORMS", "FLAGS", "HEREDOCS", "KEYWORDS", "SHELL_FORMS"]

KEYWORDS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK",
        "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip

EXEC_FORMS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"})
"""Their arguments may be a JSON array; HEALTHCHECK's, too, after CMD."""

SHELL_FORMS = frozenset({"CMD", "ENTRYPOINT", "RUN"})
"""Without a JSON array, these hand their text to the shell."""

HEREDOCS = frozenset({"ADD", "COPY", "RUN"})

FLAGS: dict[str, frozenset[str]] = {
    "ADD": frozenset({"checksum", "chmod", "chown", "exclude", "keep-git-dir", "link", "unpack"}),
    "COPY": frozenset({"chmod", "chown", "exclude", "from", "link", "parents"}),
    "FROM": frozenset({"platform"}),
    "HEALTHCHECK": frozenset({"interval", "retries", "start-interval", "start-period", "timeout"}),
    "RUN": frozenset({"device", "mount", "network", "security"}),
}
"""The flags of each instruction that has any (frontend/dockerfile/instructions)."""
