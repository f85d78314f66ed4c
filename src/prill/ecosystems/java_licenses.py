"""Licences as Java projects state them: by a name in their own words, and by the address of the text."""

from prill.model.license_expressions import either_license, stated_license
from prill.model.regex import regex

__all__ = ["bundle_license", "java_license"]

# What the addresses of licences contain, without scheme and "www.", in lower case.
_ADDRESSES = (
    ("apache.org/licenses/license-2.0", "Apache-2.0"),
    ("opensource.org/licenses/apache2.0", "Apache-2.0"),
    ("opensource.org/licenses/apache-2.0", "Apache-2.0"),
    ("apache.org/licenses/license-1.1", "Apache-1.1"),
    ("opensource.org/licenses/mit", "MIT"),
    ("opensource.org/license/mit", "MIT"),
    ("opensource.org/licenses/bsd-3-clause", "BSD-3-Clause"),
    ("opensource.org/licenses/bsd-2-clause", "BSD-2-Clause"),
    ("eclipse.org/legal/epl-2.0", "EPL-2.0"),
    ("eclipse.org/legal/epl-v20", "EPL-2.0"),
    ("eclipse.org/legal/epl-v10", "EPL-1.0"),
    ("eclipse.org/org/documents/epl-v10", "EPL-1.0"),
    ("eclipse.org/org/documents/edl-v10", "BSD-3-Clause"),
    ("gnu.org/licenses/old-licenses/lgpl-2.1", "LGPL-2.1-only"),
    ("gnu.org/software/classpath/license.html", "GPL-2.0-only WITH Classpath-exception-2.0"),
    ("mozilla.org/mpl/2.0", "MPL-2.0"),
    ("mozilla.org/en-us/mpl/2.0", "MPL-2.0"),
    ("creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"),
    ("unlicense.org", "Unlicense"),
)
_NAMES = {
    "apache license, version 2.0": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0",
    "eclipse public license v2.0": "EPL-2.0",
    "eclipse public license - v 2.0": "EPL-2.0",
    "eclipse public license - v 1.0": "EPL-1.0",
    "eclipse distribution license - v 1.0": "BSD-3-Clause",
    "edl 1.0": "BSD-3-Clause",
    "the mit license": "MIT",
    "gpl2 w/ cpe": "GPL-2.0-only WITH Classpath-exception-2.0",
    "cddl+gpl license": "CDDL-1.1 OR GPL-2.0-only WITH Classpath-exception-2.0",
    "bsd 3-clause license": "BSD-3-Clause",
}
_MAX_HEADER = 2000
_CLAUSES = regex(r'(?:[^,"]|"[^"]*")+')
_SCHEME = regex(r"^https?://(?:www\.)?")


def java_license(name: str, url: str = "") -> str:
    """Return the SPDX expression of a licence's name, or of the address of its text where the name is no one's."""
    if known := _NAMES.get(" ".join(name.lower().split())):
        return known
    stated = "" if "://" in name else stated_license(name)
    if stated and "LicenseRef" not in stated:
        return stated
    for address in (url, name):
        place = _SCHEME.sub("", address.strip().lower())
        if place != address.lower() and (
            found := next((spdx for start, spdx in _ADDRESSES if place.startswith(start)), "")
        ):
            return found
    return stated


def bundle_license(value: str) -> str:
    """Return what an OSGi bundle's ``Bundle-License`` states: names or addresses, each with attributes of its own."""
    found = []
    for clause in _CLAUSES.findall(value[:_MAX_HEADER]):
        name, *attributes = [part.strip().strip('"') for part in clause.split(";")]
        link = next((text.partition("=")[2].strip('" ') for text in attributes if text.startswith("link=")), "")
        found.append(java_license(name, link))
    return either_license(found)
