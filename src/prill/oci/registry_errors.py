"""What a registry answers when it does not do what was asked."""

from prill._io.fetch_errors import FetchFailed
from prill.oci._wire import InvalidDocument, parse

__all__ = ["AccessRefused", "AnswerTooLarge", "RateLimited", "RegistryFailed", "RegistryRefused", "refusal"]

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 401, 403, 429, 500
_PASSING = frozenset({408, 425})
_MAX_SHOWN = 300


class RegistryRefused(FetchFailed):
    """A registry answers with something that was not expected.

    ``status`` is the answer's, ``retry_after`` the pause it asks for, in seconds.
    """

    def __init__(self, message: str, *, hint: str | None = None, status: int = 0, retry_after: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.retry_after = retry_after


class AnswerTooLarge(RegistryRefused):
    """A registry's answer is larger than anything honest."""


class AccessRefused(RegistryRefused):
    """A registry wants credentials, or better ones."""


class RegistryFailed(RegistryRefused):
    """A registry says that it failed."""

    transient = True


class RateLimited(RegistryFailed):
    """A registry asks to come back later."""


def refusal(
    status: int, body: bytes, shown: str, *, retry_after: float = 0.0, hint: str | None = None
) -> RegistryRefused:
    """Return the error for an answer; ``body`` may hold reasons as the distribution-spec writes them ("Error Codes").

    ``hint`` says what stands in the way of logging in.
    """
    text = f"{shown} answers {status}{_reasons(body)}"
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        known = "log in with docker login or podman login, and check the name"
        return AccessRefused(text, hint=hint or known, status=status)
    if status == _TOO_MANY:
        known = "wait, or log in: registries let known users fetch more"
        return RateLimited(text, hint=hint or known, status=status, retry_after=retry_after)
    if status >= _SERVER_ERROR or status in _PASSING:
        return RegistryFailed(text, hint="try again later", status=status, retry_after=retry_after)
    return RegistryRefused(text, status=status)


def _reasons(body: bytes) -> str:
    try:
        errors = parse(body, "list of errors").items("errors")
        reasons = "; ".join(f"{error.text('code', '')} {error.text('message', '')}".strip() for error in errors)
    except InvalidDocument:
        return ""
    return f": {reasons[:_MAX_SHOWN]!r}" if reasons else ""
