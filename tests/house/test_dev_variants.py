"""Every variant with apt that the project hands out has what apt needs: one list, gold/include/dev.yaml's."""

import re
from pathlib import Path

import pytest
import yaml

from prill.build.spec_templates import KINDS, new_spec
from prill.distro.debian import RELEASES

ROOT = Path(__file__).resolve().parents[2]
DEV = yaml.safe_load((ROOT / "gold" / "include" / "dev.yaml").read_text(encoding="utf-8"))["variants"]["dev"]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def specs() -> dict[str, dict]:
    """Return the specs of templates and pages by where they are."""
    texts = {f"prill new {kind}": new_spec(kind) for kind in KINDS}
    for page in PAGES:
        blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        texts |= {f"{page.name} {number}": text for number, text in enumerate(blocks, 1)}
    return {where: yaml.safe_load(text) for where, text in texts.items()}


WITH_APT = [
    pytest.param(spec, variant, id=f"{where}, {name}")
    for where, spec in specs().items()
    for name, variant in spec.get("variants", {}).items()
    if "apt" in variant.get("contents", {}).get("packages", ())
]


def test_the_list_has_what_debian_calls_essential():
    for release in RELEASES:
        assert set(release.essential) - {"base-files"} <= set(DEV["contents"]["packages"])


def test_there_are_such_variants():
    assert {"prill new python, dev", "prill new java, dev", "spec.md 2, dev"} <= {param.id for param in WITH_APT}


@pytest.mark.parametrize(("spec", "variant"), WITH_APT)
def test_a_variant_with_apt_has_the_whole_list(spec: dict, variant: dict):
    assert set(DEV["contents"]["packages"]) <= set(variant["contents"]["packages"])
    assert "base-files" in spec["contents"]["packages"]
    sets = spec["trim"]["sets"] if isinstance(spec["trim"], dict) else spec["trim"]
    assert not (set(sets) - set(variant["untrim"])) & set(DEV["untrim"])
    assert variant["environment"] == DEV["environment"]
    assert variant["accounts"] == DEV["accounts"]
