"""``make fuzz``: atheris drives the readers of tests/fuzz_targets.py, each for a bounded time, in a process of its own.

``tools/fuzz.py [TARGET …] --seconds N`` runs them one after the other, and ends with 1 where one found something: the
input lies beside the corpus then, and ``tools/fuzz.py TARGET --input FILE`` reads it once more. What was learnt stays
in the user's cache.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prill-fuzz"
MEMORY = 2048
SLOWEST = 20


def main() -> int:
    """Run all that were named, or be the process of one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="which readers (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="how long each runs (default: %(default)s)")
    parser.add_argument("--input", type=Path, help="read one file, without fuzzing")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        drive(arguments.targets[0], arguments.seconds)
    from fuzz_targets import TARGETS  # noqa: PLC0415 - `drive` has it watched while it is imported

    known = {target.name: target for target in TARGETS}
    if unknown := set(arguments.targets) - known.keys():
        parser.error(f"no such target: {', '.join(sorted(unknown))} (known: {', '.join(known)})")
    if arguments.input:
        known[arguments.targets[0]](arguments.input.read_bytes())
        return 0
    failed = [name for name in arguments.targets or known if not run(name, arguments.seconds)]
    print(f"found something: {', '.join(failed)}" if failed else "nothing was found")
    return bool(failed)


def run(name: str, seconds: int) -> bool:
    """Fuzz one target; return whether nothing was found."""
    print(f"{name}, {seconds} s", flush=True)
    command = [sys.executable, __file__, name, "--seconds", str(seconds), "--alone"]
    return subprocess.run(command, check=False).returncode == 0


def drive(name: str, seconds: int) -> None:
    """Be the fuzzer's process; never return."""
    import atheris  # noqa: PLC0415 - the others need none

    with atheris.instrument_imports(include=["prill"]):
        from fuzz_targets import TARGETS  # noqa: PLC0415

    target = next(one for one in TARGETS if one.name == name)
    corpus, found = CACHE / name / "corpus", CACHE / name / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MEMORY}",
        f"-timeout={SLOWEST}",
        f"-artifact_prefix={found}/",
        "-max_len=65536",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
