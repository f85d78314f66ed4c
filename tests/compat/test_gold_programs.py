"""Programs that run on the gold images, put there the way an application is: a spec that includes one, and files."""

import datetime as dt
import ipaddress
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apt_inside import Snapshots, apt_get, inside
from gold_images import Catalogue, prill

pytestmark = [pytest.mark.compat, pytest.mark.archive, pytest.mark.slow]

BOTH = ("", "-debian12")
PROGRAMS = Path(__file__).parent / "programs"


def derive(catalogue: Catalogue, name: str, base: str, files: dict[str, Path], **fields: object) -> Path:
    """Build ``base`` with ``files`` on top, for amd64, and return the layout."""
    sources = []
    for target, source in files.items():
        place = catalogue.gold / "app" / name / source.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, place) if source.is_dir() else shutil.copy(source, place)
        sources.append({"source": str(place.relative_to(catalogue.gold)), "path": target})
    return catalogue.layout(catalogue.add(name, base, files=sources, archs=["amd64"], **fields))


def output_of(layout: Path, tmp_path: Path, *command: str, expect: str, exit_code: int = 0) -> str:
    """Run a program of an image in Prill's sandbox, as the image's user; return what it printed."""
    tests = tmp_path / "tests.yaml"
    test = {
        "name": "it runs",
        "command": command[0],
        "args": command[1:],
        "exitCode": exit_code,
        "expectedOutput": [expect],
    }
    tests.write_text(json.dumps({"schemaVersion": "2.0.0", "commandTests": [test]}))
    (result,) = json.loads(prill("test", layout, "--config", tests, "--format", "json"))["results"]
    assert result["status"] == "pass"
    said: str = result["stdout"]
    return said


