"""Java's own keytool and Debian's update-ca-certificates against what we write."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from debs import fetch
from prill.build.certificates import ca_bundle, certificate_files, certificates_in
from prill.build.keystore import PASSWORD, java_keystore
from prill.formats.x509 import read_certificate
from trees import FolderTree

pytestmark = [pytest.mark.compat, pytest.mark.archive]

SUITES = ("bookworm", "trixie")


@pytest.fixture(params=SUITES)
def authorities(request: pytest.FixtureRequest, tmp_path: Path, test_cache: Path) -> Path:
    """Debian's ca-certificates, unpacked, with an authority added by hand that lacks its last newline."""
    root = tmp_path / "root"
    subprocess.run(
        ["dpkg-deb", "-x", *fetch(test_cache, request.param, "amd64", ["ca-certificates"]), root], check=True
    )
    local = root / "usr/local/share/ca-certificates"
    local.mkdir(parents=True)
    some = next((root / "usr/share/ca-certificates/mozilla").glob("*.crt"))
    (local / "own (1), copy.crt").write_bytes(some.read_bytes().rstrip(b"\n"))
    return root


def test_keytool_lists_every_certificate(authorities: Path, tmp_path: Path) -> None:
    if shutil.which("keytool") is None:
        pytest.skip("keytool is not installed")
    certificates = certificates_in(certificate_files(FolderTree(authorities)))
    store = tmp_path / "cacerts"
    store.write_bytes(java_keystore(certificates))
    command = ["keytool", "-J-Duser.language=en", "-list", "-keystore", store, "-storepass", PASSWORD]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Keystore type: JKS" in listed
    prints = re.findall(r"\(SHA-256\): ([0-9A-F:]+)", listed)
    assert {one.replace(":", "").lower() for one in prints} == {hashlib.sha256(der).hexdigest() for der in certificates}
    assert len(prints) == len(certificates) > 100


def test_keytool_refuses_another_password(authorities: Path, tmp_path: Path) -> None:
    if shutil.which("keytool") is None:
        pytest.skip("keytool is not installed")
    store = tmp_path / "cacerts"
    store.write_bytes(java_keystore(certificates_in(certificate_files(FolderTree(authorities)))))
    command = ["keytool", "-list", "-keystore", store, "-storepass", "another"]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_keytool_reads_the_same_aliases_and_dates(authorities: Path, tmp_path: Path) -> None:
    if shutil.which("keytool") is None:
        pytest.skip("keytool is not installed")
    certificates = certificates_in(certificate_files(FolderTree(authorities)))
    store = tmp_path / "cacerts"
    store.write_bytes(java_keystore(certificates))
    command = ["keytool", "-J-Duser.timezone=UTC", "-J-Duser.language=en", "-J-Dfile.encoding=UTF-8"]
    command += ["-J-Dstdout.encoding=UTF-8", "-J-Dsun.stdout.encoding=UTF-8"]
    command += ["-list", "-v", "-keystore", str(store), "-storepass", PASSWORD]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    aliases = re.findall(r"^Alias name: (.*)$", listed, re.MULTILINE)
    subjects = {read_certificate(der).subject.lower() for der in certificates}
    assert len(set(aliases)) == len(aliases) == len(certificates)
    assert {alias if alias in subjects else re.sub(r"-\d+$", "", alias) for alias in aliases} == subjects
    assert len(re.findall(r"^Creation date: ", listed, re.MULTILINE)) == len(certificates)


def test_the_bundle_is_what_update_ca_certificates_makes(authorities: Path, tmp_path: Path) -> None:
    program = authorities / "usr/sbin/update-ca-certificates"
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which update-ca-certificates calls, is not installed")
    (ours,) = ca_bundle(FolderTree(authorities))
    made = tmp_path / "certs"
    made.mkdir()
    shipped = authorities / "usr/share/ca-certificates"
    names = sorted(path.relative_to(shipped).as_posix().encode() for path in shipped.rglob("*.crt"))
    (tmp_path / "ca-certificates.conf").write_bytes(b"".join(name + b"\n" for name in names))
    folders = {
        "--certsconf": tmp_path / "ca-certificates.conf",
        "--certsdir": shipped,
        "--localcertsdir": authorities / "usr/local/share/ca-certificates",
        "--etccertsdir": made,
        "--hooksdir": "",
    }
    options = [str(part) for pair in folders.items() for part in pair]
    subprocess.run(
        ["sh", program, *options], env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=True, cwd=made
    )
    assert (made / "ca-certificates.crt").read_bytes() == ours.content
