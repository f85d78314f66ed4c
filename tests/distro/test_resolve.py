"""Choosing packages: what apt would choose, and where there is nothing to choose from, why."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prill.distro.deb.index import Universe
from prill.distro.deb.resolve import Excluded, Reason, UnsatisfiableRequest
from small_universe import choose, index, names, universe


def refusal(offer: Universe, *requirements: str, exclude: tuple[str, ...] = ()) -> UnsatisfiableRequest:
    with pytest.raises(UnsatisfiableRequest) as caught:
        choose(offer, *requirements, exclude=exclude)
    return caught.value


def test_dependencies_and_nothing_else():
    offer = universe(
        "a; Pre-Depends: p; Depends: d; Recommends: r; Suggests: s; Enhances: e",
        "p; Depends: q",
        *"dqrse",
        "essential; Essential: yes",
        "required; Priority: required",
    )
    assert names(offer, "a") == ["a", "d", "p", "q"]


def test_nothing_requested():
    assert choose(universe("a")).packages == ()


def test_the_first_alternative_is_taken():
    assert names(universe("a; Depends: x | y", "x", "y"), "a") == ["a", "x"]
    assert names(universe("a; Depends: x | y", "y"), "a") == ["a", "y"]
    assert names(universe("a; Depends: x (>= 2) | y", "x", "y"), "a") == ["a", "y"]


def test_an_alternative_that_is_there_already_will_do():
    offer = universe("a; Depends: x | y", "x", "y", "b; Depends: y")
    assert names(offer, "a", "y") == ["a", "y"]
    assert names(offer, "y", "a") == ["a", "y"]
    assert names(offer, "b", "a") == ["a", "b", "y"]
    assert names(offer, "a", "b") == ["a", "b", "x", "y"]  # as with apt, the order of the request matters


def test_pre_depends_are_walked_first():
    offer = universe("a; Depends: x | y; Pre-Depends: b", "b; Depends: y", "x", "y")
    assert names(offer, "a") == ["a", "b", "y"]


def test_an_alternative_whose_dependencies_fail_is_skipped():
    offer = universe(
        "a; Depends: x | y | z", "x; Depends: gone", "y; Depends: w", "w; Depends: w2", "w2; Depends: no", "z"
    )
    assert names(offer, "a") == ["a", "z"]


def test_an_alternative_in_conflict_with_the_request_is_skipped():
    offer = universe("a; Depends: x | y", "x", "y", "b; Depends: c", "c; Conflicts: x")
    assert names(offer, "a", "b") == ["a", "b", "c", "y"]


def test_a_later_preference_displaces_an_earlier_one():
    offer = universe("a; Depends: x1 | x2, y", "x1", "x2", "y; Depends: z | w", "z; Conflicts: x1", "w")
    assert names(offer, "a") == ["a", "x2", "y", "z"]


def test_but_only_where_the_earlier_one_has_another_choice():
    offer = universe("a; Depends: x1 | x3, y", "x1", "y; Depends: z | x2", "z; Conflicts: x1", "x2")
    assert names(offer, "a") == ["a", "x1", "x2", "y"]


def test_the_highest_version_of_all_pockets():
    offer = Universe.of([index("a; Depends: b", "b 1"), index("b 1+deb13u1", pocket="security"), index("b 0.9")])
    assert names(offer, "a") == ["a", "b=1+deb13u1"]


def test_cycles():
    assert names(universe("a; Depends: b", "b; Depends: c", "c; Depends: a, b"), "a") == ["a", "b", "c"]


class TestProviders:
    def test_versioned_provides(self):
        offer = universe("a; Depends: v (>= 2)", "p1; Provides: v", "p2; Provides: v (= 1)", "p3; Provides: v (= 2)")
        assert names(offer, "a") == ["a", "p3"]

    def test_a_package_of_that_name_comes_first(self):
        offer = universe("a; Depends: v", "p; Provides: v; Essential: yes", "v")
        assert names(offer, "a") == ["a", "v"]

    @pytest.mark.parametrize(
        ("best", "other"),
        [
            ("Essential: yes", "Important: yes; Priority: required"),
            ("Important: yes; Priority: extra", "Priority: required"),
            ("Priority: required", "Priority: important"),
            ("Priority: standard", "Priority: optional"),
            ("Priority: optional", "Priority: extra"),
            ("Priority: optional", "Priority: source"),
        ],
    )
    def test_rank(self, best: str, other: str):
        for first, second in (("p", "q"), ("q", "p")):
            offer = universe("a; Depends: v", f"{first}; Provides: v; {best}", f"{second}; Provides: v; {other}")
            assert names(offer, "a") == ["a", first]

    def test_the_provider_mentioned_last_wins_a_tie(self):
        offer = universe("a; Depends: v", "p; Provides: v", "q; Provides: v", "r; Provides: v")
        assert names(offer, "a") == ["a", "r"]
        offer = universe("a; Depends: v; Suggests: r", "p; Provides: v", "q; Provides: v", "r; Provides: v")
        assert names(offer, "a") == ["a", "q"]

    def test_only_the_candidate_provides(self):
        offer = universe("a; Depends: v", "p 1; Provides: v", "p 2", "q; Provides: v")
        assert names(offer, "a") == ["a", "q"]

    def test_a_request_for_a_virtual_package_with_one_provider(self):
        resolution = choose(universe("p; Provides: v"), "v")
        assert [chosen.reasons for chosen in resolution.packages] == [(Reason(package="", field="", relation="v"),)]

    def test_a_request_for_a_virtual_package_with_several(self):
        error = refusal(universe("p; Provides: v", "q; Provides: v"), "v")
        assert error.message == "v is provided by 2 packages"
        assert error.hint == "request one of them: p, q"

    def test_a_version_of_a_virtual_package(self):
        assert "cannot choose a version" in refusal(universe("p; Provides: vv (= 2)"), "vv>=1").message


class TestConflicts:
    @pytest.mark.parametrize("field", ["Conflicts", "Breaks"])
    def test_with_a_package(self, field: str):
        assert names(universe(f"a; {field}: b (<< 2)", "b 2"), "a", "b") == ["a", "b=2"]
        error = refusal(universe(f"a; {field}: b (<< 2)", "b 1"), "a", "b")
        assert error.lines == (
            "no set of packages meets the request:",
            "a is requested",
            "b is requested",
            f"a 1 has {field}: b (<< 2), which is 1 here",
        )

    def test_with_what_another_package_provides(self):
        error = refusal(universe("a; Conflicts: v; Provides: v", "b; Provides: v"), "a", "b")
        assert error.lines[-1] == "a 1 has Conflicts: v, which b 1 provides"

    def test_with_a_version_that_another_package_provides(self):
        offer = universe("a; Breaks: v (<< 2)", "b; Provides: v", "c; Provides: v (= 2)", "d; Provides: v (= 1)")
        assert names(offer, "a", "b", "c") == ["a", "b", "c"]
        assert refusal(offer, "a", "d").lines[-1] == "a 1 has Breaks: v (<< 2), which d 1 provides"

    def test_not_with_oneself(self):
        assert names(universe("a; Conflicts: v, a; Provides: v, a (= 3)"), "a") == ["a"]

    def test_the_chain_down_from_the_request(self):
        offer = universe(
            "a; Depends: b | b2", "b; Depends: c (>= 1)", "b2; Depends: c", "c", "x; Pre-Depends: y", "y; Breaks: c"
        )
        assert refusal(offer, "x", "a").lines == (
            "no set of packages meets the request:",
            "a is requested",
            "a 1 has Depends: b | b2",
            "b 1 has Depends: c (>= 1)",
            "b2 1 has Depends: c",
            "x is requested",
            "x 1 has Pre-Depends: y",
            "y 1 has Breaks: c",
        )

    def test_a_long_story_is_cut_short(self):
        providers = [f"p{number}; Provides: v; Conflicts: b" for number in range(100)]
        lines = refusal(universe("a; Depends: v", "b", *providers), "a", "b").lines
        assert len(lines) == 61
        assert lines[-1] == "and 44 more lines of this kind"


class TestArchitectures:
    def test_packages_of_other_architectures_are_not_there(self):
        offer = universe("a; Depends: b", "b; Architecture: all", "c 1; Architecture: all", "c 2; Architecture: arm64")
        assert names(offer, "a", "c") == ["a", "b", "c"]
        assert names(offer, "c", architecture="arm64") == ["c=2"]
        with pytest.raises(UnsatisfiableRequest, match="a is not available for arm64"):
            names(offer, "a", architecture="arm64")

    @pytest.mark.parametrize(
        ("qualifier", "multi_arch", "satisfied"),
        [
            ("any", "allowed", True),
            ("any", "foreign", False),
            ("any", "no", False),
            ("native", "no", True),
            ("amd64", "no", True),
            ("arm64", "no", False),
        ],
    )
    @pytest.mark.parametrize("name", ["b", "v"])
    def test_qualifiers(self, qualifier: str, multi_arch: str, name: str, satisfied: bool):  # noqa: FBT001
        offer = universe(f"a; Depends: {name}:{qualifier}", f"b; Multi-Arch: {multi_arch}; Provides: v")
        if satisfied:
            assert names(offer, "a") == ["a", "b"]
        else:
            assert f"{name}:{qualifier}, which nothing satisfies" in refusal(offer, "a").message

    def test_a_qualified_name_may_be_provided(self):
        assert names(universe("a; Depends: v:any", "b; Provides: v:any"), "a") == ["a", "b"]


class TestVersions:
    offer = Universe.of(
        [
            index("lib 1", "lib-dev 1; Depends: lib (= 1), other (<< 2)", "other 1", "user; Depends: lib"),
            index("lib 2", "lib-dev 2; Depends: lib (= 2)", "other 2", pocket="updates"),
        ]
    )

    def test_a_version_is_chosen(self):
        assert names(self.offer, "lib=1") == ["lib"]
        assert names(self.offer, "lib<<2") == ["lib"]
        assert names(self.offer, "lib>=1") == ["lib=2"]
        assert names(self.offer, "lib>=1", "lib<=1.5") == ["lib"]

    def test_an_older_version_brings_older_ones_along(self):
        assert names(self.offer, "lib-dev=1") == ["lib", "lib-dev", "other"]
        assert names(self.offer, "user", "lib-dev=1") == ["lib", "lib-dev", "other", "user"]
        assert names(self.offer, "lib", "lib-dev=1") == ["lib", "lib-dev", "other"]

    def test_but_not_against_the_request(self):
        error = refusal(self.offer, "lib=2", "lib-dev=1")
        assert error.lines[-1] == "lib-dev 1 has Depends: lib (= 1), which nothing satisfies: lib 2 is the candidate"

    def test_a_dependency_alone_never_downgrades(self):
        offer = universe("a; Depends: b (= 1)", "b 1", "b 2")
        assert "b 2 is the candidate" in refusal(offer, "a").message

    def test_no_such_version(self):
        error = refusal(self.offer, "lib=3*")
        assert error.message == "no version of lib satisfies `=3*`"
        assert error.hint == "available are 2 (updates), 1 (main)"

    def test_no_such_version_of_what_is_requested_plainly_as_well(self):
        for request in (("lib", "lib=3*"), ("lib=3*", "lib")):
            error = refusal(self.offer, *request)
            assert error.message == "no version of lib satisfies `=3*`"
            assert error.hint == "available are 2 (updates), 1 (main)"

    def test_requirements_that_exclude_each_other(self):
        error = refusal(self.offer, "lib>=2", "lib<<2")
        assert error.message == "no version of lib satisfies both `>=2` and `<<2`"
        assert error.hint == "available are 2 (updates), 1 (main)"


class TestExclude:
    offer = universe("a; Depends: b, c | d; Pre-Depends: e (>= 1)", *"bcde", "p; Provides: b")

    def test_a_dependency_is_waived(self):
        resolution = choose(self.offer, "a", exclude=("b", "e", "p"))
        assert [chosen.record.name for chosen in resolution.packages] == ["a", "c"]
        assert resolution.excluded == (
            Excluded(name="b", wanted_by=(Reason(package="a", field="Depends", relation="b"),)),
            Excluded(name="e", wanted_by=(Reason(package="a", field="Pre-Depends", relation="e (>= 1)"),)),
            Excluded(name="p", wanted_by=(Reason(package="a", field="Depends", relation="b"),)),
        )

    def test_another_alternative_is_taken(self):
        resolution = choose(self.offer, "a", exclude=("c",))
        assert [chosen.record.name for chosen in resolution.packages] == ["a", "b", "d", "e"]
        assert resolution.excluded == (Excluded(name="c", wanted_by=()),)

    def test_all_alternatives(self):
        resolution = choose(self.offer, "a", exclude=("c", "d"))
        assert [chosen.record.name for chosen in resolution.packages] == ["a", "b", "e"]
        reason = Reason(package="a", field="Depends", relation="c | d")
        assert [excluded.wanted_by for excluded in resolution.excluded] == [(reason,), (reason,)]

    def test_a_name_that_a_dependency_uses(self):
        offer = universe("a; Depends: real | v", "real", "p; Provides: v")
        assert names(offer, "a", exclude=("real",)) == ["a", "p"]
        assert names(offer, "a", exclude=("real", "v")) == ["a"]
        assert names(offer, "a", exclude=("real", "p")) == ["a"]

    def test_a_conflict_with_an_excluded_name_still_counts(self):
        offer = universe("a; Depends: v; Conflicts: v", "p; Provides: v", "v")
        assert names(offer, "a", exclude=("v",)) == ["a"]
        assert "which p 1 provides" in refusal(offer, "a", "p", exclude=("v",)).message

    def test_what_nobody_asks_for(self):
        assert choose(self.offer, "e", exclude=("zzz",)).excluded == (Excluded(name="zzz", wanted_by=()),)

    def test_wishes_of_packages_that_are_not_taken_do_not_count(self):
        offer = universe("a; Depends: x | y", "x; Depends: z, gone", "y", "z")
        assert choose(offer, "a", exclude=("z",)).excluded == (Excluded(name="z", wanted_by=()),)

    def test_a_dependency_that_fails_anyway(self):
        assert "which nothing satisfies" in refusal(universe("a; Depends: gone"), "a", exclude=("b",)).message

    def test_requested_and_excluded(self):
        assert refusal(self.offer, "b", exclude=("b",)).message == "b is requested and excluded at once"


class TestReasons:
    offer = universe("a; Depends: b, cc", "b; Depends: cc (>= 1) | d", "cc; Pre-Depends: libc", "libc", "d")

    def test_everybody_who_asked(self):
        reasons = {chosen.record.name: chosen.reasons for chosen in choose(self.offer, "a", "cc>=1").packages}
        assert [str(reason) for reason in reasons["cc"]] == [
            "requested as cc>=1",
            "a Depends: cc",
            "b Depends: cc (>= 1) | d",
        ]
        assert reasons["libc"] == (Reason(package="cc", field="Pre-Depends", relation="libc"),)

    def test_why(self):
        resolution = choose(self.offer, "a")
        assert [str(reason) for reason in resolution.why("libc")] == [
            "requested as a",
            "a Depends: cc",
            "cc Pre-Depends: libc",
        ]
        assert resolution.why("d") == ()


def test_unknown_names():
    offer = universe("libssl3t64", "libssl-dev", "python3", "python3-minimal")
    error = refusal(offer, "python3-minmal")
    assert error.message == "no package is called 'python3-minmal'"
    assert error.hint == "the nearest names are python3-minimal"
    assert refusal(offer, "qqqqqqqq").hint is None


def test_all_that_is_unknown_is_told():
    offer = universe("libssl3t64", "python3-minimal", "lib 1", "p; Provides: v", "q; Provides: v", "fine")
    error = refusal(offer, "python3-minmal", "fine", "libsl3t64", "qqqqqqqq", "lib>=2", "lib<=3", "v")
    assert error.lines == (
        "5 requests cannot be met:",
        "no package is called 'python3-minmal'; the nearest names are python3-minimal",
        "no package is called 'libsl3t64'; the nearest names are libssl3t64",
        "no package is called 'qqqqqqqq'",
        "no version of lib satisfies both `>=2` and `<=3`; available are 1 (main)",
        "v is provided by 2 packages; request one of them: p, q",
    )


def test_a_dependency_nobody_satisfies():
    offer = universe("a; Depends: gone | b (>= 2) | v (>= 2)", "b", "p; Provides: v")
    assert refusal(offer, "a").lines[-1] == (
        "a 1 has Depends: gone | b (>= 2) | v (>= 2), which nothing satisfies: no package is called gone or provides it; "
        "b 1 is the candidate; v is provided by p, but not so that it would do"
    )


# Against trying every subset: six packages, each with up to two needs and one clash.

NAMES = "abcdef"
groups = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(" | ".join)
described = st.tuples(st.lists(groups, max_size=2).map(", ".join), st.lists(st.sampled_from(NAMES), max_size=1))


def fits(chosen: frozenset[str], packages: dict[str, tuple[str, list[str]]]) -> bool:
    return all(
        all(chosen.intersection(group.split(" | ")) for group in packages[name][0].split(", ") if group)
        and not any(other != name and other in chosen for other in packages[name][1])
        for name in chosen
    )


@given(st.tuples(*[described] * len(NAMES)), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
def test_a_solution_is_found_where_there_is_one(described: tuple[tuple[str, list[str]], ...], requested: list[str]):
    packages = dict(zip(NAMES, described, strict=True))
    offer = universe(
        *(f"{name}; Depends: {needs}; Conflicts: {', '.join(clash)}" for name, (needs, clash) in packages.items())
    )
    possible = [
        chosen
        for picks in product((False, True), repeat=len(NAMES))
        if fits(chosen := frozenset(name for name, picked in zip(NAMES, picks, strict=True) if picked), packages)
        and chosen.issuperset(requested)
    ]
    try:
        resolution = choose(offer, *requested)
    except UnsatisfiableRequest:
        assert not possible
        return
    found = frozenset(chosen.record.name for chosen in resolution.packages)
    assert found in possible
    assert all(resolution.why(name) for name in found)
