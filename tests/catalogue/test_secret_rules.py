"""What looks like a secret, and where nobody looks for any. No sample here is a real secret."""

import time

import pytest

from prill.catalogue.secret_rules import secret_rules, secret_scope
from prill.inspection.secret_scan import (
    find_secrets,
    looks_like_a_secret,
    mask,
    mask_words,
    masked_start,
    named_secrets,
)

WORD = "a1B2c3D4e5F6g7H8i9J0"
SAMPLES = {
    "private-key": ("x.pem", "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" + "\n-----END"),
    "encrypted-private-key": (
        "x.pem",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + "MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkq" + "\n-----END",
    ),
    "google-oauth-secret": ("c", "GOCSPX-" + (WORD * 2)[:28]),
    "docker-hub-token": ("c", "dckr_pat_" + (WORD * 2)[:27]),
    "azure-client-secret": ("c", "abc8Q~" + (WORD * 2)[:34]),
    "azure-shared-access": ("c", "https://a.blob.test/c?sv=2020-08-04&se=2030&sig=" + (WORD * 3)[:43] + "%3D"),
    "discord-webhook": ("c", "https://discord.com/api/webhooks/123456789012345678/" + (WORD * 4)[:68]),
    "telegram-token": ("c", "1234567890:AA" + (WORD * 2)[:33]),
    "service-token": ("c", "shpat_" + "0123456789abcdef" * 2),
    "netrc-line": ("", 'RUN echo "machine h login me password hunter2x" > ~/.netrc'),
    "pgpass-password": ("root/.pgpass", "# host\ndb:5432:*:app:hunter2x\n"),
    "credentials-file": ("root/.my.cnf", "[client]\nuser=root\npassword = hunter2x\n"),
    "putty-private-key": ("k.ppk", f"PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{WORD * 2}\n"),
    "age-secret-key": ("k.txt", "AGE-SECRET-KEY-1" + "Q" * 57 + "7"),
    "aws-access-key": ("c", "AKIA" + "Q3EGRIOZ7UXAMPLF"[:16].replace("1", "2")),
    "aws-secret-key": ("c", f"aws_secret_access_key = {WORD * 2}"),
    "azure-storage-key": ("c", "AccountKey=" + (WORD * 5)[:86] + "=="),
    "google-api-key": ("c", "AIza" + (WORD * 2)[:35]),
    "github-token": ("c", "ghp_" + (WORD * 2)[:36]),
    "gitlab-token": ("c", "glpat-" + WORD),
    "slack-token": ("c", "xoxb-1234567890-" + WORD),
    "slack-webhook": ("c", "https://hooks.slack.com/services/T12345678/B12345678/" + WORD + "abcd"),
    "stripe-key": ("c", "sk_live_" + WORD + "abcd"),
    "npm-token": ("c", "npm_" + (WORD * 2)[:36]),
    "npmrc-credentials": ("root/.npmrc", "//host/:_authToken=" + WORD),
    "pypi-token": ("c", "pypi-Ag" + WORD * 4),
    "sendgrid-key": ("c", "SG." + (WORD + "ab")[:22] + "." + (WORD * 3)[:43]),
    "digitalocean-token": ("c", "dop_v1_" + "0123456789abcdef" * 4),
    "vault-token": ("c", "hvs." + WORD + "abcdef"),
    "hugging-face-token": ("c", "hf_" + "abCD" * 8 + "ef"),
    "language-model-key": ("c", "sk-ant-api03-" + WORD * 5),
    "json-web-token": ("c", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9." + WORD * 2),
    "url-password": ("c", "postgres://app:s3cr3t-Pa55@db.internal/app"),
    "docker-login": ("root/.docker/config.json", '{"auths": {"h": {"auth": "dXNlcjpoZWxsb3dvcmxk"}}}'),
    "netrc-password": ("root/.netrc", "machine h login u password hunter2x"),
    "git-credentials": ("root/.git-credentials", "https://u:hunter2x@h"),
    "kubernetes-credentials": ("root/.kube/config", "users:\n- user:\n    token: " + WORD),
    "pypirc-password": ("root/.pypirc", "[x]\npassword = hunter2x\n"),
    "password-hash": ("etc/shadow", "root:$y$j9T$abcdefgh$ijklmnopqr:19000:0:99999:7:::\n"),
    "curl-login": ("", "RUN curl -sSf -u admin:hunter2x https://files.test"),
    "database-login": ("", "RUN mysql -uroot -phunter2x -e 'SELECT 1'"),
    "command-password": ("", "redis-cli -h db -a hunter2x ping"),
    "account-password": ("", "RUN echo 'root:hunter2x' | chpasswd"),
    "http-header": ("", 'curl -H "Authorization: Bearer 3f9d0c1be4a25678" https://api.test'),
    "env-file": ("srv/.env", "DB_PASSWORD=hunter2x\n"),
}


def test_every_rule_has_a_sample():
    assert sorted(SAMPLES) == [rule.id for rule in secret_rules()]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_rule_finds_its_sample(name: str):
    path, text = SAMPLES[name]
    assert name in [rule.id for rule, _ in find_secrets(text.encode(), path)]


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_masked_is_found_no_more(name: str):
    path, text = SAMPLES[name]
    rule = next(rule for rule in secret_rules() if rule.id == name)
    if rule.paths:
        return  # holds in files alone, and files are never printed
    assert mask(text) != text
    assert name not in [one.id for one, _ in find_secrets(mask(text).encode(), path)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("c", "AKIAIOSFODNN7EXAMPLE"),
        ("c", "postgres://user:password@host/db"),
        ("c", "postgres://app:${PASSWORD}@host/db"),
        ("c", "https://user:xxxxxxxx@host"),
        ("srv/.env", "DB_PASSWORD=changeme\nAPI_TOKEN=<your-token>\nSECRET=\n"),
        ("c", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"),
        ("c", "-----BEGIN PUBLIC KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCAAAA\n"),
        ("etc/shadow", "root:*:19000:0:99999:7:::\ndaemon:!:19000::::::\n"),
        ("c", "npm_config_registry=https://host/ npm_lifecycle_event"),
        ("root/.npmrc", "//host/:_authToken=${NPM_TOKEN}"),
    ],
)
def test_a_placeholder_is_no_secret(path: str, text: str):
    assert list(find_secrets(text.encode(), path)) == []


@pytest.mark.parametrize(
    "token",
    [
        "rubygems_" + "0123456789abcdef" * 3,
        WORD[:14] + ".atlasv1." + (WORD * 4)[:64],
        "glsa_" + (WORD * 2)[:32] + "_0123abcd",
        "dapi" + "0123456789abcdef" * 2,
        "ATATT3xFfGF0" + (WORD * 9)[:172] + "=0123ABCD",
        "NRAK-" + "A1B2C3D4E5F6G7H8I9J0ABCDEFG",
        "tskey-auth-" + WORD + "-" + WORD * 2,
        "pul-" + "0123456789" * 4,
        "dt0c01." + "A1B2C3D4" * 3 + "." + "A1B2C3D4" * 8,
        "sq0atp-" + (WORD + "ab")[:22],
        "sqp_" + "0123456789" * 4,
    ],
)
def test_tokens_of_services(token: str):
    assert [rule.id for rule, _ in find_secrets(f"key: {token}\n".encode())] == ["service-token"]
    assert token[8:20] not in mask(f"RUN use {token}")
    assert list(find_secrets(f"key: x{token[:12]}\n".encode())) == []


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", ["private-key"]),
        ("BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAA", ["encrypted-private-key"]),
        ("BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC", ["private-key"]),
        (
            "BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
            ["encrypted-private-key"],
        ),
        ("BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\neyJrZGYiOnsibmFtZSI6InNjcnlwdCIs", ["encrypted-private-key"]),
        ("BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBGVJ0m4BDADQ4mDqkqhkiG9w0BAQ", ["private-key"]),
    ],
)
def test_keys_that_are_encrypted_are_told_apart(key: str, rules: list[str]):
    assert [rule.id for rule, _ in find_secrets(f"-----{key}\n".encode())] == rules


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("root/.m2/settings.xml", "<server>\n<password>hunter2x</password>", 2),
        ("root/.gradle/gradle.properties", "a=b\nnexusPassword=hunter2x\n", 2),
        ("root/.cargo/credentials.toml", '[registry]\ntoken = "hunter2x"\n', 2),
        ("root/.s3cfg", "[default]\nsecret_key = hunter2x\n", 2),
        ("root/.nuget/NuGet/NuGet.Config", '<add key="ClearTextPassword" value="hunter2x" />', 1),
        ("root/.config/gcloud/application_default_credentials.json", '{"client_secret": "hunter2x"}', 1),
        ("root/.config/containers/auth.json", '{"auths": {"h": {"auth": "dXNlcjpoZWxsb3dvcmxk"}}}', 1),
        ("etc/kubernetes/admin.conf", "users:\n- user:\n    client-key-data: " + WORD, 3),
        ("root/.m2/settings.xml", "<password>${env.PASSWORD}</password>", 0),
        ("srv/settings.xml", "<password>hunter2x</password>", 0),
    ],
)
def test_files_of_credentials(path: str, text: str, line: int):
    assert [at for _, at in find_secrets(text.encode(), path)] == [line][: bool(line)]


