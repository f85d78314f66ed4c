"""cosign's command line in Prill's words: options and commands that are called otherwise here, or change nothing.

A flag of cosign's has its value behind an equals sign or none at all (``--offline``, ``--offline=true``): what follows
is the image, unless it is ``true`` or ``false``, which Prill's own options take. What has no counterpart here ends
with advice in place of a list of all options.
"""

from collections.abc import Callable, Mapping

from prill.errors import PrillError

__all__ = ["COSIGN_COMMANDS", "NotHere", "translated", "unheeded"]

COSIGN_COMMANDS = {
    "attach": "prill attest puts a signed statement beside an image, an SBOM too",
    "attest-blob": "prill sign-blob FILE --predicate FILE --type TYPE",
    "clean": "nothing here takes signatures away: delete what prill tree lists with the registry's own tools",
    "generate-key-pair": "prill keys new",
    "import-key-pair": "prill sign --key FILE takes a key in PEM as it is; prill keys new makes an encrypted one",
    "initialize": "prill trust update",
    "load": "prill copy LAYOUT REGISTRY/NAME:TAG --with-referrers",
    "login": "docker login or podman login: their files are read",
    "public-key": "prill keys show KEY",
    "save": "prill copy REGISTRY/NAME:TAG oci-dir:FOLDER --with-referrers",
    "triangulate": "prill tree lists what is attached to an image, with tags and digests",
    "trusted-root": "prill trust",
    "verify-blob-attestation": "prill verify-blob FILE --type TYPE",
}
"""Where one finds what cosign has a command for."""

_TRUTHS = ("true", "false", "t", "f", "1", "0")
_AUTHORITIES = "--trusted-root FILE says who is believed; cosign trusted-root create makes one of such files"
_HARDWARE = "tokens are reached by PKCS#11: --key pkcs11:…"
_LOGIN = "docker login or podman login, whose files are read"
_ADVICE = {
    "--attachment": "name what is attached by its own digest, which prill tree lists",
    "--ca-intermediates": _AUTHORITIES,
    "--ca-roots": _AUTHORITIES,
    "--certificate": "a certificate is read where its signature is: in a bundle, or beside the image",
    "--certificate-chain": _AUTHORITIES,
    "--payload": "what is signed is read from the image; prill sign-blob signs files",
    "--policy": "--require FIELD=VALUE of prill verify-attestation and prill verify-blob demands what predicates say, "
    "and prill verify-attestation --print hands them to a policy engine",
    "--registry-cacert": "ca under [registries] in the settings names certificates that are trusted, too",
    "--registry-password": _LOGIN,
    "--registry-token": _LOGIN,
    "--registry-username": _LOGIN,
    "--replace": "nothing is taken away: attest again, and both are found, the newer one first",
    "--rfc3161-timestamp": "a bundle holds the time stamp: --bundle FILE",
    "--sct": "a certificate brings its promise along; --insecure-ignore-sct lets it be missing",
    "--slot": _HARDWARE,
    "--statement": "prill sign-blob --in-toto signs a statement as it is; prill attest makes one of a --predicate",
    "--timestamp-certificate-chain": _AUTHORITIES,
    "--use-signed-timestamps": "an authority's time stamp is verified wherever there is one",
}

_BESIDE = ("sign", "attest", "verify", "verify-attestation", "tree", "copy", "download")
_REPOSITORY = "COSIGN_REPOSITORY"

_DOWNLOADS = {
    "attestation": "prill verify-attestation --print writes verified statements, --format cosign their envelopes",
    "signature": "prill verify --format json tells what was signed by whom; prill tree lists what there is",
}


class NotHere(PrillError):
    """An option of cosign's has no counterpart."""


class _Word:
    """An option of cosign's: with a ``text`` or a truth behind it, and what it ``means`` here."""

    def __init__(self, means: Callable[[str], list[str]], *, text: bool = False) -> None:
        self.means = means
        self.text = text