@pytest.fixture(scope="module")
def compiled(catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C and C++ programs, compiled by the oldest ``cc-dev``."""
    work = tmp_path_factory.mktemp("compiled")
    for source in PROGRAMS.glob("*.c*"):
        shutil.copy(source, work)
    root = catalogue.unpacked("cc-debian12", "dev")
    inside(root, "gcc", "-O2", "-static", "-o", "static", "static.c", work=work)
    inside(root, "gcc", "-O2", "-pthread", "-o", "dynamic", "dynamic.c", work=work)
    inside(root, "g++", "-O2", "-fopenmp", "-pthread", "-o", "cxx", "cxx.cpp", work=work)
    return work


@pytest.mark.xdist_group("cc-debian12")
@pytest.mark.parametrize("base", [f"{name}{debian}" for name in ("static", "base", "cc") for debian in BOTH])
def test_a_static_program(catalogue: Catalogue, compiled: Path, base: str, tmp_path: Path):
    layout = derive(catalogue, f"static-on-{base}", base, {"/usr/bin/app": compiled / "static"})
    said = output_of(layout, tmp_path, "/usr/bin/app", expect="^user 65532\n")
    assert said == "user 65532\nin Kathmandu 05:45\n100 certificates or more\ntmp is writable\n"


@pytest.mark.xdist_group("cc-debian12")
@pytest.mark.parametrize("base", [f"{name}{debian}" for name in ("base", "cc", "dotnet-deps") for debian in BOTH])
def test_a_dynamic_c_program(catalogue: Catalogue, compiled: Path, base: str, tmp_path: Path):
    layout = derive(catalogue, f"dynamic-on-{base}", base, {"/usr/bin/app": compiled / "dynamic"})
    libraries = ["libssl.so.3", "libcrypto.so.3", "libz.so.1"]
    if base.startswith("dotnet-deps"):
        icu = "72" if base.endswith("12") else "76"
        libraries += [f"libicuuc.so.{icu}", f"libicui18n.so.{icu}", "libstdc++.so.6", "libgcc_s.so.1"]
    said = output_of(layout, tmp_path, "/usr/bin/app", *libraries, expect="^locale")
    assert said.splitlines() == ["locale C.UTF-8", "nonroot of /home/nonroot", "https 443", *libraries, "thread ended"]


@pytest.mark.xdist_group("cc-debian12")
@pytest.mark.parametrize("base", [f"{name}{debian}" for name in ("cc",) for debian in BOTH])
def test_a_cxx_program(catalogue: Catalogue, compiled: Path, base: str, tmp_path: Path):
    layout = derive(catalogue, f"cxx-on-{base}", base, {"/usr/bin/app": compiled / "cxx"})
    assert output_of(layout, tmp_path, "/usr/bin/app", expect="^caught") == "caught thrown in a thread\n5050\n"


@pytest.mark.xdist_group("go")
@pytest.mark.parametrize("debian", BOTH)
def test_a_go_program(catalogue: Catalogue, debian: str, tmp_path: Path):
    root = catalogue.unpacked(f"go{debian}")
    shutil.copy(PROGRAMS / "hello.go", tmp_path)
    environment = ["GOCACHE=/tmp/cache", "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GO111MODULE=off"]
    # The image has no env(1): the linker starts the program, and the environment is bubblewrap's.
    with_environment = [word for one in environment for word in ("--setenv", *one.split("=", 1))]
    bwrap = shutil.which("bwrap") or pytest.skip("bwrap is not installed")
    subprocess.run(
        [bwrap, "--bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--bind", tmp_path, "/mnt/work",
         "--chdir", "/mnt/work", "--clearenv", "--setenv", "PATH", "/usr/bin", *with_environment, "--",
         "/usr/bin/go", "build", "-o", "/mnt/work/hello", "hello.go"],
        capture_output=True, timeout=600, check=True,
    )  # fmt: skip
    layout = derive(catalogue, f"go-on-static{debian}", f"static{debian}", {"/usr/bin/hello": tmp_path / "hello"})
    said = output_of(layout, tmp_path, "/usr/bin/hello", expect="^nonroot")
    assert said == "nonroot 65532\nhttps 443\n2026-01-01T05:45:00+05:45\ntrusts 100 authorities or more: true\n"


def authority_and_server() -> tuple[bytes, bytes, bytes]:
    """Return an authority's certificate, and the key and certificate of a server at 127.0.0.1, in PEM."""
    now = dt.datetime.now(dt.UTC)
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in ("Test authority", "Test server")]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    made = []
    for name, key, is_ca in zip(names, keys, (True, False), strict=True):
        builder = x509.CertificateBuilder(
            names[0], name, key.public_key(), x509.random_serial_number(), now - dt.timedelta(1), now + dt.timedelta(1)
        ).add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        parent = x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key())
        builder = builder.add_extension(parent, critical=False)
        if is_ca:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # noqa: FBT003
            builder = builder.add_extension(usage, critical=True)
        else:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    key = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made[0], key, made[1]


@pytest.mark.parametrize(
    "base", [pytest.param(f"python3{debian}", marks=pytest.mark.xdist_group(f"python3{debian}")) for debian in BOTH]
)
@pytest.mark.parametrize("trusted", [True, False])
def test_python_fetches_over_tls(catalogue: Catalogue, base: str, trusted: bool, tmp_path: Path):  # noqa: FBT001
    authority, key, certificate = authority_and_server()
    (tmp_path / "test-authority.crt").write_bytes(authority)
    (tmp_path / "server.pem").write_bytes(key + certificate)
    files = {"/app/fetch.py": PROGRAMS / "fetch.py", "/app/server.pem": tmp_path / "server.pem"}
    if trusted:
        files["/usr/local/share/ca-certificates/test-authority.crt"] = tmp_path / "test-authority.crt"
    layout = derive(catalogue, f"fetch-{base}-{trusted}".lower(), base, files)
    expect = "^fetched: hello over TLSv1.3\n$" if trusted else "^refused: .*CERTIFICATE_VERIFY_FAILED"
    output_of(layout, tmp_path, "/usr/bin/python3", "/app/fetch.py", expect=expect)


