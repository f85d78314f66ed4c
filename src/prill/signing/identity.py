r"""Who may have signed: an identity and an issuer, exact or by a pattern that not everybody matches.

A pattern is Go's syntax, as cosign takes it, and must say where the name begins. It is refused where anybody could get
a certificate that matches, because then the signature says nothing:

- it is empty, or begins with anything but ``^`` and letters that stand for themselves;
- of an address it leaves the host open, or of an identity the first part of the path: ``^https://github.com/.*`` is
  everybody who has an account there; of an issuer, the tenant at a host that has an issuer for each;
- of an e-mail address it leaves the domain or the end open, or whose it is at a domain where anybody gets an address.

Of a SPIFFE identity the trust domain says whose it is.

A pattern for e-mail addresses matches e-mail addresses alone. ``^.*@example\.com$`` would otherwise be everybody who
may name a branch: ``https://github.com/evil/…@refs/heads/x@example.com`` ends like an address of that domain.
"""

import itertools
import re
from collections.abc import Iterable

from prill.errors import PrillError
from prill.model.go_regex import GoRegex, Piece
from prill.model.value import dataclass, field

__all__ = ["Expected", "IdentityRule", "OpenPattern"]

_SPECIAL = frozenset(".*+?()[]{}|^$\\")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:-]+/")
_OWNED = re.compile(r"https?://[A-Za-z0-9.:-]+/[^/]+/|spiffe://[a-z0-9._-]+/")
_MAIL_LETTER = re.compile(r"[A-Za-z0-9@._+-]")
_AN_ADDRESS = r"(?=[^@/:\s]+@[^@/:\s]+\Z)"
_MAIL_END = re.compile(r"@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)$")
_ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com"}
    | {"aol.com", "gmx.com", "gmx.net", "proton.me", "protonmail.com", "mail.com", "web.de", "yandex.com", "qq.com"}
    | {"msn.com", "ymail.com", "rocketmail.com", "mac.com", "privaterelay.appleid.com", "users.noreply.github.com"}
    | {"gmx.de", "gmx.at", "gmx.ch", "t-online.de", "freenet.de", "orange.fr", "free.fr", "laposte.net", "libero.it"}
    | {"yahoo.co.uk", "yahoo.co.jp", "yahoo.fr", "yahoo.de", "hotmail.co.uk", "hotmail.fr", "outlook.de", "live.co.uk"}
    | {"yandex.ru", "ya.ru", "mail.ru", "bk.ru", "list.ru", "inbox.ru", "rambler.ru", "wp.pl", "o2.pl", "seznam.cz"}
    | {"fastmail.com", "zoho.com", "tutanota.com", "tuta.com", "tuta.io", "pm.me", "hey.com", "duck.com", "posteo.de"}
    | {"163.com", "126.com", "foxmail.com", "sina.com", "naver.com", "mailbox.org", "riseup.net", "disroot.org"}
)
_SHARED = tuple(
    (re.compile(rf"https://{host}/"), re.compile(rf"https://{host}/{whose}/"))
    for host, whose in (
        (r"container\.googleapis\.com", "v1/projects/[^/]+"),
        (r"oidc\.eks\.[a-z0-9-]+\.amazonaws\.com", "id/[0-9A-F]{32}"),
        (r"(?:[a-z0-9]+\.oic|oidc)\.prod-aks\.azure\.com", "[0-9a-f-]{36}"),
        (r"oidc\.circleci\.com", "org/[0-9a-f-]{36}"),
        (r"(?:login\.microsoftonline\.com|sts\.windows\.net)", "(?!(?:common|organizations|consumers)/)[^/]+"),
    )
)
"""Issuers' hosts where anybody gets an issuer of his own, and what in the path says whose."""
_ADVICE = "write the whole identity, or a pattern such as ^https://github\\.com/ORG/REPOSITORY/"


