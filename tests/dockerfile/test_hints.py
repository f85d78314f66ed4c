"""What rules look for first has to be in everything that they find."""

import pytest

from prill.dockerfile.rules import verification_off

FLAGS = [flag for program, flags in verification_off._FLAGS.items() if program != "curl" for flag in flags]
SETTINGS = [
    *(word for word, _ in verification_off._SAYS_SO.values()),
    *("http.sslVerify=false", "global.trusted-host", "--setopt=sslverify=0", "gpgcheck=0", "sslverify=false"),
    *("StrictHostKeyChecking=no", "-Dmaven.wagon.http.ssl.insecure=true", "maven.wagon.http.ssl.allowall=true"),
    *(
        'Acquire::https::Verify-Peer "false"',
        "Acquire::AllowInsecureRepositories=true",
        "APT::Get::AllowUnauthenticated=1",
    ),
    *("deb [trusted=yes] http://x y z", "deb [allow-insecure=yes] http://x y z", "Trusted: yes", "Allow-Insecure: yes"),
]


@pytest.mark.parametrize("said", [*FLAGS, *verification_off._VARIABLES, "PIP_TRUSTED_HOST", *SETTINGS])
def test_switches_have_a_hint(said: str) -> None:
    assert any(hint in said.lower() for hint in verification_off._HINTS)
