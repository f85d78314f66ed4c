import pytest

from prill.build.spec import (
    Accounts,
    Contents,
    Entrypoint,
    Exclusion,
    FileSource,
    PathEntry,
    PathKind,
    Spec,
    Trim,
    User,
    Variant,
    VariantAccounts,
    VariantContents,
)
from prill.build.spec_variant import UnknownVariant, apply_variant

IMAGE = Spec(
    name="shop",
    contents=Contents(
        distribution="debian:13", packages=("libc6",), exclude=(Exclusion(name="debconf"), Exclusion(name="mawk"))
    ),
    trim=Trim(sets=("docs", "man"), keep=("usr/share/man/man1/**",)),
    entrypoint=Entrypoint(command=("/bin/shop",)),
    cmd=("serve",),
    environment=(("A", "1"), ("B", "2")),
    accounts=Accounts(run_as="app", users=(User(username="app", uid=7),)),
    stop_signal="SIGINT",
    ports=("80/tcp",),
)


def with_variant(variant: Variant):
    return apply_variant(
        Spec(**{name: getattr(IMAGE, name) for name in Spec.__slots__} | {"variants": (("dev", variant),)}), "dev"
    )


def test_no_variant_is_the_image_itself():
    assert apply_variant(IMAGE, "") == IMAGE


def test_an_empty_variant_changes_nothing():
    assert with_variant(Variant()) == IMAGE


def test_a_variant_adds_and_overlays():
    source = FileSource(path="/x", source="x")
    entry = PathEntry(path="/y", type=PathKind.DIRECTORY)
    spec = with_variant(
        Variant(
            contents=VariantContents(
                packages=("debconf>=1.5", "libc6", "bash"), exclude=(Exclusion(name="perl-base"),)
            ),
            untrim=("man",),
            keep_setuid=("/usr/bin/su",),
            environment=(("B", "3"), ("AA", "4")),
            accounts=VariantAccounts(run_as="root", users=(User(username="dev", uid=8),)),
            files=(source,),
            paths=(entry,),
            ports=("80/tcp", "81/tcp"),
            volumes=("/v",),
            annotations=(("a", "b"),),
            work_dir="/src",
            stop_signal="",
        )
    )
    assert spec.contents.packages == ("libc6", "debconf>=1.5", "bash")
    assert spec.contents.exclude == (Exclusion(name="mawk"), Exclusion(name="perl-base"))
    assert spec.trim == Trim(sets=("docs",), keep=("usr/share/man/man1/**",))
    assert spec.keep_setuid == ("/usr/bin/su",)
    assert spec.environment == (("A", "1"), ("AA", "4"), ("B", "3"))
    assert spec.accounts.run_as == "root"
    assert [user.username for user in spec.accounts.users] == ["app", "dev"]
    assert (spec.files, spec.paths) == ((source,), (entry,))
    assert (spec.ports, spec.volumes, spec.annotations) == (("80/tcp", "81/tcp"), ("/v",), (("a", "b"),))
    assert (spec.work_dir, spec.stop_signal) == ("/src", "")
    assert spec.variants == ()


def test_an_entrypoint_of_its_own_does_without_the_images_arguments():
    shell = Entrypoint(command=("/bin/bash",))
    assert with_variant(Variant(entrypoint=shell)).cmd == ()
    assert with_variant(Variant(entrypoint=shell, cmd=("-l",))).cmd == ("-l",)
    assert with_variant(Variant(cmd=("debug",))).entrypoint == IMAGE.entrypoint
    assert with_variant(Variant(cmd=())).cmd == ()


def test_an_unknown_variant_and_the_nearest_one():
    spec = Spec(name="shop", contents=IMAGE.contents, variants=(("debug", Variant()), ("dev", Variant())))
    with pytest.raises(UnknownVariant, match="shop has no variant 'debgu'") as caught:
        apply_variant(spec, "debgu")
    assert caught.value.hint == "did you mean 'debug'?"
    with pytest.raises(UnknownVariant) as caught:
        apply_variant(spec, "x")
    assert caught.value.hint == "it has debug, dev"
    with pytest.raises(UnknownVariant) as caught:
        apply_variant(IMAGE, "x")
    assert caught.value.hint == "it has none"
