"""A file with credentials is copied into the image."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_NAMES = frozenset(
    {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc", ".npmrc", ".yarnrc.yml", ".pypirc", ".dockercfg"}
    | {
        ".git-credentials",
        ".ssh",
        ".gnupg",
        ".aws",
        ".azure",
        ".kube",
        ".vault-token",
        ".pgpass",
        ".my.cnf",
        ".htpasswd",
    }
    | {".s3cfg", ".boto", ".terraformrc", "credentials.tfrc.json", "auth.json", ".env"}
    | {f"{name}.{end}" for name in ("secret", "secrets") for end in ("env", "json", "toml", "yaml", "yml")}
    | {"kubeconfig", "kubeconfig.yaml", "kubeconfig.yml"}
)
_ENDS = (
    *(".pem", ".p12", ".pfx", ".jks", ".keystore", ".key", ".kdbx", ".ppk", ".kubeconfig", ".tfstate"),
    *("terraform.tfvars", ".auto.tfvars", "secret.tfvars", "secrets.tfvars"),
    *("terraform.tfvars.json", ".auto.tfvars.json", "secret.tfvars.json", "secrets.tfvars.json"),
    *("/.docker/config.json", "/.aws/credentials", "/.kube/config", "/.config/gcloud", "/.config/gh"),
    *("/.cargo/credentials", "/.cargo/credentials.toml", "/.gem/credentials"),
    *("credential.json", "credentials.json", "service-account.json", "service_account.json", "serviceaccount.json"),
    *("service-account-key.json", "service_account_key.json", "serviceaccountkey.json", "gcp-key.json"),
)
_HOMES = regex(
    r"/(?:\.docker/config\.json|\.dockercfg|\.ssh/id_[a-z0-9]+|\.netrc|\.pypirc|\.pgpass|\.git-credentials|"
    r"\.aws/credentials|\.kube/config|\.vault-token)\Z"
)
"""Where programs look for credentials, whatever the file was called before."""
_PUBLIC = regex(
    r"(?:^|[/._-])(?:ca|cacert|cert|certs|chain|fullchain|pub|public|example|sample|template|dist|root)(?:[/._-]|\Z)",
    re.IGNORECASE,
)
_KEY = regex(r"(?:^|/)(?P<name>[^/]+)\.(?:key|p12|pfx|ppk)\Z", re.IGNORECASE)
"""What is private in whichever folder it lies, certificates included."""
_PUBLIC_KEY = regex(
    r"(?:^|[._-])(?:pub|public|pubkey|example|sample|template|dist|gpg|pgp|asc|apt|deb|rpm|repo|release|archive|keyring|signing)"
    r"(?:[._-]|\Z)",
    re.IGNORECASE,
)
_KEYRINGS = regex(r"/(?:keyrings|trusted\.gpg\.d|rpm-gpg|apk/keys)(?:/|\Z)")
"""Where package managers have the keys that they check with."""


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY", "ADD"):
        copy = step.copy
        if copy is None or step.instruction.flag("from"):
            continue
        destination = copy.destination
        for word in copy.sources:
            if _is_named(word.text) and not _is_public(word.text, destination.text):
                yield Problem(span=word.span, message=f"{word.text} looks like credentials")
            elif _HOMES.search(destination.text) and not _PUBLIC.search(word.text):
                message = f"{word.text} becomes {destination.text}, where credentials lie"
                yield Problem(span=destination.span, message=message)


def _is_named(path: str) -> bool:
    """Whether a file, or a folder, is called as credentials are."""
    whole = f"/{path.lower().rstrip('/')}"
    name = whole.rpartition("/")[2]
    return (
        name in _NAMES
        or whole.endswith(_ENDS)
        or name.startswith("firebase-adminsdk")
        or (name.startswith(".env.") and name[5:].isalpha())
    )


def _is_public(name: str, destination: str) -> bool:
    """Whether a name says that everybody may have the file: a certificate, an example, a key to check packages with."""
    key = _KEY.search(name)
    if key is None:
        return _PUBLIC.search(name) is not None
    return _PUBLIC_KEY.search(key["name"]) is not None or _KEYRINGS.search(destination) is not None


RULE = Rule(
    id="copied-credentials",
    aliases=("DS-0031", "CIS-DI-0010"),
    severity=Severity.ERROR,
    summary="A file with credentials is copied into the image",
    check=_check,
)