class OpenPattern(PrillError):
    """A pattern for identities or issuers that anybody can satisfy."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A text that is expected: exactly ``text``, or any that ``pattern`` matches."""

    text: str
    pattern: "re.Pattern[str] | None" = field(default=None, compare=False, repr=False)

    @classmethod
    def exactly(cls, text: str, what: str) -> "Expected":
        """Expect this text; raise `OpenPattern` for an empty one."""
        if not text:
            raise OpenPattern(f"the {what} is empty, which would leave it open", hint=_ADVICE)
        return cls(text)

    @classmethod
    def identity_matching(cls, text: str) -> "Expected":
        """Expect an identity that a pattern matches; raise `OpenPattern` or `InvalidRegex`."""
        pieces = _pieces(text, "identity")
        head, tail = _letters(pieces), _mail_end(pieces)
        if (mail := _MAIL_END.search(tail)) and not set(head) & set("/:"):
            if not _ends(pieces[len(head) :]):
                _check_domain(mail[1], text)
            return cls(text, _compiled_mail(pieces[: len(pieces) - 1 - len(tail)], tail))
        rest = pieces[len(head) :]
        if not (_OWNED.match(head) or (_ADDRESS.match(head) and _ends(rest))):
            raise _open(text, _why_open(head, text))
        return cls(text, _compiled(head, rest))

    @classmethod
    def issuer_matching(cls, text: str) -> "Expected":
        """Expect an issuer that a pattern matches; raise `OpenPattern` or `InvalidRegex`."""
        pieces = _pieces(text, "issuer")
        head = _letters(pieces)
        rest = pieces[len(head) :]
        if not (_ADDRESS.match(head) or (re.fullmatch(r"https?://[A-Za-z0-9.:-]+", head) and _ends(rest))):
            raise _open(text, "leaves the issuer's host open")
        whole = f"{head}/" if _ends(rest) else head
        for host, whose in _SHARED:
            if host.match(head) and not whose.match(whole):
                raise _open(text, "is of a host that issues for everybody, and does not say for whom")
        return cls(text, _compiled(head, rest))

    def matches(self, value: str) -> bool:
        """Say whether ``value`` is what was expected."""
        return value == self.text if self.pattern is None else self.pattern.search(value) is not None

    def __str__(self) -> str:
        return self.text if self.pattern is None else f"matching {self.text}"


@dataclass(frozen=True, slots=True)
class IdentityRule:
    """An identity together with its issuer: one says nothing without the other."""

    identity: Expected
    issuer: Expected

    def __str__(self) -> str:
        return f"{self.identity}, vouched for by {self.issuer}"


def _pieces(text: str, what: str) -> list[Piece]:
    """Return what a pattern has after its ``^``, as the translation read it: no text is scanned a second time.

    Raise `InvalidRegex`, or `OpenPattern` for a pattern that does not begin with ``^`` or that has an alternative or
    flags on its outermost level.
    """
    if not text or text.strip("^$.*+?()") == "":
        raise OpenPattern(f"the {what}'s pattern {text!r} is one that everybody matches", hint=_ADVICE)
    pieces = GoRegex.parse(text).outermost
    if any(re.match(r"\(\?(?!:)|\\Q", piece.text) for piece in pieces):
        raise _open(text, "has flags, names or quotations, which hide what it begins with")
    if pieces[0].text != "^":
        raise _open(text, "does not begin with ^, and so matches in the middle of a name that somebody else has")
    if any(piece.text == "|" for piece in pieces):
        raise _open(text, "has an alternative outside of parentheses, so that ^ holds for a part of it only")
    return list(pieces[1:])


def _letters(pieces: Iterable[Piece]) -> str:
    """Return the letters at the beginning of ``pieces`` that stand for themselves; a dot is taken for a dot."""
    return "".join(itertools.takewhile(bool, map(_letter, pieces)))


def _letter(piece: Piece) -> str:
    """Return the one letter that a piece stands for, or "" for what stands for something else."""
    text = piece.text
    if len(text) == 1 and (text == "." or text not in _SPECIAL):
        return text
    return text[1] if len(text) == len("\\.") and text[0] == "\\" and not text[1].isalnum() else ""


def _why_open(head: str, text: str) -> str:
    if _ADDRESS.match(head):
        return "does not say whose it is: it ends before the first part of the path, with its slash"
    if "@" in text and not head.startswith("http"):
        return "leaves the domain or the end of the e-mail address open"
    return "leaves the host open"


def _mail_end(pieces: list[Piece]) -> str:
    """Return the letters before a final ``$`` that stand for themselves, as far as an e-mail address may have them."""
    if not pieces or pieces[-1].text != "$":
        return ""
    backwards = itertools.takewhile(_MAIL_LETTER.fullmatch, map(_letter, pieces[-2::-1]))
    return "".join(backwards)[::-1]


def _ends(rest: list[Piece]) -> bool:
    """Tell whether nothing but a ``$`` follows."""
    return [piece.text for piece in rest] == ["$"]


def _check_domain(domain: str, text: str) -> None:
    if domain.lower() in _ANYBODYS:
        raise _open(text, f"leaves open whose address at {domain} it is, where anybody gets one")


def _compiled(head: str, middle: Iterable[Piece], tail: str = "") -> "re.Pattern[str]":
    """Compile a pattern whose beginning and end stand for themselves; a dot there is a dot."""
    end = rf"{re.escape(tail)}\Z" if tail else ""
    return re.compile(rf"\A{re.escape(head)}{''.join(piece.python for piece in middle)}{end}")


def _compiled_mail(middle: Iterable[Piece], tail: str) -> "re.Pattern[str]":
    """Compile a pattern for e-mail addresses, which matches nothing else: a branch's name may end like an address."""
    return re.compile(_AN_ADDRESS + _compiled("", middle, tail).pattern)


def _open(text: str, reason: str) -> OpenPattern:
    return OpenPattern(f"the pattern {text[:200]!r} {reason}", hint=_ADVICE)
