"""Print a lint rule's page: why, bad, good, aliases, how it is fixed; without a rule, list them all.

examples:
  prill rule
  prill rule unpinned-base
  prill rule DL3006
"""

import argparse

from prill.cli.exit import Exit
from prill.cli.output import say

__all__ = ["run", "setup_parser"]


def setup_parser(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="a rule's id, or what hadolint or BuildKit call it")


def run(arguments: argparse.Namespace) -> Exit:
    """Print."""
    from prill.api.lint import find_rule, rule_infos  # noqa: PLC0415 - start-up stays lazy

    if arguments.rule is None:
        infos = sorted(rule_infos(), key=lambda info: info.id)
        width = max(len(info.id) for info in infos)
        say("\n".join(f"{info.id:<{width}}  {info.severity:<7}  {info.summary}" for info in infos))
        return Exit.GOOD
    from prill.api.lint_pages import how_fixed  # noqa: PLC0415
    from prill.dockerfile.pages import read_page  # noqa: PLC0415

    rule = find_rule(arguments.rule)
    facts = [f"severity: {rule.severity}"]
    if rule.aliases:
        facts.append(f"aliases: {', '.join(rule.aliases)}")
    if not rule.default:
        facts.append("runs when the settings turn it on")
    title, _, rest = read_page(rule).text.partition("\n")
    say(f"{title}\n\n{rule.summary}.\n{'; '.join(facts)}\nfix: {how_fixed(rule)}\n{rest}")
    return Exit.GOOD
