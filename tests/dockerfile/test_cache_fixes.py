"""A switch that keeps a cache from being written is put in only where nothing else needs that cache."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.fixes import apply_fixes
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN
from prill.model.finding import Finding

RULES = tuple(rule for rule in BUILTIN if rule.id in {"apk-cache-left", "pip-cache-left"})
NEEDED = (
    "FROM alpine:3.22\nRUN apk add git && rm /var/cache/apk/*\n",
    "FROM alpine:3.22\nRUN apk add git\nRUN rm /var/cache/apk/*\n",
    "FROM alpine:3.22\nRUN <<E\napk add git\nrm /var/cache/apk/*\nE\n",
    "FROM alpine:3.22\nRUN ln -s /var/cache/apk /etc/apk/cache && apk add git\n",
    "FROM alpine:3.22\nRUN apk add --cache-dir /c git\n",
    "FROM alpine:3.22\nRUN apk add git && for f in /var/cache/apk/*; do rm $f; done\n",
    "FROM python:3.13\nRUN pip install a==1 && rm -r /root/.cache\n",
    "FROM python:3.13\nRUN pip install a==1 && rm -r ~/.cache/pip\n",
    "FROM python:3.13\nRUN pip install a==1 && mv /root/.cache/pip /x\n",
    "FROM python:3.13\nRUN pip install a==1 && cp -r $HOME/.cache/pip /x\n",
    "FROM python:3.13\nRUN pip install a==1 && pip cache purge\n",
    "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache pip install a==1\n",
    "FROM python:3.13\nRUN --mount=type=cache,target=/root,sharing=locked pip install a==1\n",
    "FROM python:3.13\nENV PIP_CACHE_DIR=/x\nRUN --mount=type=cache,target=/x pip install a==1\n",
    "FROM python:3.13\nENV XDG_CACHE_HOME=/x\nRUN --mount=type=cache,target=/x pip install a==1\n",
    "FROM python:3.13 AS a\nRUN pip install a==1\nFROM python:3.13\nCOPY --from=a /root/.cache /root/.cache\n",
)
NOT_NEEDED = (
    "FROM alpine:3.22\nRUN apk add git && rm -rf /var/cache/apk/*\n",
    "FROM alpine:3.22\nRUN apk add git && rm --force /var/cache/apk/*\n",
    "FROM python:3.13\nRUN pip install a==1 && rm -rf /root/.cache/pip /tmp/x\n",
    "FROM python:3.13\nRUN pip install --no-cache-dir a==1\nRUN pip install b==1\n",
    "FROM python:3.13\nRUN --mount=type=cache,target=/var/cache/apt pip install a==1\n",
)


def found(text: str) -> tuple[Finding, ...]:
    return lint(read_dockerfile(text.encode()), RULES, Context()).findings


@pytest.mark.parametrize("text", NEEDED)
def test_a_cache_that_something_needs_stays(text: str):
    assert found(text)
    assert apply_fixes(text, found(text), unsafe=True).text == text


@pytest.mark.parametrize("text", NOT_NEEDED)
def test_a_cache_that_nothing_needs_goes(text: str):
    mended = apply_fixes(text, found(text)).text
    assert mended != text
    assert found(mended) == ()
