"""Homebrew's formulae on Linux and macOS, by the receipts in its Cellar."""

import posixpath
from collections.abc import Sequence

from prill.model.purl_value import build_purl
from prill.sbom.cataloger import Catalogued, Evidence, FoundFile, Seen, Surroundings, read_bounded
from prill.sbom.listing import ListedPackage, dependencies_by_name, package_of

__all__ = ["HOMEBREW", "HomebrewCataloger", "HomebrewEvidence"]

_KEG = "**/Cellar/*/*"
_MAX_FILE = 4 << 20


class HomebrewEvidence(Evidence, frozen=True):
    """A receipt (``installed``), or the formula of the keg it is in."""

    installed: bool = False
    tap: str = ""
    architecture: str = ""
    requires: tuple[str, ...] = ()
    licenses: str = ""
    summary: str = ""
    homepage: str = ""


class HomebrewCataloger:
    """Reads ``INSTALL_RECEIPT.json`` and the formula beside it."""

    id = "homebrew"
    version = 3
    patterns = (f"{_KEG}/INSTALL_RECEIPT.json", f"{_KEG}/.brew/*.rb")
    programs = False
    evidence = HomebrewEvidence

    def read(self, file: FoundFile) -> HomebrewEvidence | None:
        """Read one file; raise `InvalidReceipt` or `FileTooLarge`."""
        from prill.ecosystems.homebrew import parse_formula, parse_receipt  # noqa: PLC0415 - few images have such a file

        data = read_bounded(file, _MAX_FILE)
        if file.path.endswith(".rb"):
            formula = parse_formula(data)
            return HomebrewEvidence(licenses=formula.licenses, summary=formula.summary, homepage=formula.homepage)
        receipt = parse_receipt(data)
        return HomebrewEvidence(
            installed=True, tap=receipt.tap, architecture=receipt.architecture, requires=receipt.requires
        )

    def catalog(self, seen: Sequence[Seen[HomebrewEvidence]], image: Surroundings) -> Catalogued:  # noqa: ARG002
        """Return what is in the Cellar, by its folders, and what needs what."""
        formulae = {
            posixpath.dirname(posixpath.dirname(one.path)): one.evidence for one in seen if not one.evidence.installed
        }
        found = [
            (_listed(one, formulae.get(posixpath.dirname(one.path), HomebrewEvidence())), one.location)
            for one in seen
            if one.evidence.installed
        ]
        return Catalogued(
            packages=tuple(package_of(listed, location, self.id) for listed, location in found),
            relationships=tuple(dependencies_by_name(listed for listed, _ in found)),
        )


HOMEBREW = HomebrewCataloger()


def _listed(one: Seen[HomebrewEvidence], formula: HomebrewEvidence) -> ListedPackage:
    name, version = one.path.split("/")[-3:-1]
    return ListedPackage(
        name=name,
        version=version,
        purl=build_purl(type="brew", namespace=one.evidence.tap, name=name, version=version),
        licenses=formula.licenses,
        summary=formula.summary,
        homepage=formula.homepage,
        requires=one.evidence.requires,
    )
