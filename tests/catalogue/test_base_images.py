import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.api.specs import load_spec
from prill.catalogue import base_images
from prill.catalogue.base_images import find_base_image
from prill.catalogue.data_files import load_data

GOLD = Path(__file__).parents[2] / "gold"
KEYS = {
    "debian", "dated", "distribution", "ends", "entrypoint", "interpreter", "kind", "libc", "nonroot", "pattern", "programs",
    "programs-in-full", "retired", "runtime", "shell", "source", "successor", "system", "tag", "users", "version",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tag", "facts"),
    [
        ("gcr.io/distroless/python3-debian12", "", {"entrypoint": "python3", "version": "3.11", "shell": False}),
        ("gcr.io/distroless/nodejs20-debian12", "nonroot", {"runtime": "nodejs", "version": "20", "nonroot": True}),
        ("gcr.io/distroless/static-debian13", "debug", {"shell": True, "libc": "none"}),
        ("gcr.io/distroless/java21-debian12", "", {"releases": (("openjdk", "21"), ("debian", "12"))}),
        (
            "docker.io/library/python",
            "3.12-alpine3.20",
            {"libc": "musl", "releases": (("python", "3.12"), ("alpine", "3.20"))},
        ),
        ("node", "20-bookworm-slim", {"version": "20", "releases": (("nodejs", "20"), ("debian", "12"))}),
        ("nginx", "1.20-alpine", {"releases": (("nginx", "1.20"),), "libc": "musl"}),
        ("debian", "bookworm-slim", {"kind": "os", "releases": (("debian", "12"),)}),
        ("ubuntu", "22.04", {"releases": (("ubuntu", "22.04"),)}),
        ("cgr.dev/chainguard/python", "latest-dev", {"kind": "sdk", "shell": True}),
        ("eclipse-temurin", "21-jre-alpine", {"kind": "runtime", "version": "21", "libc": "musl"}),
        ("eclipse-temurin", "21", {"kind": "sdk", "version": "21"}),
        ("amazoncorretto", "21-al2023-headless", {"kind": "runtime"}),
        ("openjdk", "8-jre-slim", {"kind": "runtime", "ends": date(2022, 7, 31)}),
        ("openjdk", "", {"kind": "sdk", "ends": date(2022, 7, 31)}),
        ("openjdk", "26-ea-jdk", {"kind": "sdk", "ends": None}),
        ("java", "8-jre", {"kind": "runtime", "ends": date(2016, 12, 31)}),
        ("minimus.io/python", "3.11", {"retired": date(2026, 10, 22)}),
        ("scratch", "", {"libc": "none", "shell": False}),
        ("alpine", "latest", {"libc": "musl", "releases": ()}),
    ],
)
def test_what_is_known(name: str, tag: str, facts: dict[str, object]):
    found = find_base_image(name, tag)
    assert found is not None
    assert {key: getattr(found, key) for key in facts} == facts


@pytest.mark.parametrize(
    ("name", "tag", "lacks", "has"),
    [
        ("debian", "13-slim", {"curl", "wget", "nc", "python3"}, {"bash", "perl"}),
        ("alpine", "3.23", {"bash", "curl"}, {"wget", "nc"}),
        ("node", "24-slim", {"curl", "wget"}, {"bash"}),
        ("node", "24-bookworm", {"nc"}, {"curl", "wget"}),
        ("node", "24-alpine", {"curl", "bash"}, {"wget"}),
        ("gcr.io/distroless/static-debian13", "nonroot", {"bash", "wget"}, set()),
        ("gcr.io/distroless/static-debian13", "debug", {"bash"}, {"wget"}),
        ("scratch", "", {"bash"}, {"something that nobody asks about"}),
        ("mcr.microsoft.com/dotnet/aspnet", "9.0-azurelinux3.0", set(), {"perl", "curl"}),
        ("cgr.dev/chainguard/python", "latest-dev", set(), {"curl"}),
    ],
)
def test_which_programs_are_known_to_be_missing(name: str, tag: str, lacks: set[str], has: set[str]):
    found = find_base_image(name, tag)
    assert found is not None
    assert all(map(found.lacks_program, lacks))
    assert not any(map(found.lacks_program, has))


def test_which_users_are_known_to_be_missing():
    known = {name: find_base_image(name, "3-slim") for name in ("scratch", "node", "debian", "maven", "php")}
    images = {name: image for name, image in known.items() if image is not None}
    assert images["scratch"].lacks_user("nobody")
    assert images["debian"].lacks_user("node")
    assert not images["node"].lacks_user("node")
    assert not images["php"].lacks_user("www-data")
    assert not images["maven"].lacks_user("whoever")  # nobody has looked
    gradle = find_base_image("gradle", "jdk21-alpine")
    assert gradle is not None
    assert not gradle.lacks_user("gradle")


@pytest.mark.parametrize("name", ["registry.example/team/python", "mypython", "quay.io/python", "gcr.io/distroless"])
def test_what_is_not_known_is_unknown(name: str):
    assert find_base_image(name, "3.12") is None