def test_the_line_is_counted():
    text = f"one\ntwo\ntoken: {SAMPLES['github-token'][1]}\n"
    assert [(rule.id, line) for rule, line in find_secrets(text.encode())] == [("github-token", 3)]


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("DB_PASSWORD", "hunter2x", True),
        ("DB_PASSWORD", "aB/cd+Ef9x==", True),
        ("DJANGO_SECRET_KEY", "django-insecure-#x/1(a", True),
        ("SECRET_KEY_BASE", "9d8f7a6b5c4d3e2f", True),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzqqqqqqKEY", True),
        ("REDIS_URL", "redis://:s3cretpw@cache:6379", True),
        ("APP_SECRET", "/etc/app/secret", False),
        ("API_KEY", "file:///run/secrets/x", False),
        ("API_KEY", "$KEY", False),
        ("API_TOKEN", "s3cr3tvalue9", True),
        ("NPM_TOKEN", "x1y2z3a4", True),
        ("LDAP_BIND_PW", "x1y2z3a4", True),
        ("GITHUB_PAT", "x1y2z3a4", True),
        ("SSHPASS", "x1y2z3a4", True),
        ("DOCKER_AUTH_CONFIG", '{"auths":{"h":{"auth":"dXNlcg=="}}}', True),
        ("PATTERN", "x1y2z3a4", False),
        ("APP_CREDENTIALS_JSON", '{"a": "x1y2z3a4"}', True),
        ("HOOK_SECRET_V2", "x1y2z3a4", True),
        ("HTPASSWD", "x1y2z3a4", True),
        ("PASSWORDS", "x1y2,z3a4", True),
        ("MAX_TOKENS", "100000", False),
        ("GITHUB", SAMPLES["github-token"][1], True),
        ("PASSWORD_FILE", "/run/secrets/password", False),
        ("POSTGRES_PASSWORD_FILE", "/run/secrets/x", False),
        ("TOKENIZERS_PARALLELISM", "false", False),
        ("SECRET_NAME", "app", False),
        ("API_TOKEN", "", False),
        ("DB_PASSWORD", "changeme", False),
        ("AUTH", "true", False),
        ("PATH", "/usr/bin:/bin", False),
        ("KEYBOARD", "de", False),
        ("GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D", False),
    ],
)
def test_variables(name: str, value: str, *, is_secret: bool):
    assert bool(looks_like_a_secret(name, value)) is is_secret


