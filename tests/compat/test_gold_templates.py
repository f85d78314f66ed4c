"""The specs that ``prill new`` writes and docs/spec.md shows, built from Debian's real archive: their ``dev`` variants."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from apt_inside import Snapshots, apt_get
from gold_images import prill
from prill.build.lock import decode_lock

pytestmark = [pytest.mark.compat, pytest.mark.archive, pytest.mark.slow]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec.md"


def text_of(kind: str) -> str:
    """Return a template, or the full example of docs/spec.md without the files that it only speaks of."""
    if kind != "shop":
        return prill("new", kind)
    _, full = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    spec = yaml.safe_load(full)
    del spec["include"], spec["files"], spec["compression"]  # umoci cannot unpack zstd
    spec["paths"] = [one for one in spec["paths"] if one["type"] != "symlink"]
    return json.dumps(spec)


@pytest.mark.parametrize(
    ("kind", "program", "version"),
    [
        ("python", "python3.13 -m pip --version", "pip 2"),
        ("java", "mvn --version", "Apache Maven 3"),
        ("shop", "python3.13 --version", "Python 3.13"),
    ],
)
def test_apt_get_installs_in_the_dev_variant(kind: str, program: str, version: str, tmp_path: Path):
    spec, layout, root = tmp_path / f"{kind}.yaml", tmp_path / "layout", tmp_path / "root"
    spec.write_text(json.dumps(yaml.safe_load(text_of(kind)) | {"archs": ["amd64"]}))
    prill("lock", "-q", spec)
    prill("build", "-q", spec, "-o", layout, "--arch", "amd64", "--variant", "dev")
    record = json.loads(prill("show", layout, "--format", "json"))
    assert (record["subset"], [note for note in record["notes"] if "apt-get" in note]) == ([], [])
    subprocess.run(["umoci", "raw", "unpack", "--image", f"{layout}:latest", root], capture_output=True, check=True)
    script = (
        "apt-get update\napt-get install -y --no-install-recommends jq cron </dev/null\n"
        f"{program}\ndpkg --audit\napt-get check\necho '{{\"a\": [1, 2]}}' | jq -c .a\n"
    )
    lock = decode_lock((tmp_path / f"{kind}.lock.json").read_bytes(), kind)
    with Snapshots(max(one.date for one in lock.releases)) as snapshots:
        said = apt_get(root, script, snapshots=snapshots, work=tmp_path)
    assert said.endswith("[1,2]\n")
    assert version in said
