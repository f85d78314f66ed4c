"""Which function reads which lock file, and how packages are named in each language."""

from collections.abc import Callable

from prill.ecosystems.bun import parse_bun_lock
from prill.ecosystems.bundler import parse_gemfile_lock
from prill.ecosystems.cargo import parse_cargo_lock
from prill.ecosystems.cocoapods import parse_podfile_lock
from prill.ecosystems.conan import parse_conan_lock, parse_conanfile
from prill.ecosystems.dart import parse_pubspec_lock
from prill.ecosystems.deno import parse_deno_lock
from prill.ecosystems.dotnet import parse_packages_lock
from prill.ecosystems.go_mod import parse_go_mod, parse_go_sum
from prill.ecosystems.haskell import parse_cabal_freeze, parse_stack_lock
from prill.ecosystems.hex import parse_mix_lock, parse_rebar_lock
from prill.ecosystems.integrity import integrity_digest
from prill.ecosystems.julia import parse_julia_manifest
from prill.ecosystems.locked import Locked, LockFile
from prill.ecosystems.maven import Coordinates, parse_gradle_lock
from prill.ecosystems.maven_pom import parse_project
from prill.ecosystems.node import NodePackage, parse_npm_lock, parse_yarn_lock
from prill.ecosystems.nuget_config import parse_packages_config, parse_packages_props
from prill.ecosystems.php import parse_composer_lock
from prill.ecosystems.pnpm import parse_pnpm_lock
from prill.ecosystems.python import normal_name
from prill.ecosystems.python_locks import (
    parse_pdm,
    parse_pipfile_lock,
    parse_poetry,
    parse_pylock,
    parse_requirements,
)
from prill.ecosystems.r import parse_renv_lock
from prill.ecosystems.sbt import parse_sbt_lock
from prill.ecosystems.swift import parse_package_resolved
from prill.ecosystems.uv import parse_uv
from prill.model.purl_value import build_purl
from prill.model.value import replace
from prill.sbom.listing import ListedPackage
from prill.sbom.lock_evidence import LockEvidence

__all__ = ["LOCK_READERS", "listed_maven", "read_lock_file"]


def read_lock_file(name: str, data: bytes) -> LockEvidence:
    """Read a file by its name; any other than those of `LOCK_READERS` is one of requirements. Raise a `PrillError`."""
    return LOCK_READERS.get(name, _requirements)(data)


def _reader(kind: str, parse: Callable[[bytes], LockFile]) -> Callable[[bytes], LockEvidence]:
    def read(data: bytes) -> LockEvidence:
        found = parse(data)
        return LockEvidence(
            type=kind,
            packages=tuple(_listed(kind, one) for one in found.packages),
            unclear=found.unclear,
            includes=found.includes,
        )

    return read


def _listed(kind: str, one: Locked) -> ListedPackage:
    namespace, _, name = one.name.partition(":") if kind == "maven" else one.name.rpartition("/")
    if kind == "pypi":  # where names are wanted in whatever spelling
        one = replace(one, requires=tuple(map(normal_name, one.requires)))
    return ListedPackage(
        name=name if kind == "maven" else one.name,
        version=one.version,
        purl=build_purl(
            type=kind, namespace=namespace, name=name, version=one.version, qualifiers=dict(one.qualifiers)
        ),
        licenses=one.licenses,
        digest=one.digest,
        requires=one.requires,
        provides=(normal_name(name),) if kind == "pypi" else (),
    )


def listed_maven(one: Coordinates) -> ListedPackage:
    """Return a package of Maven's."""
    return _listed("maven", Locked(name=f"{one.group}:{one.artifact}", version=one.version))


def _node(parse: Callable[[bytes], tuple[NodePackage, ...]]) -> Callable[[bytes], LockFile]:
    def read(data: bytes) -> LockFile:
        found = parse(data)
        return LockFile(
            packages=tuple(
                Locked(
                    name=one.name,
                    version=one.version,
                    licenses=one.licenses,
                    digest=str(integrity_digest(one.integrity) or ""),
                    requires=one.requires,
                )
                for one in found
                if one.version
            ),
            unclear=tuple(sorted({one.name for one in found if not one.version})),
        )

    return read


