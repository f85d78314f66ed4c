"""What a variant may be: everything that its production image is, and more."""

from prill.build.lock import LockedPlatform
from prill.errors import PrillError

__all__ = ["VariantConflict", "check_variant"]


class VariantConflict(PrillError):
    """A variant would take away or change a package of the image that it stands on."""


def check_variant(image: LockedPlatform, base: LockedPlatform) -> None:
    """Check that the variant ``image`` has every package of ``base`` in its version; raise `VariantConflict`."""
    have = {one.name: one.version for one in image.packages}
    for package in base.packages:
        if have.get(package.name) != package.version:
            raise VariantConflict(
                f"the variant {image.variant!r} has {package.name} {have.get(package.name, 'not at all')},"
                f" the image below it {package.version}",
                hint="a variant only adds: name a package that fits what the image has",
            )
