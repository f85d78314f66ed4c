"""A file with credentials is copied into the image."""

import re
from collections.abc import Iterator

from prill.dockerfile.document import Dockerfile
from prill.dockerfile.rule import Context, Problem, Rule
from prill.model.finding import Severity
from prill.model.regex import regex

__all__ = ["RULE"]

_NAMES = regex(
    r"(?:^|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|\.npmrc|\.yarnrc\.yml|\.pypirc|\.dockercfg|\.docker/config\.json|"
    r"\.git-credentials|\.ssh|\.gnupg|\.aws/credentials|\.aws|credentials\.json|\.azure|\.kube/config|kubeconfig|\.vault-token|\.pgpass|"
    r"\.my\.cnf|\.htpasswd|\.env(?:\.[a-z]+)?|secrets?\.(?:ya?ml|json|toml|env)|[^/]+\.(?:pem|p12|pfx|jks|keystore|key|kdbx|ppk))/?\Z",
    re.IGNORECASE,
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


def _check(dockerfile: Dockerfile, _context: Context) -> Iterator[Problem]:
    for step in dockerfile.of("COPY", "ADD"):
        copy = step.copy
        if copy is None or step.instruction.flag("from"):
            continue
        for word in copy.sources:
            if _NAMES.search(word.text) and not _PUBLIC.search(word.text):
                yield Problem(span=word.span, message=f"{word.text} looks like credentials")
            elif _HOMES.search(copy.destination.text) and not _PUBLIC.search(word.text):
                message = f"{word.text} becomes {copy.destination.text}, where credentials lie"
                yield Problem(span=copy.destination.span, message=message)


RULE = Rule(
    id="copied-credentials",
    aliases=("DS-0031", "CIS-DI-0010"),
    severity=Severity.ERROR,
    summary="A file with credentials is copied into the image",
    check=_check,
)
