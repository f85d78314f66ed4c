"""From what sources write about severity to a rating: vendors' words, and CVSS vectors with their scores computed."""

from collections.abc import Iterable
from functools import lru_cache

from prill.model.advisory import Level, Rating
from prill.vuln.records import RatingText

__all__ = ["choose_ratings", "level_of_score", "rating_of"]

_WORDS = {
    "critical": Level.CRITICAL,
    "high": Level.HIGH,
    "important": Level.HIGH,
    "medium": Level.MEDIUM,
    "moderate": Level.MEDIUM,
    "low": Level.LOW,
    "minor": Level.LOW,
    "negligible": Level.NEGLIGIBLE,
    "unimportant": Level.NEGLIGIBLE,
    "none": Level.NEGLIGIBLE,
}
_LEAST = ((9.0, Level.CRITICAL), (7.0, Level.HIGH), (4.0, Level.MEDIUM), (0.1, Level.LOW))


def rating_of(text: RatingText) -> Rating | None:
    """Return the rating, or None for a word or a vector that nobody can read."""
    level = _WORDS.get(text.text.lower())
    if level is not None:
        return Rating(level=level, source=text.source)
    score = _score(text.text)
    if score is None:
        return None
    return Rating(level=level_of_score(score), source=text.source, vector=text.text, score=score)


def level_of_score(score: float) -> Level:
    """Return the level of a CVSS score (CVSS 3.1, section 5; the same in 4.0)."""
    return next((level for least, level in _LEAST if score >= least), Level.NEGLIGIBLE)


def choose_ratings(ratings: Iterable[Rating]) -> tuple[Rating, ...]:
    """Put ratings in order, the one that counts first: a vendor's word, then CVSS 4, 3 and 2; each once."""
    return tuple(sorted(dict.fromkeys(ratings), key=_preference))


def _preference(rating: Rating) -> tuple[int, int, str]:
    if not rating.vector:
        return (0, -rating.level.rank, rating.source)
    version = next((place for place, prefix in enumerate(("CVSS:4", "CVSS:3")) if rating.vector.startswith(prefix)), 2)
    return (1 + version, -rating.level.rank, rating.source)


@lru_cache(maxsize=20_000)
def _score(vector: str) -> float | None:
    """Compute the base score; None for what is no vector of CVSS 2, 3 or 4."""
    from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # noqa: PLC0415 - only while a database is built

    if len(vector) > 500:  # noqa: PLR2004 - the longest vector has fewer
        return None
    vector = vector.strip("() ").rstrip("/")  # some write CVSS 2 in brackets, or a slash after the last metric
    try:
        if vector.startswith("CVSS:4"):
            return float(CVSS4(vector).base_score)
        if vector.startswith("CVSS:3"):
            return float(CVSS3(vector).scores()[0])
        return float(CVSS2(vector).scores()[0])
    except (CVSSError, ValueError, ArithmeticError, LookupError):
        return None