@pytest.mark.parametrize(
    ("header", "masked"),
    [
        ("PRIVATE-TOKEN: 3f9d0c1be4a25678", "PRIVATE-TOKEN: ••••••"),
        ("authorization:Basic dXNlcjpwYXNzd29yZA==", "authorization:Basic ••••••"),
        ("X-Api-Key: 3f9d0c1be4a25678", "X-Api-Key: ••••••"),
        ("Authorization: Bearer $TOKEN", "Authorization: Bearer $TOKEN"),
        ("Authorization: Bearer short", "Authorization: Bearer short"),
    ],
)
def test_headers(header: str, masked: str):
    assert mask(f'RUN curl -H "{header}" https://api.test') == f'RUN curl -H "{masked}" https://api.test'


@pytest.mark.parametrize(
    "command",
    [
        "mysqladmin -u root -p% ping",
        'mysqldump -u root -p"%" db',
        "mariadb -h db -u app -p'%' <x.sql",
        'ENTRYPOINT ["mysql", "-uroot", "-p%"]',
        "redis-cli -a % ping",
        'CMD ["redis-cli", "-a", "%"]',
        'sh -c "mysql -p\\"%\\" db"',
        "mongosh -u root -p % db",
        "sshpass -p % ssh host",
        "sshpass -p% ssh host",
        "docker login -u u -p % registry.example.test",
        "helm registry login -u u -p '%' registry.example.test",
        "ldapsearch -x -D cn=admin -w % -b dc=x",
        "sqlcmd -S db -U sa -P % -Q x",
        "echo root:% | chpasswd",
        "printf 'root:%\\n' | sudo chpasswd",
    ],
)
def test_passwords_of_commands(command: str):
    assert mask(command.replace("%", "hunter2x")) == command.replace("%", "••••••")


