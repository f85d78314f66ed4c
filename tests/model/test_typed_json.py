"""Types that several threads give to msgspec: without `ready`, the process dies."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from prill.errors import PrillError
from prill.model.typed_json import decode_json, ready

SOURCE = Path(__file__).resolve().parents[2] / "src" / "prill"
RACE = """
import sys, threading
import msgspec
from prill.model.typed_json import ready

sys.setswitchinterval(1e-6)
FIELDS = [(f"f{number}", "dict[str, tuple[str, ...]] | None", None) for number in range(20)]


def race(kind):
    start = threading.Barrier(8)

    def read():
        start.wait()
        for _ in range(3):
            msgspec.json.decode(b'{"inner": {"f0": {"a": ["b"]}}}', type=ready(kind))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


for number in range(60):
    inner = msgspec.defstruct(f"Inner{number}", FIELDS)
    race(msgspec.defstruct(f"Outer{number}", [("inner", inner), ("more", list[inner], [])]))
print("alive")
"""


def test_eight_threads_read_what_none_has_read_before():
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "alive\n")


@pytest.mark.parametrize("kind", [int, str | None, dict[str, tuple[int, ...]]])
def test_a_type_stays_what_it_is(kind: object):
    assert ready(kind) is kind
    assert ready(kind) is kind


def test_every_class_that_msgspec_reads_is_ready():
    call = re.compile(
        r"msgspec\.(?:json\.decode|msgpack\.decode|convert)\((?:[^()]|\([^()]*\))*?type=(?!ready\(|dict\[str, msgspec\.Raw\])"
    )
    missed = [str(path.relative_to(SOURCE)) for path in sorted(SOURCE.rglob("*.py")) if call.search(path.read_text())]
    assert missed == []


def test_a_byte_order_mark_is_passed_over():
    assert decode_json(b'\xef\xbb\xbf{"a": 1}', dict[str, int], PrillError, "no numbers") == {"a": 1}


@pytest.mark.parametrize(
    "data",
    [b"", b"[", b'{"a": "b"}', b'{"\xff": 1}', b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"\xff\xfe{\0}\0"],
    ids=["nothing", "cut short", "another shape", "no UTF-8", "deep", "UTF-16"],
)
def test_what_is_no_such_json_is_told(data: bytes):
    with pytest.raises(PrillError, match=r"^no numbers: "):
        decode_json(data, dict[str, int], PrillError, "no numbers")