@pytest.mark.parametrize(
    ("name", "tag", "facts"),
    [
        (
            "dhi.io/python",
            "3.13",
            {"shell": False, "nonroot": True, "libc": "glibc", "version": "3.13", "entrypoint": ""},
        ),
        ("dhi.io/python", "3.13-debian13", {"releases": (("python", "3.13"), ("debian", "13"))}),
        ("dhi.io/python", "3.13-alpine3.23", {"shell": False, "libc": "musl"}),
        ("dhi.io/python", "3.13-alpine3.23-dev", {"kind": "sdk", "shell": True, "nonroot": False}),
        ("dhi.io/node", "22-sfw-dev", {"kind": "sdk", "shell": True}),
        ("dhi.io/node", "24-debian13", {"shell": False, "runtime": "nodejs", "version": "24"}),
        ("dhi.io/nginx", "1.29", {"entrypoint": "nginx", "nonroot": True}),
        ("dhi.io/static", "20250419-alpine3.23", {"libc": "none", "shell": False}),
        ("dhi.io/static", "20250419-glibc", {"libc": "", "shell": False}),
        ("dhi.io/postgres", "18", {"kind": "minimal", "shell": None, "nonroot": None}),
        ("registry.access.redhat.com/ubi9/ubi-minimal", "latest", {"shell": True, "releases": (("rhel", "9"),)}),
        ("registry.access.redhat.com/ubi8-micro", "", {"shell": None, "releases": (("rhel", "8"),)}),
        ("registry.redhat.io/ubi9/nodejs-22-minimal", "", {"nonroot": True}),
        ("registry.access.redhat.com/hi/python", "3.14", {"kind": "minimal", "shell": None}),
        ("mcr.microsoft.com/dotnet/aspnet", "9.0-noble-chiseled-extra", {"shell": False, "nonroot": True}),
        ("mcr.microsoft.com/dotnet/aspnet", "9.0-noble", {"shell": True, "nonroot": None}),
        ("mcr.microsoft.com/dotnet/runtime", "9.0-azurelinux3.0-distroless", {"kind": "distroless", "version": "9.0"}),
        ("mcr.microsoft.com/azurelinux/distroless/base", "3.0", {"shell": False}),
        ("cgr.dev/chainguard/go", "latest", {"entrypoint": "go", "shell": True, "nonroot": False}),
        ("cgr.dev/chainguard/nginx", "latest", {"entrypoint": "nginx", "shell": False}),
    ],
)
def test_what_is_known_of_hardened_images(name: str, tag: str, facts: dict[str, object]):
    found = find_base_image(name, tag)
    assert found is not None
    assert {key: getattr(found, key) for key in facts} == facts


def test_users_of_hardened_images():
    node = find_base_image("dhi.io/node", "24-alpine3.23")
    chiseled = find_base_image("mcr.microsoft.com/dotnet/runtime-deps", "9.0-noble-chiseled")
    assert node is not None
    assert chiseled is not None
    assert (node.lacks_user("nonroot"), node.lacks_user("node")) == (True, False)
    assert (chiseled.lacks_user("ubuntu"), chiseled.lacks_user("app")) == (True, False)


SPECS = sorted(path.stem for path in GOLD.glob("*.yaml"))


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("where", ["gold/", "registry.example.com/gold/", "localhost:5000/platform/gold/"])
def test_gold_images_are_known_as_their_specs_describe_them(where: str, name: str):
    image = load_spec(GOLD / f"{name}.yaml").spec
    found = find_base_image(where + name, "1")
    assert found is not None
    assert (found.shell, found.nonroot) == (False, image.accounts.run_as == "nonroot")
    assert tuple(str(image.contents.distribution).split(":")) in found.releases
    assert (found.libc == "none") is ("libc6" not in image.contents.packages)
    command = Path(image.entrypoint.command[0]).name if image.entrypoint.command else ""
    assert found.entrypoint == re.sub(r"3\.\d+$", "3", command)
    assert (GOLD.parent / found.source.split(",")[0]).exists()


@pytest.mark.parametrize("name", SPECS)
def test_variants_of_gold_images_are_known_by_name_and_by_tag(name: str):
    by_name, by_tag = find_base_image(f"example.com/gold/{name}-dev", "1"), find_base_image(f"gold/{name}", "1-dev")
    debug = find_base_image(f"example.com/gold/{name}-debug", "1")
    assert by_name is not None
    assert debug is not None
    assert by_name == by_tag
    assert (by_name.kind, by_name.shell, by_name.nonroot, by_name.entrypoint) == ("sdk", True, False, "bash")
    assert (debug.shell, debug.nonroot, debug.debug) == (True, True, True)
    assert debug.lacks_program("curl")
    assert not debug.lacks_program("wget")


@pytest.mark.parametrize("name", ["example.com/gold/shop", "example.com/golden/python3", "gold", "gold/python3/tools"])
def test_others_images_are_not_taken_for_gold(name: str):
    assert find_base_image(name, "1") is None


def test_every_fact_has_its_source_and_its_date():
    for name in ("hardened-images", "base-images"):
        _, for_all, _ = load_data(name)
        for _, pattern, file, text in base_images._rows(name):
            row = base_images._row(file, text)
            assert "https://" in row["source"], pattern
            assert row["source"] != for_all, pattern
            assert date(2026, 1, 1) <= row["dated"] <= date(2026, 12, 31), pattern
            assert not set(row) - KEYS, pattern
    for _, pattern, file, text in base_images._rows("gold-images"):
        row = base_images._row(file, text)
        assert all((GOLD.parent / path).is_file() for path in row["source"].split(", ")), pattern
        assert not set(row) - KEYS, pattern


@pytest.mark.parametrize("pattern", [pattern for _, pattern, *_ in base_images._rows("hardened-images")])
@given(data=st.data())
def test_names_of_hardened_images_have_folders(pattern: str, data: st.DataObject):
    """Their table is not read for a name without."""
    assert "/" in data.draw(st.from_regex(pattern, fullmatch=True))
