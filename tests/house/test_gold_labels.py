"""What the gold images' labels say is true of each variant."""

from pathlib import Path

import pytest

from prill.api.specs import load_spec
from prill.build.spec import Spec
from prill.build.spec_variant import apply_variant

GOLD = Path(__file__).resolve().parents[2] / "gold"
VARIANTS = [
    pytest.param(loaded.spec, variant, id=f"{path.stem}, {variant}")
    for path in sorted(GOLD.glob("*.yaml"))
    for loaded in (load_spec(path),)
    for variant, _ in loaded.spec.variants
]


def test_there_are_variants_with_and_without_apt():
    assert {"python3, dev", "python3, debug"} <= {param.id for param in VARIANTS}


@pytest.mark.parametrize(("spec", "variant"), VARIANTS)
def test_a_variant_with_a_shell_does_not_say_that_it_has_none(spec: Spec, variant: str):
    said = dict(apply_variant(spec, variant).annotations)
    assert "without a shell" not in said["org.opencontainers.image.description"]
    assert "org.opencontainers.image.title" not in said, "a title is an image's name, which the build gives it"
