"""What rules look for first has to be in everything that they find."""

import pytest

from prill.dockerfile.rules import secret_value, verification_off

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


@pytest.mark.parametrize(
    "secret",
    [
        *("AKIAABCDEFGHIJKLMNOP", "ASIAABCDEFGHIJKLMNOP", f"AIza{'x' * 35}", "xoxb-0123456789", f"glpat-{'x' * 20}"),
        *(f"gh{kind}_{'x' * 36}" for kind in "pousr"),
        *(f"github_pat_{'x' * 60}", f"npm_{'x' * 36}", f"sk_live_{'x' * 20}", f"dckr_pat_{'x' * 20}"),
        *("-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "https://user:secret@host"),
    ],
)
def test_secrets_have_a_hint(secret: str) -> None:
    assert secret_value._SECRETS.fullmatch(secret) or secret.startswith("https")
    assert any(hint.search(f"ENV X={secret}") for hint in secret_value._HINTS)


@pytest.mark.parametrize("flag", ["-u ", "-fsSLu", "--user ", "--user=", "--proxy-user '", '-u "'])
def test_logins_have_a_hint(flag: str) -> None:
    end = flag[-1] if flag[-1] in "'\"" else ""
    line = f"RUN curl {flag}somebody:hunter22{end} https://x"
    assert secret_value._LOGIN.search(line)
    assert secret_value._USER.search(line)
