"""Which switches, variables and settings turn a check off, and which do not."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN


def found(text: str) -> list[str]:
    """Return what the findings underline."""
    data = f"FROM debian:13\n{text}\n"
    only = Selection(only=frozenset({"verification-off"}))
    report = lint(read_dockerfile(data.encode()), BUILTIN, Context(), only)
    assert report.gaps == ()
    lines = data.split("\n")
    places = [one.location for one in report.findings]
    return [lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in places]


@pytest.mark.parametrize(
    ("run", "word"),
    [
        ("aria2c --check-certificate=false https://a.corp/x", "--check-certificate=false"),
        ("skopeo copy --src-tls-verify=false docker://a docker://b", "--src-tls-verify=false"),
        ("podman pull --tls-verify=false a", "--tls-verify=false"),
        ("aws --no-verify-ssl s3 cp s3://a b", "--no-verify-ssl"),
        ("echo 'SigLevel = Never' >> /etc/pacman.conf", "'SigLevel = Never'"),
        ("sed -i 's/^SigLevel.*/SigLevel = Optional TrustAll/' /etc/pacman.conf", None),
        ("helm pull --plain-http oci://a", "--plain-http"),
        ("git -c http.sslVerify=0 clone https://a.corp/x", "http.sslVerify=0"),
        ("git config --global http.https://a.corp.sslVerify false", "http.https://a.corp.sslVerify"),
        ("npm ci --strict-ssl false", "--strict-ssl"),
        ("npm install --no-strict-ssl", "--no-strict-ssl"),
        ("pnpm install --strict-ssl=false", "--strict-ssl=false"),
        ("yarn config set enableStrictSsl false", "enableStrictSsl"),
        ("echo strict-ssl=false >> /root/.npmrc", "strict-ssl=false"),
        ("poetry config certificates.corp.cert false", "certificates.corp.cert"),
        ("bundle config set --global ssl_verify_mode 0", "ssl_verify_mode"),
        ("composer config -g secure-http false", "secure-http"),
        ("zypper ar -G https://a.corp b", "-G"),
        ("dnf install -y --no-gpgchecks x", "--no-gpgchecks"),
        ("dnf --setopt=corp.gpgcheck=0 install -y x", "--setopt=corp.gpgcheck=0"),
        ("printf '[x]\\ngpgcheck=0\\n' > /etc/yum.repos.d/x.repo", "'[x]\\ngpgcheck=0\\n'"),
        ("sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.conf", "'s/gpgcheck=1/gpgcheck=0/'"),
        ("GOFLAGS='-mod=mod -insecure' go get a", "GOFLAGS='-mod=mod -insecure'"),
        ("mamba install --ssl-verify false x", "--ssl-verify"),
        ("svn co --trust-server-cert https://a.corp/x", "--trust-server-cert"),
        ("deno run --unsafely-ignore-certificate-errors a.ts", "--unsafely-ignore-certificate-errors"),
        ("sudo curl -k https://a.corp/x", "-k"),
        ("sudo -E pip3 install --trusted-host pypi.corp a==1", "--trusted-host"),
        ("timeout 5 /usr/bin/curl -fsSLk https://a.corp/x", "-fsSLk"),
        ("xargs wget --no-check-certificate", "--no-check-certificate"),
        ("sudo rpm --nosignature -i a.rpm", "--nosignature"),
        ("sudo -E zypper ar -G https://a.corp b", "-G"),
        ("vault login -tls-skip-verify", "-tls-skip-verify"),
    ],
)
def test_a_check_is_switched_off(run: str, word: str | None):
    assert found(f"RUN {run}") == [word or run.split("-i ")[1].rpartition(" ")[0]]


@pytest.mark.parametrize(
    "run",
    [
        "sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.conf",
        "sed -i 's/^SigLevel = Never/SigLevel = Required/' /etc/pacman.conf",
        "echo repo_gpgcheck=0 >> /etc/yum.repos.d/x.repo",
        "skopeo copy --src-tls-verify=true docker://a docker://b",
        "skopeo copy --src-tls-verify docker://a docker://b",
        "aria2c --check-certificate=true https://a.corp/x",
        "npm ci --strict-ssl",
        "npm ci --strict-ssl true",
        "git config --global http.sslVerify true",
        "zypper ar -g https://a.corp b",
        "zypper --gpg-auto-import-keys refresh",
        "GOFLAGS=-mod=mod go get a",
        "GONOSUMDB=git.corp/* go get a",
        "composer config -g secure-http true",
        "conda config --set ssl_verify /etc/ssl/corp.pem",
        "bundle config set --global ssl_verify_mode 1",
        "sudo tar -k -xf x",
        "pip install --cert /etc/ssl/corp.pem a==1",
    ],
)
def test_a_check_is_left_on(run: str):
    assert found(f"RUN {run}") == []


@pytest.mark.parametrize(
    "pair",
    [
        *("GOINSECURE=git.corp", "UV_INSECURE_HOST=pypi.corp", "CONDA_SSL_VERIFY=false", "BUNDLE_SSL_VERIFY_MODE=0"),
        *("AZURE_CLI_DISABLE_CONNECTION_VERIFICATION=1", "VAULT_SKIP_VERIFY=true", "YARN_ENABLE_STRICT_SSL=0"),
        *("GOFLAGS=-insecure", "ANSIBLE_GALAXY_IGNORE=yes"),
    ],
)
def test_a_variable_switches_a_check_off(pair: str):
    assert found(f"ENV {pair}") == [pair]


@pytest.mark.parametrize(
    "pair", ["GOINSECURE=", "GOPRIVATE=git.corp", "GONOSUMDB=git.corp", "CONDA_SSL_VERIFY=true", "VAULT_SKIP_VERIFY="]
)
def test_a_variable_leaves_a_check_on(pair: str):
    assert found(f"ENV {pair}") == []


@pytest.mark.parametrize(
    ("line", "off"),
    [
        ("gpgcheck=0", True),
        ("gpgcheck=1", False),
        ("repo_gpgcheck=0", False),
        ("SigLevel = Never", True),
        ("SigLevel = Required DatabaseOptional", False),
        ("Trusted: yes", True),
        ("strict-ssl=false", True),
        ("trusted-host = pypi.corp", True),
        ("enableStrictSsl: false", True),
    ],
)
@pytest.mark.parametrize("keyword", ["COPY", "ADD"])
def test_a_file_in_the_dockerfile_says_it(line: str, off: bool, keyword: str):  # noqa: FBT001
    assert found(f"{keyword} <<EOF /etc/x\nfirst\n{line}\nEOF") == [line.replace(" pypi.corp", " p")] * off


@pytest.mark.parametrize(
    "run",
    [
        "sed -i -e '/corp/s/gpgcheck=0/gpgcheck=1/' /etc/yum.conf",
        "sed -i 's/a/b/;s/gpgcheck=0/gpgcheck=1/' /etc/yum.conf",
        "sudo sed -i '/gpgcheck=0/d' /etc/yum.conf",
        "! grep -rn sslverify=0 /etc",
        '[ "$x" = "gpgcheck=0" ]',
        "sudo emerge -k curl",
        "nice make -k curl",
    ],
)
def test_what_is_looked_for_and_what_is_another_programs_switches_nothing_off(run: str):
    assert found(f"RUN {run}") == []


@pytest.mark.parametrize(
    ("lines", "underlined"),
    [("# gpgcheck=0\ngpgcheck=1", []), ("; gpgcheck=0\n # gpgcheck=0\nname=x\ngpgcheck=0", ["gpgcheck=0"])],
)
def test_a_comment_of_a_file_that_is_written_switches_nothing_off(lines: str, underlined: list[str]):
    assert found(f"COPY <<E /etc/yum.conf\n{lines}\nE") == underlined


def test_the_line_behind_a_comment_is_the_one_that_is_underlined():
    data = b"FROM debian:13\nCOPY <<E /etc/yum.conf\n# gpgcheck=0\ngpgcheck=0\nE\n"
    only = Selection(only=frozenset({"verification-off"}))
    (finding,) = lint(read_dockerfile(data), BUILTIN, Context(), only).findings
    assert finding.location.line == 4


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("printf '//a.corp/:_authToken=s3cret\\nstrict-ssl=false\\n' > .npmrc", "printf strict-ssl=false"),
        ("git -c http.https://me:s3cret@a.corp.sslVerify=0 pull", "git http.https://a.corp.sslVerify=0"),
    ],
)
def test_a_message_says_no_secret_that_stands_beside_the_switch(run: str, said: str):
    only = Selection(only=frozenset({"verification-off"}))
    (finding,) = lint(read_dockerfile(f"FROM debian:13\nRUN {run}\n".encode()), BUILTIN, Context(), only).findings
    assert finding.message == f"{said}: nothing is checked"
