"""What rules look for first has to be in everything that they find."""

import pytest

from prill.dockerfile.rules import _switches, secret_value

FLAGS = [
    f"{program} {flag}"
    for program, flags in _switches.FLAGS.items()
    if program not in {"curl", *_switches.PROGRAMS}
    for flag in flags
]
VARIABLES = {*_switches.VARIABLES, *_switches.ANY} - {"ANSIBLE_GALAXY_IGNORE", "CLOUDSDK_AUTH_DISABLE_SSL_VALIDATION"}
"""But for those of programs of which every command is looked at."""
SETTINGS = [
    *(
        word
        for program, settings in _switches.SAYS_SO.items()
        if program not in _switches.PROGRAMS
        for word, _ in settings
    ),
    *(flag for flags in _switches.UNSWITCHED.values() for flag in flags),
    *(
        "SigLevel = Never",
        "enableStrictSsl: false",
        "ssl_verify: false",
    ),
    *(":ssl_verify_mode: 0", "check_certificate = off", "trusted-host = pypi.corp"),
    *("http.sslVerify=false", "global.trusted-host", "--setopt=sslverify=0", "gpgcheck=0", "sslverify=false"),
    *("StrictHostKeyChecking=no", "-Dmaven.wagon.http.ssl.insecure=true", "maven.wagon.http.ssl.allowall=true"),
    *(
        'Acquire::https::Verify-Peer "false"',
        "Acquire::AllowInsecureRepositories=true",
        "APT::Get::AllowUnauthenticated=1",
    ),
    *("deb [trusted=yes] http://x y z", "deb [allow-insecure=yes] http://x y z", "Trusted: yes", "Allow-Insecure: yes"),
]


@pytest.mark.parametrize("said", [*FLAGS, *sorted(VARIABLES), *SETTINGS])
def test_switches_have_a_hint(said: str) -> None:
    assert any(hint in said.lower() for hint in _switches.HINTS)


@pytest.mark.parametrize(
    "secret",
    [
        *("AKIAABCDEFGHIJKLMNOP", "ASIAABCDEFGHIJKLMNOP", f"AIza{'x' * 35}", "xoxb-0123456789", f"glpat-{'x' * 20}"),
        *(f"gh{kind}_{'x' * 36}" for kind in "pousr"),
        *(f"github_pat_{'x' * 60}", f"npm_{'x' * 36}", f"sk_live_{'x' * 20}", f"dckr_pat_{'x' * 20}"),
        *(f"sk-proj-{'x' * 20}", f"sk-ant-api03-{'x' * 20}", f"hf_{'x' * 34}", f"pypi-AgEI{'x' * 50}"),
        *(f"sk-svcacct-{'x' * 20}", f"AccountKey={'x' * 86}=="),
        *("-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "https://user:secret@host"),
    ],
)
def test_secrets_have_a_hint(secret: str) -> None:
    assert secret_value._SECRETS.fullmatch(secret) or secret.startswith("https")
    hinted = any(hint.search(f"ENV X={secret}") for hint in secret_value._HINTS)
    assert hinted or secret_value._says_word(secret)


@pytest.mark.parametrize("flag", ["-u ", "-fsSLu", "--user ", "--user=", "--proxy-user '", '-u "'])
def test_logins_have_a_hint(flag: str) -> None:
    end = flag[-1] if flag[-1] in "'\"" else ""
    line = f"RUN curl {flag}somebody:hunter22{end} https://x"
    assert secret_value._LOGIN.search(line)
    assert secret_value._USER.search(line)
