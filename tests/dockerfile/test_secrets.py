"""Which files, variables and values are secrets, and which only look like some."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import Selection, lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN


def found(text: str, rule: str) -> int:
    report = lint(
        read_dockerfile(f"FROM debian:13\n{text}\n".encode()), BUILTIN, Context(), Selection(only=frozenset({rule}))
    )
    assert report.gaps == ()
    return len(report.findings)


@pytest.mark.parametrize(
    "name",
    [
        *("service-account.json", "keys/serviceAccountKey.json", "service_account.json", "credentials.json", ".npmrc"),
        *("gcp-credentials.json", "application_default_credentials.json", "auth.json", ".pypirc", "id_rsa", ".netrc"),
        *(
            "firebase-adminsdk-x1.json",
            "kubeconfig",
            "prod.kubeconfig",
            ".kube",
            "terraform.tfvars",
            "prod.auto.tfvars",
        ),
        *("terraform.tfstate", ".cargo/credentials.toml", ".config/gcloud", "server.key", "certs/localhost.key"),
        *("certs/client.p12", "ca.key", "tls/private.pem", "*.pem", ".env.production", "secrets.yaml", ".s3cfg"),
    ],
)
def test_the_file_holds_credentials(name: str):
    assert found(f"COPY {name} /x/", "copied-credentials") == 1


@pytest.mark.parametrize(
    "copied",
    [
        *("certs/server.pem /x/", "ca.pem /x/", "fullchain.pem /x/", "localhost.crt /x/", "public.key /x/"),
        *(
            "docker.gpg.key /etc/apt/",
            "nodesource.key /etc/apt/keyrings/nodesource.key",
            "key.pub /x/",
            ".env.example /x/",
        ),
        *(
            "abuild.key /etc/apk/keys/",
            "package.json /x/",
            "src/credentials/ /x/",
            "credentials.py /x/",
            "variables.tf /x/",
        ),
        *("credentials.example.json /x/", "monkey /x/", "keyboard.key.md /x/"),
    ],
)
def test_the_file_holds_none(copied: str):
    assert found(f"COPY {copied}", "copied-credentials") == 0


@pytest.mark.parametrize(
    "text",
    [
        "ENV DATABASE_URL=postgres://app:S3cr3tPw@db:5432/app",
        "ENV REDIS_URL=redis://:S3cr3tPw@cache:6379/0",
        "ARG MONGO=mongodb+srv://root:S3cr3tPw@cluster0.corp/x",
        'ENV ConnectionStrings__Default="Server=db;Database=app;User Id=sa;Password=S3cr3t!Pw"',
        'ENV CS="Data Source=db;Pwd=S3cr3tPw"',
        "ENV SPRING_DATASOURCE_URL=jdbc:postgresql://db/app?user=app&password=S3cr3tPw",
        f"ENV OPENAI=sk-proj-{'a1B2' * 10}",
        f"ENV ANTHROPIC=sk-ant-api03-{'a1B2' * 10}",
        f"ENV HF=hf_{'a1' * 17}",
        f"RUN twine upload -p pypi-AgEI{'a1B2' * 15} dist/*",
        f"ENV STORAGE=AccountName=x;AccountKey={'a1' * 43}==;",
    ],
)
def test_the_value_is_a_secret(text: str):
    assert found(text, "secret-value") == 1


@pytest.mark.parametrize(
    "text",
    [
        "ENV DATABASE_URL=postgres://app@db:5432/app",
        "ENV DATABASE_URL=postgres://app:$PW@db:5432/app",
        "ENV DATABASE_URL=postgresql://dummy:dummy@localhost:5432/dummy",
        "ENV REDIS_URL=redis://cache:6379/0",
        "ENV DOCKER_HOST=tcp://:2375",
        "ENV SENTRY_DSN=https://0123456789abcdef@sentry.corp/1",
        'ENV CS="Server=db;Database=app;Integrated Security=true"',
        'ENV CS="Server=db;User Id=sa;Password=$PW"',
        'ENV CS="Server=db;User Id=sa;Password=<yours>"',
        "ENV URL=jdbc:postgresql://db/app?user=app",
        "ENV LS_COLORS=rs=0:di=01;34:ln=01;36",
        "RUN risk-proj-abcdefghijklmnopqrstuvwx",
    ],
)
def test_the_value_is_none(text: str):
    assert found(text, "secret-value") == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(("ENV ACCESS_ID=LTAI5tExample", 1), ("ENV CLIENT_SECRET=x", 1), ("ARG MINIO_ACCESSKEY=minio", 1)),
        *(("ENV SSHPASS=x", 1), ("ARG ACCESS_ID", 0), ("ENV ACCESS_ID=$ID", 0), ("ENV CLIENT_ID=web", 0)),
    ],
)
def test_the_variable_is_named_as_a_secret(text: str, count: int):
    assert found(text, "sensitive-variable") == count
