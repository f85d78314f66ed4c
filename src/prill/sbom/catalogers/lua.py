"""Lua modules, by the rockspecs that LuaRocks keeps of what it installed."""

import posixpath
from collections.abc import Sequence

from prill.model import Relationship
from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, ListedPackages, dependencies_by_name, packages_of

__all__ = ["LUA", "LuaCataloger"]

_MAX_ROCKSPEC = 1 << 20


class LuaCataloger:
    """Reads ``rocks-5.x/NAME/VERSION/*.rockspec``."""

    id = "lua"
    version = 2
    patterns = ("**/rocks/*/*/*.rockspec", "**/rocks-5.*/*/*/*.rockspec")
    programs = False
    evidence = ListedPackages

    def read(self, file: FoundFile) -> ListedPackages | None:
        """Read one rockspec; raise a `PrillError` where it names no package, and `FileTooLarge`."""
        from prill.ecosystems.lua import parse_rockspec  # noqa: PLC0415 - few images have such a file

        rock = parse_rockspec(read_bounded(file, _MAX_ROCKSPEC))
        return ListedPackages(
            packages=(
                ListedPackage(
                    name=rock.name,
                    version=rock.version,
                    purl=build_purl(type="luarocks", name=rock.name, version=rock.version),
                    licenses=rock.licenses,
                    summary=rock.summary,
                    homepage=rock.homepage,
                    requires=rock.requires,
                ),
            )
        )

    def catalog(self, seen: Sequence[Seen[ListedPackages]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return the modules, and which need which of the same tree of rocks."""
        trees: dict[str, list[ListedPackage]] = {}
        for one in seen:
            tree = posixpath.dirname(posixpath.dirname(posixpath.dirname(one.path)))
            trees.setdefault(tree, []).extend(one.evidence.packages)
        needs: set[Relationship] = set()
        for listed in trees.values():
            needs.update(dependencies_by_name(listed))
        return Catalogued(packages=packages_of(seen, self.id), relationships=tuple(sorted(needs)))


LUA = LuaCataloger()
