"""Searches texts for regular expressions, in a process that can be killed (``python -I -S _match.py``).

Each line of the input is a JSON object with a ``text`` and ``patterns``; the answer is a line of ``1`` or ``0`` for
each pattern, written as soon as it is known.
"""

import json
import re
import sys

__all__ = ["main"]


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        for pattern in request["patterns"]:
            found = re.search(pattern, request["text"]) is not None
            sys.stdout.write("1\n" if found else "0\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
