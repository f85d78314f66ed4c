"""Spellings that mean the same get the same answer: options before a subcommand, zeros before a number, other flags."""

import pytest

from prill.dockerfile.document import read_dockerfile
from prill.dockerfile.engine import lint
from prill.dockerfile.rule import Context
from prill.dockerfile.rules import BUILTIN

TWO = "FROM debian:13 AS a\nFROM debian:13\n"
ALPINE = "FROM alpine:3.22\n"
FOUND = {
    "the script of a shell that a heredoc feeds": (
        "DL3008",
        "FROM debian:13\nRUN <<E bash -e\napt-get install -y x\nE\n",
    ),
    "the same with options of the script": ("DL3008", "FROM debian:13\nRUN <<E bash -s a\napt-get install -y x\nE\n"),
    "a high number behind --uid": ("high-uid-useradd", "FROM debian:13\nRUN useradd --uid 1000000 x\n"),
    "a high number with an equals sign": ("high-uid-useradd", "FROM debian:13\nRUN useradd --uid=1000000 x\n"),
    "npm's registry": ("DL3016", "FROM node:24\nRUN npm --registry https://x install foo\n"),
    "npm's level": ("DL3016", "FROM node:24\nRUN npm --loglevel error install -g foo\n"),
    "an rm of something else": ("DL3009", "FROM debian:13\nRUN apt-get update && rm -fr /x\n"),
    "a stage too far": ("DL3022", TWO + "COPY --from=02 /a /b\n"),
    "root with zeros": ("last-user-root", "FROM debian:13\nUSER 00\n"),
    "root with zeros and a group": ("last-user-root", "FROM debian:13\nUSER 00:1000\n"),
    "root's group with zeros": ("runs-as-root", "FROM debian:13\nUSER 1000:00\n"),
    "root with zeros in a variable": ("runs-as-root", "FROM debian:13\nARG U=000\nUSER $U\n"),
    "a user with root's number": ("runs-as-root", "FROM debian:13\nRUN useradd -ou 0 admin\nUSER admin\n"),
    "a user made with root's number": ("runs-as-root", "FROM debian:13\nRUN useradd --uid=00 -o admin\nUSER admin\n"),
    "a low port": ("low-port", "FROM debian:13\nEXPOSE 80\nUSER 1000:0\n"),
    "a cache of root's with zeros": (
        "build-cache-left",
        "FROM node:24\nUSER 00\nRUN npm ci\n",
    ),
    "pip of a Python with options": ("DL3013", ALPINE + "RUN python3 -u -m pip install x\n"),
    "a version of a requirements file": ("DL3013", ALPINE + "RUN pip install --requirement=r x\n"),
    "busybox's wget": ("DL3047", ALPINE + "RUN busybox wget x\n"),
    "busybox's cd in plain words": ("DL3003", ALPINE + "RUN a && busybox cd x\n"),
    "go in another folder": ("DL3062", ALPINE + "RUN go -C /a install x\n"),
    "go's branch": ("unpinned-go-install", ALPINE + "RUN go install x@master\n"),
    "go's newest and a version": ("DL3062", ALPINE + "RUN go install x@latest y@v1\n"),
    "a whole stage and more": ("DL3067", TWO + "COPY --from=a / /a /\n"),
    "an archive by its new name": ("DL3010", "FROM debian:13\nCOPY a /b/c.tar\nRUN tar -xf c.tar\n"),
    "a mount with its options in another order": (
        "DL3059",
        ALPINE + "RUN --mount=type=cache,dst=/x a\nRUN --mount=target=/x,type=cache b\n",
    ),
    "a device": ("DL3059", ALPINE + "RUN --device=x a\nRUN b\n"),
    "a pipe in a case": ("DL4006", ALPINE + "RUN case x in a|b) c | d;; esac\n"),
    "ENV of one name twice": ("DL3044", ALPINE + "ENV A=1 A=$A\n"),
    "ENV in a default": ("DL3044", ALPINE + "ENV A=1 B=${C:-$A}\n"),
    "a relative folder in a variable": ("WorkdirRelativePath", "FROM a:1\nARG X=a\nWORKDIR $X\n"),
    "an empty tag": ("by default, the base is 'a:'", "ARG B=a:$T\nFROM $B\n"),
    "an option of check that is none": ("syntax-error", "# check=foo=bar\nFROM a:1\n"),
    "an option of check without a value": ("syntax-error", "# check=skip\nFROM a:1\n"),
    "an error that is no truth": ("syntax-error", "# check=error=maybe\nFROM a:1\n"),
    **{
        f"a check switched off by {text}": ("verification-off", f"FROM debian:13\n{text}\n")
        for text in (
            "RUN apt-get -o Acquire::https::Verify-Peer=false update",
            "RUN echo 'Acquire::https::Verify-Peer \"false\";' > /etc/apt/apt.conf.d/x",
            "RUN go env -w GOSUMDB=off",
            "RUN composer config -g disable-tls true",
            "RUN conda config --set ssl_verify False",
            "RUN docker pull --disable-content-trust x",
            "RUN ssh -o StrictHostKeyChecking=no x",
            "RUN echo 'StrictHostKeyChecking no' >> /root/.ssh/config",
            "ENV GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=no'",
            "RUN mvn -Dmaven.wagon.http.ssl.insecure=true package",
            "RUN pip3.11 install --trusted-host x y",
            "RUN python3 -m pip install --trusted-host=x y",
            "RUN pip config set global.trusted-host x",
            "RUN helm repo add --insecure-skip-tls-verify x y",
        )
    },
    **{
        f"a secret in {text}": ("secret-value", f"FROM debian:13\nRUN {text}\n")
        for text in (
            "docker login -u a -p S3cretPass x",
            "podman login --password=S3cretPass x",
            "sshpass -p S3cret ssh x",
            "mysql -uroot -pS3cret x",
            'curl -H "Authorization: Bearer abcdefghijklmnop0123" x',
            "curl --header 'PRIVATE-TOKEN: abcdefghijklmnop0123' x",
        )
    },
    **{
        f"what is fetched and run: {text}": ("untrusted-download", f"FROM debian:13\nRUN {text}\n")
        for text in (
            "curl https://x -o /tmp/i.sh && sh /tmp/i.sh",
            "curl -fsSLo i.sh https://x && chmod +x i.sh && ./i.sh",
            "wget https://x/i.py && python3 i.py",
            "curl https://x > /i.sh; bash -e /i.sh",
            "wget -qO /usr/local/bin/i https://x && /usr/local/bin/i --now",
        )
    },
    "an argument with a password": ("sensitive-variable", ALPINE + "ARG DB_PASS=hunter2\n"),
    "a folder of keys": ("copied-credentials", ALPINE + "ADD .ssh /root/.ssh\n"),
    "a login of registries": ("copied-credentials", ALPINE + "COPY login.json /root/.docker/config.json\n"),
    "a login of curl": ("secret-value", ALPINE + "RUN curl -u user:S3cr3tPw https://x.example\n"),
    "a quoted login of curl": ("secret-value", ALPINE + 'RUN curl -fsSu "user:S3cr3tPw" https://x.example\n'),
    "a login on the next line": ("secret-value", ALPINE + "RUN curl -f \\\n  --user user:S3cr3tPw https://x.example\n"),
    "a login of pip": ("secret-value", ALPINE + "RUN pip --index-url https://u:S3cr3tPw@x install a\n"),
    "a newer glibc": (
        "runtime-mismatch",
        "FROM debian:13 AS b\nRUN gcc -o /x x.c\nFROM debian:12-slim\nCOPY --from=b /x /x\n",
    ),
    "glibc on musl": (
        "runtime-mismatch",
        "FROM debian:13 AS b\nRUN gcc -o /x x.c\nFROM alpine:3.22\nCOPY --from=b /x /x\n",
    ),
    "musl on glibc, in a folder": (
        "runtime-mismatch",
        "FROM alpine:3.22 AS b\nWORKDIR /w\nRUN g++ x.cc -o x\nFROM debian:13\nCOPY --from=b /w/x /x\n",
    ),
    **{
        f"Go with cgo, {name}": ("runtime-mismatch", f"FROM {one} AS b\n{text}\nFROM {other}\nCOPY --from=b /x /x\n")
        for name, one, text, other in (
            ("glibc on musl", "golang:1.27", "RUN CGO_ENABLED=1 go build -o /x .", "alpine:3.22"),
            ("without a C library", "golang:1.27", "ENV CGO_ENABLED=1\nRUN go build -o /x .", "scratch"),
            (
                "musl on glibc",
                "golang:1.27-alpine",
                "RUN apk add gcc musl-dev\nRUN CGO_ENABLED=1 go build -o /x .",
                "debian:13-slim",
            ),
            ("newer", "golang:1.27-trixie", "RUN CGO_ENABLED=1 go build -o /x .", "debian:12-slim"),
        )
    },
    "a variable of nobody": ("UndefinedVar", ALPINE + "COPY $foo .\n"),
    "a variable of a container": ("UndefinedVar", "FROM debian:13-slim\nWORKDIR $HOME/app\n"),
    "git, whatever the value": ("CKV2_DOCKER_14", "FROM a:1\nENV GIT_SSL_NO_VERIFY=false\n"),
    "npm with an equals sign": ("CKV2_DOCKER_13", "FROM a:1\nRUN npm config set strict-ssl=false\n"),
    "a certificate of wget's": ("CKV2_DOCKER_3", "FROM a:1\nRUN wget --no-check-certificate https://x\n"),
    "packages without a signature": ("CKV2_DOCKER_9", "FROM a:1\nRUN yum install -y --nogpgcheck x\n"),
    "a certificate of yum's": ("CKV2_DOCKER_15", "FROM a:1\nRUN yum --setopt=sslverify=0 install -y x\n"),
    "root in the last stage": ("DS-0002", "FROM a:1\nUSER root\n"),
    "nobody on a base of some version": ("DS-0002", "FROM a:$v\n"),
    "stages with names that differ in case": ("DS-0012", "FROM a:1 AS b\nFROM c:1 AS B\n"),
    "an update without an installation": ("DS-0017", "FROM a:1\nRUN yum update -y && yum clean all\n"),
    "an upgrade of the distribution": ("DS-0024", "FROM a:1\nRUN apt-get -y dist-upgrade x\n"),
    "microdnf": ("DS-0027", "FROM a:1\nRUN microdnf install -y x\n"),
    "zypper remove": ("DS-0020", "FROM a:1\nRUN zypper rm x\n"),
    "a token in ENV": ("DS-0031", "FROM a:1\nENV TOKEN=x\n"),
    "a mount with a variable": ("UndefinedVar", ALPINE + "RUN --mount=type=cache,target=/x$foo y\n"),
    "a variable behind another one": ("UndefinedVar", ALPINE + "ENV x=${PATH:+$foo}\n"),
    "a variable with a default": ("UndefinedVar", ALPINE + "COPY ${foo:-bar} .\n"),
    "a variable with another value": ("UndefinedVar", ALPINE + "COPY x${foo+bar} .\n"),
    "a proxy": ("UndefinedVar", ALPINE + "ENV p=$http_proxy\n"),
    "a variable of a shell's": ("UndefinedVar", "FROM host.example/a:1\nENV p=$1\n"),
    "a variable that begins with a line": ("UndefinedVar", ALPINE + "ENV p=$_x\n"),
    "a variable in a flag": ("UndefinedVar", ALPINE + "COPY --chown=$foo a /b\n"),
    "a variable in a heredoc": ("UndefinedVar", ALPINE + "COPY <<E /x\nit's $foo\nE\n"),
    "a variable in itself": ("UndefinedVar", ALPINE + "ENV LD_LIBRARY_PATH=/x:$LD_LIBRARY_PATH\n"),
    "an argument in itself": ("UndefinedVar", ALPINE + "ARG x=$x\n"),
    "a variable of the same ENV": ("UndefinedVar", ALPINE + "ENV x=1 y=$x\n"),
    "a variable in FROM with a default": ("UndefinedArgInFrom", "FROM a:${tag:-1}\n"),
    "a proxy in FROM": ("UndefinedArgInFrom", "FROM $http_proxy/a:1\n"),
    "a name that is nothing": ("InvalidDefaultArgInFrom", "FROM $x\n"),
    "a target with a default": ("RedundantTargetPlatform", "FROM --platform=${TARGETPLATFORM:-linux/amd64} a:1\n"),
    "a key in quotes": ("SecretsUsedInArgOrEnv", ALPINE + "ENV 'TOKEN'=x\n"),
    "no program": ("JSONArgsRecommended", ALPINE + "CMD\n"),
    "a protocol of a variable": ("ExposeProtoCasing", ALPINE + "ENV p=80/TCP\nEXPOSE $p\n"),
    "a variable in a stage on a stage": ("UndefinedVar", "FROM ubuntu:24.04 AS a\nFROM a\nLABEL x=$y\n"),
}
NOT_FOUND = {
    "a user with a number": ("runs-as-root", "FROM debian:13\nRUN useradd -u 1000 admin\nUSER admin\n"),
    "a low port of root's": ("low-port", "FROM debian:13\nEXPOSE 80\nUSER 00\n"),
    "a low port of root's in a group": ("low-port", "FROM debian:13\nEXPOSE 80\nUSER 000:1000\n"),
    "a low port of a user that is not known": (
        "low-port",
        "FROM gcr.io/distroless/static:nonroot\nUSER $U\nEXPOSE 80\n",
    ),
    "a low port of a base whose user is not known": ("low-port", "FROM debian:13\nEXPOSE 80\n"),
    "sh that came along": (
        "no-shell-in-base",
        'FROM gcr.io/distroless/static:nonroot\nCOPY --from=busybox:1 /bin/sh /bin/\nENTRYPOINT ["/bin/sh"]\n',
    ),
    "sh of somebody's own": ("no-shell-in-base", 'FROM gcr.io/distroless/static:nonroot\nCMD ["/opt/sh"]\n'),
    "a volume of root's": ("unwritable-folder", "FROM debian:13\nVOLUME /x\nUSER 00\n"),
    "a program that root calls": ("unwritable-folder", "FROM node:24\nWORKDIR /x\nUSER 00:00\nRUN npm ci\n"),
    "root's files": ("copy-without-chown", "FROM debian:13\nUSER 00\nCOPY a /b\nRUN chmod 1 /b\n"),
    "patterns of a case": ("pipe-without-pipefail", ALPINE + "RUN case x in a|b) c;; esac\n"),
    "a group of dnf": ("DL3041", ALPINE + "RUN dnf group install -y x\n"),
    "go's branch, for hadolint": ("DL3062", ALPINE + "RUN go install x@master\n"),
    "go's tools": ("unpinned-go-install", ALPINE + "RUN go install tool\n"),
    "constraints": ("DL3013", ALPINE + "RUN pip install --constraint=c x\n"),
    "pip's cache of somebody": ("DL3042", ALPINE + "RUN --mount=type=cache,target=/home/a/.cache/pip pip install x\n"),
    "yarn's cache of somebody": (
        "DL3060",
        ALPINE + "RUN --mount=type=cache,target=/home/a/.cache/yarn/v6 yarn install\n",
    ),
    "a group without a user": ("named-user", ALPINE + "USER :0\n"),
    "an empty end of a name": ("invalid-default-arg", "ARG B=a$T\nFROM $B\n"),
    "an absolute folder in a variable": ("relative-workdir", "FROM a:1\nARG X=/a\nWORKDIR $X\n"),
    "a check that nobody asked for": ("InvalidDefinitionDescription", "# b\nFROM a:1 AS c\n"),
    "hadolint and check": ("DL1000", "# check=foo=bar\nFROM a:1\n"),
    **{
        f"a check left on by {text}": ("verification-off", f"FROM debian:13\n{text}\n")
        for text in (
            "RUN docker pull --disable-content-trust=false x",
            "RUN composer config -g disable-tls false",
            "RUN ssh -o StrictHostKeyChecking=yes x",
            "RUN apt-get -o Acquire::https::Verify-Peer=true update",
            "RUN pip config get global.trusted-host",
        )
    },
    **{
        f"no secret in {text}": ("secret-value", f"FROM debian:13\nRUN {text}\n")
        for text in (
            "docker run -p 8080:80 x",
            "docker login -u a -p $PASSWORD x",
            "docker login -u a --password-stdin x",
            "mysql -uroot -p x",
            'curl -H "Authorization: Bearer $TOKEN" x',
            "mkdir -p /x/y",
        )
    },
    **{
        f"what is fetched and looked at: {text}": ("untrusted-download", f"FROM debian:13\nRUN {text}\n")
        for text in (
            "curl https://x -o i.sh && echo '0 i.sh' | sha256sum -c && sh i.sh",
            "curl https://x -o i.tgz && tar xf i.tgz && ./i/run",
            "curl https://x -o i.sh && sh other.sh",
            "curl https://x -o i.sh",
        )
    },
    "npm without a package": ("DL3016", "FROM node:24\nRUN npm --loglevel error install\n"),
    "npm, where install is a value": ("DL3016", "FROM node:24\nRUN npm --loglevel install foo\n"),
    "the lists, removed by two flags": (
        "DL3009",
        "FROM debian:13\nRUN apt-get update && rm -r -f /var/lib/apt/lists\n",
    ),
    "a number with zeros": ("DL3022", TWO + "COPY --from=00 /a /b\n"),
    "a user with zeros": ("last-user-root", "FROM debian:13\nUSER 0010\n"),
    "hadolint's root": ("DL3002", "FROM debian:13\nUSER 00\n"),
    "a variable of a base with more of them": ("UndefinedVar", "FROM node:24\nLABEL x=$NODE_VERSION\n"),
    "a variable of a base that is not known": ("UndefinedVar", "FROM host.example/a:1\nCOPY $foo .\n"),
    "a variable of the stage below": ("UndefinedVar", "FROM debian:13 AS a\nENV x=1\nFROM a\nCOPY $x .\n"),
    "an argument without a value": ("sensitive-variable", ALPINE + "ARG DB_PASS\n"),
    "a working folder": ("sensitive-variable", ALPINE + "ENV PWD=/srv\n"),
    "a login by a variable": ("secret-value", ALPINE + "RUN curl -u user:$PASSWORD https://x.example\n"),
    "a user of docker": ("secret-value", ALPINE + "RUN curl https://x.example && docker run -u 1000:1000000 x\n"),
    "a public key": ("copied-credentials", ALPINE + "COPY id.pub /root/.ssh/authorized_keys\n"),
    "a static program": (
        "runtime-mismatch",
        "FROM debian:13 AS b\nRUN gcc -static -o /x x.c\nFROM alpine:3.22\nCOPY --from=b /x /x\n",
    ),
    **{
        f"Go for musl: {text}": (
            "runtime-mismatch",
            f"FROM golang:1.27 AS b\nRUN {text}\nFROM alpine:3.22\nCOPY --from=b /x /x\n",
        )
        for text in (
            "go build -o /x .",
            "CGO_ENABLED=0 go build -o /x .",
            "CGO_ENABLED=1 go build -ldflags '-linkmode external -extldflags -static' -o /x .",
            'CGO_ENABLED=1 go build -ldflags "$FLAGS" -o /x .',
            "CC=musl-gcc CGO_ENABLED=1 go build -o /x .",
            "CGO_ENABLED=1 go build -o /y . && CGO_ENABLED=0 go build -o /x .",
        )
    },
    "an older glibc": (
        "runtime-mismatch",
        "FROM debian:12 AS b\nRUN gcc -o /x x.c\nFROM debian:13-slim\nCOPY --from=b /x /x\n",
    ),
    "PATH": ("UndefinedVar", ALPINE + "ENV PATH=/x:$PATH\n"),
    "--uid, which others do not read": ("DL3046", "FROM debian:13\nRUN useradd --uid 1000000 x\n"),
    "--uid with -l": ("high-uid-useradd", "FROM debian:13\nRUN useradd -l --uid 1000000 x\n"),
    "a heredoc for another command's shell": ("DL3008", "FROM debian:13\nRUN a && bash <<E\napt-get install -y x\nE\n"),
    "a certificate of wget's is none of curl's": (
        "CKV2_DOCKER_2",
        "FROM a:1\nRUN wget --no-check-certificate https://x\n",
    ),
    "a certificate is no signature": ("CKV2_DOCKER_9", "FROM a:1\nRUN yum --setopt=sslverify=0 install -y x\n"),
    "root in a stage below": ("DS-0002", "FROM a:1\nUSER root\nFROM b:1\nUSER c\n"),
    "nobody on a base of no name": ("DS-0002", "FROM $v:1\n"),
    "an update and an installation": ("DS-0017", "FROM a:1\nRUN yum update -y && yum install -y x\n"),
    "an upgrade": ("DS-0024", "FROM a:1\nRUN apt-get upgrade -y && apk upgrade && yum update -y\n"),
    "dnf": ("DS-0027", "FROM a:1\nRUN dnf install -y x\n"),
    "zypper remove, for hadolint": ("DL3036", "FROM a:1\nRUN zypper rm x\n"),
    "an argument of the stage below": ("UndefinedVar", ALPINE.strip() + " AS a\nARG x=1\nFROM a\nENV y=$x\n"),
    "a proxy that is declared": ("UndefinedVar", ALPINE + "ARG http_proxy\nENV p=$http_proxy\n"),
    "a variable of the base in itself": ("UndefinedVar", "FROM host.example/a:1\nENV x=/y:$x\n"),
    "a quoted heredoc": ("UndefinedVar", ALPINE + "COPY <<'E' /x\n$foo\nE\n"),
    "the name of a heredoc": ("UndefinedVar", ALPINE + "COPY <<$foo /x\ny\n$foo\n"),
    "a variable in EXPOSE": ("UndefinedVar", ALPINE + "EXPOSE $foo\n"),
    "a port without an address": ("ExposeInvalidFormat", ALPINE + "EXPOSE :80 ::80\n"),
    "ARG before FROM": ("SecretsUsedInArgOrEnv", "ARG TOKEN\nFROM alpine:3\n"),
    "a platform of the file's": ("RedundantTargetPlatform", "FROM --platform=x${TARGETPLATFORM} a:1\n"),
    "a platform without it": ("RedundantTargetPlatform", "FROM --platform=${TARGETPLATFORM:+x} a:1\n"),
    "a variable of Red Hat's": ("UndefinedVar", "FROM fedora:43\nENV c=$container\n"),
}


def codes(text: str) -> set[str]:
    found = lint(read_dockerfile(text.encode()), BUILTIN, Context())
    assert found.gaps == ()
    return {code for finding in found.findings for code in (finding.rule, finding.message, *finding.aliases)}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_found(name: str):
    code, text = FOUND[name]
    assert code in codes(text)


@pytest.mark.parametrize("name", NOT_FOUND)
def test_it_is_not_found(name: str):
    code, text = NOT_FOUND[name]
    assert code not in codes(text)
