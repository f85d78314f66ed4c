"""Tools to look around with stay in the image."""

from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity

__all__ = ["RULE"]

_INSTALL: dict[str, frozenset[str]] = {
    "apk": frozenset({"add"}),
    **dict.fromkeys(("apt", "apt-get", "dnf", "microdnf", "tdnf", "yum", "zypper"), frozenset({"install", "in"})),
}
_TOOLS = frozenset(
    {"bind-tools", "dnsutils", "bind-utils", "emacs", "ftp", "gdb", "htop", "iftop", "inetutils-telnet", "iputils-ping"}
    | {"less", "lsof", "ltrace", "man-db", "mtr", "nano", "ncat", "net-tools", "netcat", "netcat-openbsd", "nmap"}
    | {"netcat-traditional", "openssh-client", "openssh-server", "perf", "socat", "strace", "screen", "sudo", "tcpdump"}
    | {"telnet", "tmux", "traceroute", "vim", "vim-tiny", "wireshark", "tshark"}
)


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    final = dockerfile.final
    for stage in final.lineage if final is not None else ():
        for step in stage.of("RUN"):
            for command in step.commands:
                if command.program not in _INSTALL or _INSTALL[command.program].isdisjoint(command.texts):
                    continue
                for word in command.operands:
                    name = word.masked.partition("=")[0]
                    if name in _TOOLS:
                        yield Problem(word.span, f"{name} stays in the image, for whoever breaks in, too")


RULE = Rule(
    id="debug-tools-in-final",
    severity=Severity.INFO,
    summary="Tools to look around with stay in the image",
    check=_check,
)
