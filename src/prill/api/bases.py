"""Known base images: taken in by what is in them, and looked at again."""

from collections.abc import Callable

from prill.api.open_options import OpenOptions
from prill.api.opening import look_at_opened
from prill.api.sbom import catalogue
from prill.catalogue.known_bases import KnownBase, KnownBases, chain_ids
from prill.errors import PrillError
from prill.model import Platform
from prill.model.value import dataclass
from prill.oci.config import rfc3339
from prill.oci.sources import folder_of, open_image
from prill.sbom.ownership import SYSTEM_PURLS

__all__ = ["BaseUpdate", "IncompleteBase", "NoBase", "add_base", "update_bases"]


class NoBase(PrillError):
    """What should become a known base has no layers."""


class IncompleteBase(PrillError):
    """What should become a known base is damaged: what is known of it would not be all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseUpdate:
    """What became of one base: ``added`` is a new state of it, and ``failed`` says why there is none."""

    name: str
    platform: str
    base: KnownBase | None = None
    added: bool = False
    failed: str = ""


def add_base(text: str, options: OpenOptions, known: KnownBases, *, now: int) -> BaseUpdate:
    """Take the image that ``text`` names in; one that is known is not read again.

    Raise `NoBase`, `IncompleteBase`, `UnreadableBases`, or as `open_image` and `ImageTree` do.
    """
    if folder_of(text) is not None:
        raise NoBase(f"{text[:160]!r} has no layers to know it by", hint="a base is an image, not a folder")
    with open_image(text, platform=options.platform, access=options.access) as opened:
        config = opened.image.config()
        if not config.diff_ids:
            raise NoBase(f"{text[:160]!r} has no layers to know it by", hint="every image begins with that")
        name, platform, digest = opened.name, str(config.platform), str(opened.image.descriptor.digest)
        same = known.find(name, platform, digest)
        if same is not None:
            return BaseUpdate(name=name, platform=platform, base=same)
        with look_at_opened(opened, options) as looked:
            if not looked.whole:
                raise IncompleteBase(
                    f"{text[:160]!r} cannot be read to its end", hint="prill inspect says where it ends"
                )
            sbom = catalogue(looked)
        chain = chain_ids(config.diff_ids)
        base = KnownBase(
            name=name,
            platform=platform,
            digest=digest,
            chain_id=chain[-1],
            layers=len(chain),
            created=config.created,
            added=rfc3339(now),
            packages=frozenset(
                f"{one.name}@{one.version}" for one in sbom.packages if one.purl.startswith(SYSTEM_PURLS)
            ),
        )
    return BaseUpdate(name=base.name, platform=base.platform, base=base, added=known.add(base))


def update_bases(options: Callable[[Platform], OpenOptions], known: KnownBases, *, now: int) -> tuple[BaseUpdate, ...]:
    """Look at every known base again, by its name, and take in what is new; what fails is told, and stays as it was."""
    found = []
    for name, platform in sorted({(base.name, base.platform) for base in known.all()}):
        try:
            found.append(add_base(name, options(Platform.parse(platform)), known, now=now))
        except PrillError as error:
            found.append(BaseUpdate(name=name, platform=platform, failed=str(error)))
    return tuple(found)