def translated(command: str, words: list[str]) -> list[str]:
    """Return the words of a command with cosign's options in Prill's; raise `NotHere`.

    What follows ``--`` stays as it is, and so does what neither of the two knows.
    """
    if command == "download" and words[:1] and words[0] in _DOWNLOADS:
        raise NotHere(f"prill download fetches no {words[0]}", hint=_DOWNLOADS[words[0]])
    known = _known(command)
    found: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return [*found, *words[at:]]
        at += 1
        name, equals, value = word.partition("=")
        if name in _ADVICE:
            raise NotHere(f"{name} is cosign's, and prill {command} has no such option", hint=_ADVICE[name])
        one = known.get(name)
        if one is None:
            found.append(word)
            continue
        if not equals:
            follows = at < len(words) and (one.text or words[at] in ("true", "false"))
            value = words[at] if follows else "true"
            at += follows
        found += one.means(value)
    return found


def unheeded(command: str, environment: Mapping[str, str]) -> str:
    """Say which variable of cosign's has no effect on ``command`` although it is set; nothing where there is none."""
    if command not in _BESIDE or not environment.get(_REPOSITORY):
        return ""
    return f"{_REPOSITORY} has no effect: signatures and attestations lie beside the image that they are about"


def _known(command: str) -> dict[str, _Word]:
    """Return the options of cosign's that ``command`` understands."""
    words = dict(_ANYWHERE)
    if command.startswith("verify"):
        words |= _VERIFYING if command == "verify-blob" else {**_VERIFYING, "--output": _FORMAT, "-o": _FORMAT}
    elif command in ("sign", "attest", "sign-blob"):
        words |= _SIGNING
    return words


def _nothing(_: str) -> list[str]:
    return []


def _own(option: str) -> _Word:
    """Give an option of Prill's own its value behind an equals sign, as it takes for one what follows a space."""
    return _Word(lambda value: [f"{option}={value}"])


def _claim(name: str) -> _Word:
    return _Word(lambda value: ["--claim", f"workflow {name}={value}"], text=True)


def _only(option: str, reason: str, *, wanted: bool) -> _Word:
    """Take the one truth that changes nothing."""

    def means(value: str) -> list[str]:
        if _truth(option, value) != wanted:
            raise NotHere(f"{option}={value} is cosign's, and has no counterpart", hint=reason)
        return []

    return _Word(means)


def _truth(option: str, value: str) -> bool:
    if value.lower() not in _TRUTHS:
        raise NotHere(f"{option} is true or false, not {value[:40]!r}")
    return value.lower() in ("true", "t", "1")


_PLAIN, _LAYOUT = "--allow-http-registry", "--new-bundle-format"
_ANYWHERE = {
    _PLAIN: _Word(lambda value: ["--plain-http"] if _truth(_PLAIN, value) else []),
    "--allow-insecure-registry": _only(
        "--allow-insecure-registry",
        "--plain-http speaks HTTP without TLS; ca under [registries] in the settings trusts one's own certificate",
        wanted=False,
    ),
    "--timeout": _Word(_nothing, text=True),
    "-t": _Word(_nothing, text=True),
}
_WORKFLOW = "--certificate-github-workflow-"
_VERIFYING = {
    **{f"{_WORKFLOW}{name}": _claim(name) for name in ("trigger", "sha", "name", "repository", "ref")},
    "--check-claims": _only("--check-claims", "a signature counts for what it is about alone", wanted=True),
    "--experimental-oci11": _Word(_nothing),
    "--insecure-ignore-sct": _own("--insecure-ignore-sct"),
    "--insecure-ignore-tlog": _own("--insecure-ignore-tlog"),
    "--local-image": _Word(_nothing),
    "--max-workers": _Word(_nothing, text=True),
    _LAYOUT: _Word(_nothing),
    "--offline": _Word(_nothing),
    "--private-infrastructure": _own("--insecure-ignore-tlog"),
    "--rekor-url": _Word(_nothing, text=True),
}
_SIGNING = {
    _LAYOUT: _Word(lambda value: ["--layout", "bundle" if _truth(_LAYOUT, value) else "legacy"]),
    "--tlog-upload": _own("--tlog-upload"),
    "--upload": _only(
        "--upload", "a signature is put beside the image; prill sign-blob makes a file of one", wanted=True
    ),
    "--use-signing-config": _Word(_nothing),
}
_FORMAT = _Word(lambda value: [f"--format={'cosign' if value == 'json' else value}"], text=True)