@pytest.mark.parametrize(
    ("base", "version"),
    [
        pytest.param(base, version, marks=pytest.mark.xdist_group(base))
        for base, version in (("java", 21), ("java25", 25), ("java-debian12", 17))
    ],
)
def test_java_runs_a_jar(catalogue: Catalogue, base: str, version: int, tmp_path: Path):
    shutil.copy(PROGRAMS / "Hello.java", tmp_path)
    root = catalogue.unpacked(base, "dev")
    inside(root, "javac", "-d", "classes", "Hello.java", work=tmp_path)
    inside(root, "jar", "--create", "--file", "hello.jar", "--main-class", "Hello", "-C", "classes", ".", work=tmp_path)
    layout = derive(catalogue, f"jar-on-{base}", base, {"/app/hello.jar": tmp_path / "hello.jar"})
    said = output_of(layout, tmp_path, "/usr/bin/java", "-jar", "/app/hello.jar", expect="^Java")
    assert (
        said
        == f"Java {version}\nnonroot at /home/nonroot\ndefault charset UTF-8\ntrusts 100 authorities or more\ndrew text\n"
    )


@pytest.mark.parametrize(
    "base", [pytest.param(f"nodejs{debian}", marks=pytest.mark.xdist_group(f"nodejs{debian}")) for debian in BOTH]
)
def test_node_runs_a_script(catalogue: Catalogue, base: str, tmp_path: Path):
    app = tmp_path / "app"
    (app / "node_modules" / "greeting").mkdir(parents=True)
    (app / "node_modules" / "greeting" / "index.js").write_text("module.exports = name => `hello ${name}`;\n")
    (app / "server.js").write_text(
        "const greet = require('greeting');\nconsole.log(greet(require('os').userInfo().username), __dirname);\n"
    )
    layout = derive(catalogue, f"script-on-{base}", base, {"/app": app}, cmd=["/app/server.js"])
    output_of(layout, tmp_path, "/usr/bin/node", "/app/server.js", expect="^hello nonroot /app\n$")


@pytest.mark.parametrize(
    "debian", [pytest.param(debian, marks=pytest.mark.xdist_group(f"nginx{debian}")) for debian in BOTH]
)
def test_nginx_serves_a_page_as_an_ordinary_user(catalogue: Catalogue, debian: str, tmp_path: Path):
    # nginx's image has nothing to ask it with: its spec and Python's, included in one, have.
    name = f"nginx-and-python{debian}"
    client = catalogue.gold / "ask_nginx.py"
    shutil.copy(PROGRAMS / "ask_nginx.py", client)
    spec = {
        "include": [f"python3{debian}.yaml", f"nginx{debian}.yaml"],
        "files": [{"source": "ask_nginx.py", "path": "/app/ask_nginx.py"}],
        "archs": ["amd64"],
    }
    (catalogue.gold / f"{name}.yaml").write_text(json.dumps(spec))
    layout = catalogue.layout(name)
    entrypoint = ("/usr/sbin/nginx", "-e", "stderr", "-g", "daemon off;")
    said = output_of(layout, tmp_path, "/usr/bin/python3", "/app/ask_nginx.py", *entrypoint, expect="(?m)^200 ")
    assert "200 text/html nginx\n" in said
    assert "workers run as {65532}\n" in said
    assert "ended with 0\n" in said
    assert '"GET / HTTP/1.1" 200' in said


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(spec, marks=pytest.mark.xdist_group(spec))
        for spec in ("static", "python3", "static-debian12", "nginx-debian12")
    ],
)
def test_apt_get_installs(catalogue: Catalogue, spec: str, tmp_path: Path):
    root = catalogue.unpacked(spec, "dev")
    script = (
        "apt-get -qq update\n"
        "apt-get -qq install --no-install-recommends jq postgresql-client-common cron </dev/null\n"
        "echo '{\"a\": [1, 2]}' | jq -c .a\ndpkg --audit\napt-get check -qq\n"
        "apt-get -qq purge jq\ncommand -v jq || echo gone\n"
        "apt-get -s dist-upgrade | grep -c ^Inst || true\n"
    )
    with Snapshots(max(one.date for one in catalogue.lock(spec).releases)) as snapshots:
        said = apt_get(root, script, snapshots=snapshots, work=tmp_path)
    assert "[1,2]\n" in said
    assert said.endswith("gone\n0\n")
