"""What a person should know first: facts, weighed. A question that nobody could answer is never called good."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from prill.model.fact_values import (
    RUNTIME_NAMES,
    BaseImage,
    ProgramFound,
    Release,
    RunAs,
    Runtime,
    SecretFound,
    Support,
)
from prill.model.facts import ImageFacts, Remark
from prill.model.file_facts import (
    CertificateBundle,
    FileCapabilities,
    PrivilegedFile,
    StrayOwner,
    UnpackagedTotal,
    WastedSpace,
    WritableFile,
)
from prill.model.value import replace

__all__ = ["remarks_on"]

_SHOWN = 4
_SYSTEM = ("pkg:deb/", "pkg:apk/", "pkg:rpm/", "pkg:alpm/")
_WASTE_SHARE, _WASTE_BYTES = 0.05, 5_000_000
_SOON = timedelta(days=90)
_LEVELS = ("attention", "note", "good")


def remarks_on(facts: ImageFacts) -> ImageFacts:
    """Return the facts with remarks: what is to be looked after first, then what is to be known, then what is good."""
    found = [remark for fact, weigh in _WEIGHED if fact in facts.examined for remark in weigh(facts)]
    if facts.incomplete:
        found = [_as_far_as_read(remark) for remark in found]
    return replace(facts, remarks=tuple(sorted(found, key=lambda remark: _LEVELS.index(remark.level))))


def _as_far_as_read(remark: Remark) -> Remark:
    """Return a remark that nothing is there as what it is, where not everything could be read."""
    if remark.level != "good" or remark.fact not in _ABSENCES:
        return remark
    return replace(remark, level="note", text=f"{remark.text}, in what could be read; not everything could be")


def _distribution(facts: ImageFacts) -> Iterator[Remark]:
    release = facts.value(Release)
    if release is None:
        return
    name = _plain(release.title)
    if release.support is None:
        yield Remark(
            level="good", fact="distribution", text=f"{name} is a rolling distribution: it has no release that ends"
        )
    else:
        yield _support("distribution", name, release.support)


def _runtimes(facts: ImageFacts) -> Iterator[Remark]:
    """Tell of those that have ended; of a package of a distribution that is looked after, it is but to be known."""
    release = facts.value(Release)
    kept = release is not None and (release.support is None or release.support.status in ("supported", "extended"))
    for runtime in facts.values(Runtime):
        if runtime.support is None or runtime.support.status != "ended":
            continue
        ended = runtime.support.extended or runtime.support.ends
        name = f"{RUNTIME_NAMES.get(runtime.name, runtime.name)} {runtime.version}"
        if runtime.built_with:
            text = f"a program was built with {name}, which is out of support since {ended}"
            yield Remark(level="attention", fact="runtimes", text=text)
        elif kept and release and runtime.package.startswith(_SYSTEM):
            text = f"{name} is out of its project's support since {ended}; {release.id.title()} looks after its package"
            yield Remark(level="note", fact="runtimes", text=text)
        else:
            yield Remark(level="attention", fact="runtimes", text=f"{name} is out of support since {ended}")


def _support(fact: str, name: str, support: Support) -> Remark:
    match support.status:
        case "supported":
            until = f"until {support.ends}" if support.ends else "; no end is announced"
            return Remark(level="good", fact=fact, text=f"{name} is supported {until}".replace(" ;", ";"))
        case "extended":
            rest = f"{support.extended_name} ends {support.extended}"
            text = f"{name} is out of ordinary support since {support.ends}; {rest}"
            return Remark(level="note", fact=fact, text=text)
        case "ended":
            return Remark(
                level="attention", fact=fact, text=f"{name} is out of support since {support.extended or support.ends}"
            )
    return Remark(level="note", fact=fact, text=f"until when {name} is supported is not known")


def _run_as(facts: ImageFacts) -> Iterator[Remark]:
    user = facts.value(RunAs)
    if user is None:
        return
    if user.root:
        said = f"USER {user.configured}" if user.configured else "no USER is set"
        yield Remark(level="attention", fact="run-as", text=f"it runs as root ({said})")
    elif not user.known:
        yield Remark(
            level="note", fact="run-as", text=f"it runs as {user.configured!r}, which the image has no account for"
        )
    elif not user.numeric:
        text = f"it runs as {user.user}, by name: Kubernetes cannot tell that this is not root (runAsNonRoot)"
        yield Remark(level="note", fact="run-as", text=text)
    else:
        yield Remark(level="good", fact="run-as", text=f"it runs as {user.user or 'user'} ({user.uid}), not as root")


def _programs(fact: str, words: str, level: str = "note", good: str = "") -> "Callable[[ImageFacts], Iterator[Remark]]":
    def weigh(facts: ImageFacts) -> Iterator[Remark]:
        names = sorted({found.name for found in facts.values(ProgramFound, fact)})
        if names:
            yield Remark(
                level="attention" if level == "attention" else "note", fact=fact, text=f"{words}: {_some(names)}"
            )
        elif good:
            yield Remark(level="good", fact=fact, text=good)

    return weigh


def _shells(facts: ImageFacts) -> Iterator[Remark]:
    shells = list(facts.values(ProgramFound, "shells"))
    named = {(found.name, found.package) for found in shells if found.how != "copy"}
    other = {(found.name, found.package) for found in shells if found.how == "copy"}
    kept = {one for one in named if one[1].startswith(_SYSTEM)}  # fish_indent is of the package that fish is of
    copies = sorted({name for name, _ in other - kept})
    if copies:
        yield Remark(level="attention", fact="shells", text=f"shells under other names: {_some(copies)}")
    names = sorted({found.name for found in shells})
    interpreters = sorted({found.name for found in facts.values(ProgramFound, "interpreters")})
    stand_ins = f"; {_some(interpreters)} can stand in for one" if interpreters else ""
    if names:
        yield Remark(level="note", fact="shells", text=f"shells: {_some(names)}")
    elif stand_ins:
        yield Remark(level="good", fact="shells", text=f"no shell{stand_ins}")
    else:
        yield Remark(level="good", fact="shells", text="no shell, and no interpreter that can stand in for one")


def _privileged(facts: ImageFacts) -> Iterator[Remark]:
    found = [fact for fact in facts.of("privileged-files") if isinstance(fact.value, PrivilegedFile)]
    if not found:
        yield Remark(level="good", fact="privileged-files", text="no setuid and no setgid file")
        return
    names = [fact.evidence[0].path.rpartition("/")[2] for fact in found]
    yield Remark(
        level="attention",
        fact="privileged-files",
        text=f"{_count(len(names), 'setuid or setgid file')}: {_some(names)}",
    )


def _capabilities(facts: ImageFacts) -> Iterator[Remark]:
    number = sum(1 for _ in facts.values(FileCapabilities))
    if number:
        yield Remark(level="note", fact="capabilities", text=f"{_count(number, 'file')} with capabilities")


def _writable(facts: ImageFacts) -> Iterator[Remark]:
    found = [
        fact.evidence[0].path
        for fact in facts.of("world-writable")
        if isinstance(fact.value, WritableFile) and not fact.value.sticky and "device" not in fact.value.kind
    ]
    if found:
        number = _count(len(found), "file or folder", "files and folders")
        text = f"everybody may write to {number}: {_some(f'/{path}' for path in found)}"
        yield Remark(level="attention", fact="world-writable", text=text)
    else:
        yield Remark(
            level="good",
            fact="world-writable",
            text="nothing that everybody may write to, but folders with the sticky bit",
        )


def _stray(facts: ImageFacts) -> Iterator[Remark]:
    found = list(facts.values(StrayOwner))
    if found:
        files = max(one.files for one in found)
        number = _count(len(found), "owner or group", "owners and groups")
        text = f"{number} without a name; one has {_count(files, 'file')}"
        yield Remark(level="note", fact="stray-owners", text=text)


def _secrets(facts: ImageFacts) -> Iterator[Remark]:
    found = list(facts.values(SecretFound))
    if not found:
        where = ", in any layer" if facts.subject.digest else ""
        yield Remark(level="good", fact="secrets", text=f"no key, token or password was found{where}")
        return
    left_out = {gap.subject for gap in facts.gaps}
    answers = facts.answers(SecretFound)
    never = sum(one.hidden and any(f"/{at.path}" in left_out for at in places) for one, places in answers)
    hidden = sum(one.hidden for one in found) - never
    titles = sorted(
        {one.title if one.place == "file" else f"{one.title} in the {one.place.replace('-', ' ')}" for one in found}
    )
    gone = f", {hidden} of them deleted or replaced later and still in a layer" if hidden else ""
    gone += f", {never} in files of a layer that nobody unpacks" if never else ""
    text = f"{_count(len(found), 'secret')}{gone}: {_some(titles)}"
    severe = any(one.severity == "high" or one.place == "environment" for one in found)
    yield Remark(level="attention" if severe else "note", fact="secrets", text=text)


def _certificates(facts: ImageFacts) -> Iterator[Remark]:
    soon = (date.fromisoformat(facts.as_of) + _SOON).isoformat()
    bundles = list(facts.values(CertificateBundle))
    expired = [bundle for bundle in bundles if bundle.expired]
    if expired:
        worst = max(expired, key=lambda one: one.expired)
        several = f" in one of {len(bundles)} bundles" if len(bundles) > 1 else ""
        several = f" in the worst of {len(expired)} bundles" if len(expired) > 1 else several
        text = f"expired: {worst.expired} of {worst.certificates} trusted certificates{several}"
        yield Remark(level="note", fact="certificates", text=text)
    following = min((one for one in bundles if one.next_expiry), key=lambda one: one.next_expiry, default=None)
    if following is not None and following.next_expiry <= soon:
        text = f"the next trusted certificate expires on {following.next_expiry}: {following.next_expiry_name}"
        yield Remark(level="note", fact="certificates", text=text)


def _base(facts: ImageFacts) -> Iterator[Remark]:
    found = list(facts.values(BaseImage))
    for base in found:
        if base.found_by == "chain-id":
            yield Remark(level="good", fact="base-image", text=f"its base is known by its layers: {base.name}")
    if not found and facts.subject.digest is not None:
        yield Remark(
            level="note",
            fact="base-image",
            text="no base image is known: no label says one, and none of prill bases list fits",
        )


def _unpackaged(facts: ImageFacts) -> Iterator[Remark]:
    total = facts.value(UnpackagedTotal)
    if total is not None and total.programs:
        number = _count(total.programs, "program or library", "programs and libraries")
        text = f"{number} of no package: scanners cannot know them"
        yield Remark(level="note", fact="unpackaged-total", text=text)
    elif total is not None:
        yield Remark(level="good", fact="unpackaged-total", text="every program and library belongs to a package")


def _waste(facts: ImageFacts) -> Iterator[Remark]:
    space = facts.value(WastedSpace)
    if space is not None and space.wasted > max(_WASTE_BYTES, space.unpacked * _WASTE_SHARE):
        share = space.wasted / space.unpacked
        yield Remark(
            level="note", fact="wasted-space", text=f"{share:.0%} of what the layers hold is replaced or deleted later"
        )


_ABSENCES = frozenset(
    {"secrets", "shells", "package-managers", "privileged-files", "world-writable", "unpackaged-total"}
)
"""What is good where there is none."""
_WEIGHED: tuple[tuple[str, Callable[[ImageFacts], Iterator[Remark]]], ...] = (
    ("secrets", _secrets),
    ("distribution", _distribution),
    ("runtimes", _runtimes),
    ("run-as", _run_as),
    ("shells", _shells),
    ("package-managers", _programs("package-managers", "package managers", good="no package manager")),
    ("compilers", _programs("compilers", "compilers and build tools")),
    ("downloaders", _programs("downloaders", "programs that fetch and send files")),
    ("debuggers", _programs("debuggers", "debuggers and tracers")),
    ("ssh-servers", _programs("ssh-servers", "servers to log in to", level="attention")),
    ("privileged-files", _privileged),
    ("capabilities", _capabilities),
    ("world-writable", _writable),
    ("stray-owners", _stray),
    ("certificates", _certificates),
    ("base-image", _base),
    ("unpackaged-total", _unpackaged),
    ("wasted-space", _waste),
)


def _some(names: Iterable[str]) -> str:
    found = list(names)
    more = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one}" if number == 1 else f"{number:,} {many or one + 's'}"


def _plain(name: str) -> str:
    return name.replace("GNU/Linux ", "")
