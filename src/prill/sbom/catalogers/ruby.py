"""Ruby gems, by the specifications that RubyGems keeps of what it installed."""

from collections.abc import Sequence

from prill.model import Relationship
from prill.model.purl_value import build_purl
from prill.model.regex import regex
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, ListedPackages, dependencies_by_name, packages_of

__all__ = ["RUBY", "RubyCataloger"]

_MAX_GEMSPEC = 4 << 20
_HOME = regex(r"/?(?:specifications/(?:default/)?|bundler/gems/[^/]+/(?:[^/]+/)?)[^/]+\Z")
"""What stands behind a folder of gems in a gemspec's path."""


class RubyCataloger:
    """Reads ``specifications/*.gemspec``, of gems that were installed and of those that Ruby has by default.

    What Bundler took from Git lies elsewhere; Bundler writes those gemspecs anew, in the same form.
    """

    id = "ruby"
    version = 5
    patterns = (
        "**/specifications/*.gemspec",
        "**/specifications/default/*.gemspec",
        "**/bundler/gems/*/*.gemspec",
        "**/bundler/gems/*/*/*.gemspec",
    )
    programs = False
    evidence = ListedPackages

    def read(self, file: FoundFile) -> ListedPackages | None:
        """Read one gemspec; raise `InvalidGemspec` or `FileTooLarge`."""
        from prill.ecosystems.ruby import parse_gemspec  # noqa: PLC0415 - few images have such a file

        gem = parse_gemspec(read_bounded(file, _MAX_GEMSPEC), file.path)
        qualifiers = {"platform": gem.platform}
        return ListedPackages(
            packages=(
                ListedPackage(
                    name=gem.name,
                    version=gem.version,
                    purl=build_purl(type="gem", name=gem.name, version=gem.version, qualifiers=qualifiers),
                    licenses=gem.licenses,
                    summary=gem.summary,
                    homepage=gem.homepage,
                    author=gem.author,
                    requires=gem.requires,
                ),
            )
        )

    def catalog(self, seen: Sequence[Seen[ListedPackages]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return the gems, and which need which of the same folder of gems."""
        homes: dict[str, list[ListedPackage]] = {}
        for one in seen:
            homes.setdefault(_HOME.sub("", one.path), []).extend(one.evidence.packages)
        needs: set[Relationship] = set()
        for listed in homes.values():
            needs.update(dependencies_by_name(listed))
        return Catalogued(packages=packages_of(seen, self.id), relationships=tuple(sorted(needs)))


RUBY = RubyCataloger()
