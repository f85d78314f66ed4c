"""The catalogers, one module each, in the order in which they are asked: distributions first, lock files last."""

from prill.sbom.cataloger import AnyCataloger
from prill.sbom.catalogers.alpm import ALPM
from prill.sbom.catalogers.apk import APK
from prill.sbom.catalogers.chisel import CHISEL
from prill.sbom.catalogers.dotnet import DOTNET
from prill.sbom.catalogers.dpkg import DPKG
from prill.sbom.catalogers.embedded import EMBEDDED
from prill.sbom.catalogers.erlang import ERLANG
from prill.sbom.catalogers.go import GO
from prill.sbom.catalogers.homebrew import HOMEBREW
from prill.sbom.catalogers.java import JAVA
from prill.sbom.catalogers.lock_files import LOCK_FILES
from prill.sbom.catalogers.lua import LUA
from prill.sbom.catalogers.node import NODE
from prill.sbom.catalogers.php import PHP
from prill.sbom.catalogers.programs import PROGRAMS
from prill.sbom.catalogers.python import PYTHON
from prill.sbom.catalogers.r import R
from prill.sbom.catalogers.rpm import RPM
from prill.sbom.catalogers.ruby import RUBY
from prill.sbom.catalogers.rust import RUST

__all__ = ["BUILTIN"]

BUILTIN: tuple[AnyCataloger, ...] = (
    DPKG,
    APK,
    RPM,
    ALPM,
    CHISEL,
    PYTHON,
    NODE,
    GO,
    RUST,
    JAVA,
    DOTNET,
    RUBY,
    PHP,
    R,
    LUA,
    ERLANG,
    HOMEBREW,
    EMBEDDED,
    PROGRAMS,
    LOCK_FILES,
)
