"""Whether the image's settings switch a FIPS provider on (OpenSSL 3, fips_module(7); Red Hat's crypto policies)."""

from prill.oci.evidence import Evidence, FoundFile, read_bounded

__all__ = ["OPENSSL", "OpensslEvidence", "OpensslReader"]

_MAX_BYTES = 256 << 10


class OpensslEvidence(Evidence, frozen=True):
    """A configuration; ``fips`` where it makes the FIPS provider the one that is used."""

    fips: bool = False


class OpensslReader:
    """Reads ``openssl.cnf``, and the files that switch a whole system over."""

    id = "openssl"
    version = 1
    patterns = ("**/openssl.cnf", "**/fipsmodule.cnf", "etc/system-fips", "etc/crypto-policies/config")
    programs = False
    evidence = OpensslEvidence

    def read(self, file: FoundFile) -> OpensslEvidence:
        """Read one file; raise `FileTooLarge`."""
        text = read_bounded(file, _MAX_BYTES).decode("utf-8", "replace")
        name = file.path[file.path.rfind("/") + 1 :]
        if name == "openssl.cnf":
            return OpensslEvidence(fips=_is_activated(text))
        return OpensslEvidence(fips=name == "system-fips" or (name == "config" and text.strip().startswith("FIPS")))


def _is_activated(text: str) -> bool:
    """Say whether the provider is loaded, and asked for by default, as fips_module(7) demands (config(5))."""
    section = ""
    loaded = default = False
    for line in text.splitlines():
        said = line.partition("#")[0].strip()
        name, equals, value = (part.strip() for part in said.partition("="))
        if said.startswith("[") and said.endswith("]"):
            section = said[1:-1].strip()
        elif equals:
            loaded |= name == "fips" and section.startswith("provider")
            default |= name == "default_properties" and "fips=yes" in value.replace(" ", "")
    return loaded and default


OPENSSL = OpensslReader()
