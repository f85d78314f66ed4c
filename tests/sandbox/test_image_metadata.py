import pytest

from prill.model import Platform
from prill.model.go_regex import GoRegex
from prill.model.structure_tests import ExpectedValue, MetadataTest, TestStatus
from prill.oci.config import ImageConfig
from prill.sandbox.image_metadata import check_metadata
from prill.sandbox.matching import Matcher

CONFIG = ImageConfig(
    platform=Platform("linux", "amd64"),
    diff_ids=(),
    user="65532:65532",
    env=("PATH=/bin", "OPTIONS=a=b", "EMPTY="),
    entrypoint=("/usr/bin/python3",),
    cmd=("-c", "pass"),
    working_dir="/app",
    exposed_ports=("8080/tcp", "53/udp"),
    volumes=("/data",),
    labels=(("date", "2024-01-02"), ("vendor", "ACME")),
)


def value(key: str, text: str = "", *, regex: bool = False) -> tuple[ExpectedValue, ...]:
    return (ExpectedValue(key=key, value=text, regex=GoRegex.parse(text) if regex else None),)


@pytest.mark.parametrize(
    ("test", "error"),
    [
        (MetadataTest(), None),
        (MetadataTest(env_vars=value("OPTIONS", "a=b")), None),
        (MetadataTest(env_vars=value("EMPTY", "")), None),
        (MetadataTest(env_vars=value("PATH", "^/b", regex=True)), None),
        (MetadataTest(env_vars=value("PATH", "^b", regex=True)), "variable PATH is '/bin', which does not match '^b'"),
        (MetadataTest(env_vars=value("PATH", "/b")), "variable PATH is '/bin', expected '/b'"),
        (MetadataTest(env_vars=value("NOPE", "")), "variable NOPE is not set"),
        (MetadataTest(unbound_env_vars=("NOPE",)), None),
        (MetadataTest(unbound_env_vars=("EMPTY",)), "variable EMPTY should not be set but is"),
        (MetadataTest(labels=value("date", r"^\d{4}-\d\d-\d\d$", regex=True)), None),
        (MetadataTest(labels=value("vendor", "Acme")), "label vendor is 'ACME', expected 'Acme'"),
        (MetadataTest(unbound_labels=("vendor",)), "label vendor should not be set but is"),
        (MetadataTest(exposed_ports=("8080", "8080/tcp", "53")), None),
        (MetadataTest(exposed_ports=("53/tcp",)), "port 53/tcp is not exposed"),
        (MetadataTest(unexposed_ports=("22",)), None),
        (MetadataTest(unexposed_ports=("8080",)), "port 8080 should not be exposed but is"),
        (MetadataTest(volumes=("/data",), unmounted_volumes=("/root",)), None),
        (MetadataTest(volumes=("/root",)), "volume /root is not declared"),
        (MetadataTest(unmounted_volumes=("/data",)), "volume /data should not be declared but is"),
        (MetadataTest(entrypoint=("/usr/bin/python3",), cmd=("-c", "pass")), None),
        (MetadataTest(entrypoint=()), "entrypoint is ['/usr/bin/python3'], expected []"),
        (MetadataTest(cmd=("-c",)), "cmd is ['-c', 'pass'], expected ['-c']"),
        (MetadataTest(workdir="/app", user="65532:65532"), None),
        (MetadataTest(workdir="/"), "workdir is '/app', expected '/'"),
        (MetadataTest(user="root"), "user is '65532:65532', expected 'root'"),
    ],
)
def test_metadata(test: MetadataTest, error: str | None):
    with Matcher() as matcher:
        result = check_metadata(test, CONFIG, matcher)
    assert result.errors == (() if error is None else (error,))
    assert result.status is (TestStatus.PASS if error is None else TestStatus.FAIL)