def _maven(parse: Callable[[bytes], tuple[Coordinates, ...]]) -> Callable[[bytes], LockFile]:
    def read(data: bytes) -> LockFile:
        found = parse(data)
        named = [(f"{one.group}:{one.artifact}", one.version) for one in found]
        return LockFile(
            packages=tuple(Locked(name=name, version=version) for name, version in named if version),
            unclear=tuple(name for name, version in named if not version),
        )

    return read


def _composer(data: bytes) -> LockFile:
    found, broken = parse_composer_lock(data)
    return LockFile(
        packages=tuple(
            Locked(name=one.name, version=one.version, licenses=one.licenses, requires=one.requires) for one in found
        ),
        unclear=broken,
    )


def _go_sum(data: bytes) -> LockFile:
    return LockFile(packages=parse_go_sum(data))


def _go_mod(data: bytes) -> LockEvidence:
    found = parse_go_mod(data)
    packages = tuple(_listed("golang", one) for one in found.packages)
    return LockEvidence(type="golang", packages=packages, unclear=found.local, complete=found.complete)


_requirements = _reader("pypi", parse_requirements)
LOCK_READERS: dict[str, Callable[[bytes], LockEvidence]] = {
    "package-lock.json": _reader("npm", _node(parse_npm_lock)),
    "npm-shrinkwrap.json": _reader("npm", _node(parse_npm_lock)),
    "yarn.lock": _reader("npm", _node(parse_yarn_lock)),
    "pnpm-lock.yaml": _reader("npm", parse_pnpm_lock),
    "bun.lock": _reader("npm", parse_bun_lock),
    "deno.lock": _reader("npm", parse_deno_lock),
    "poetry.lock": _reader("pypi", parse_poetry),
    "Pipfile.lock": _reader("pypi", parse_pipfile_lock),
    "uv.lock": _reader("pypi", parse_uv),
    "pdm.lock": _reader("pypi", parse_pdm),
    "pylock.toml": _reader("pypi", parse_pylock),
    "go.mod": _go_mod,
    "go.sum": _reader("golang", _go_sum),
    "Cargo.lock": _reader("cargo", parse_cargo_lock),
    "Gemfile.lock": _reader("gem", parse_gemfile_lock),
    "gems.locked": _reader("gem", parse_gemfile_lock),
    "composer.lock": _reader("composer", _composer),
    "gradle.lockfile": _reader("maven", _maven(parse_gradle_lock)),
    "buildscript-gradle.lockfile": _reader("maven", _maven(parse_gradle_lock)),
    "pom.xml": lambda data: LockEvidence(type="maven", project=parse_project(data)),
    "build.sbt.lock": _reader("maven", parse_sbt_lock),
    "packages.lock.json": _reader("nuget", parse_packages_lock),
    "packages.config": _reader("nuget", parse_packages_config),
    "Directory.Packages.props": _reader("nuget", parse_packages_props),
    "mix.lock": _reader("hex", parse_mix_lock),
    "rebar.lock": _reader("hex", parse_rebar_lock),
    "stack.yaml.lock": _reader("hackage", parse_stack_lock),
    "cabal.project.freeze": _reader("hackage", parse_cabal_freeze),
    "renv.lock": _reader("cran", parse_renv_lock),
    "Manifest.toml": _reader("julia", parse_julia_manifest),
    "pubspec.lock": _reader("pub", parse_pubspec_lock),
    "Podfile.lock": _reader("cocoapods", parse_podfile_lock),
    "Package.resolved": _reader("swift", parse_package_resolved),
    "conan.lock": _reader("conan", parse_conan_lock),
    "conanfile.txt": _reader("conan", parse_conanfile),
}