@pytest.mark.parametrize(
    "command",
    [
        'mysql -uroot -p"$MYSQL_ROOT_PASSWORD" db',
        "mysql -uroot -p${PASSWORD}",
        "mysql -u root -p -P 3306 db",
        "docker run --name mysql -p3306:3306 x",
        "apt-get install -y mysql-client && cp -pR a b",
        "mysql --protocol=tcp -px",
        "redis-cli -a $REDIS_PASSWORD ping",
        "redis-cli --pipe -p 6379",
        "sshpass -e ssh -p 2222 host",
        "docker login -u u --password-stdin",
        "login; mkdir -p /var/lib/x",
        "echo root:$PW | chpasswd",
        "echo root:* | cat",
    ],
)
def test_what_only_looks_like_a_password_of_a_command(command: str):
    assert mask(command) == command


def test_options_of_a_command():
    text = "login --user x --password hunter2x --token 'a/b' --password-file /x --auth basic --token $T --secret"
    masked = "login --user x --password •••••• --token '••••••' --password-file /x --auth basic --token $T --secret"
    assert mask(text) == masked
    assert list(named_secrets(text)) == ["--password", "--token"]


@pytest.mark.parametrize(
    "text",
    [
        '["mongod", "--password", "%", "--port", "1"]',
        "'--password' '%'",
        'sh -c "DB_PASSWORD=\\"% app"',
        "redis-server --requirepass %",
        "GITHUB_PAT=% make",
    ],
)
def test_options_and_assignments_within_quotes(text: str):
    assert mask(text.replace("%", "hunter2x")) == text.replace("%", "••••••")


def test_a_secret_that_is_a_word_of_its_own():
    words = ("app", "--token", "hunter2x", "--password-file", "/x", "redis-cli", "-a", "hunter2x", "--password", "--x")
    assert mask_words(words) == tuple(word.replace("hunter2x", "••••••") for word in words)
    assert mask_words(("a\vb", "TOKEN=hunter2x")) == ("a\vb", "TOKEN=••••••")
    assert mask_words(()) == ()


def test_masking_leaves_what_is_no_secret():
    text = "|1 NPM_TOKEN=s3cr3tvalue DEBUG=1 /bin/sh -c npm ci"
    assert mask(text) == "|1 NPM_TOKEN=•••••• DEBUG=1 /bin/sh -c npm ci"


@pytest.mark.parametrize(
    ("path", "covered"),
    [
        ("srv/app/config.py", True),
        ("etc/app.conf", True),
        ("usr/share/doc/openssl/key.pem", False),
        ("srv/node_modules/x/index.js", False),
        ("srv/node_modules/x/.env", True),
        ("usr/lib/python3/dist-packages/x/test.key", True),
        ("usr/lib/python3/dist-packages/x/a.py", False),
        ("srv/photo.png", False),
    ],
)
def test_the_scope(path: str, *, covered: bool):
    assert secret_scope().covers(path) is covered


HOSTILE = {
    "blank lines": b"\n" * 300_000 + b"TOKEN= password token: :$ = ://",
    "words without end": b"PASSWORD" * 60_000 + b" token: password ://",
    "keys without end": b"sk-" * 150_000 + b"T3BlbkFJ",
    "heads without keys": b"-----BEGIN PRIVATE KEY-----\n" * 20_000,
    "PuTTY's heads": b"PuTTY-User-Key-File-3: x\n" * 20_000,
    "schemes": b"a://" * 100_000,
    "logins": b"curl -u " * 60_000,
    "logins of databases": b"mysql " * 30_000 + b"mysql -p" * 20_000,
    "commands with passwords": b"redis-cli -a sshpass docker login ldapfoo sqlcmd echo a:b chpasswd " * 8_000,
    "accounts": b"echo root:" * 50_000 + b"chpasswd" + b"echo " * 50_000,
    "options": b"--password " * 40_000 + b"--a" * 100_000,
    "headers": b"Authorization: Bearer " * 30_000 + b"x-api-key:" * 10_000,
    "one word": b"a" * 500_000 + b"://",
    "tokens of JSON": b"eyJ" * 150_000 + b".",
    "spaces": b"_auth" + b" " * 400_000 + b"= aws_secret_key" + b" " * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long_to_look_at(name: str):
    """In processor time: a quadratic rule would take minutes."""
    began = time.thread_time()
    for path in ("srv/.env", "root/.npmrc", "root/.pypirc", "root/.kube/config", "etc/shadow"):
        list(find_secrets(HOSTILE[name], path))
    mask(HOSTILE[name].decode())
    assert time.thread_time() - began < 10


def test_a_secret_that_would_be_cut_is_masked_before():
    text = "x" * 80 + " " + SAMPLES["github-token"][1]
    assert masked_start(text, 90).endswith("x ••••••")
