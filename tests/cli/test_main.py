"""The entry point: what it imports, what it complains about, and with which code it ends."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from importlib import import_module
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deb_files import Deb
from images import file, image_of
from loopback import Handler, Loopback
from prill import __version__
from prill.cli.exit import Exit
from prill.cli.failure import FAILURES, exit_code_of
from prill.cli.main import COMMANDS, INTERRUPTED, VERBS, command_parser, load_command, main
from prill.errors import PrillError
from prill.oci.layout_writer import write_layout
from workshop import Workshop

DOCS = Path(__file__).resolve().parents[2] / "docs"
NAMES = [name for name, _ in COMMANDS]
ALL = [*NAMES, *(f"{name} {verb}" for name, verbs in VERBS.items() for verb in verbs)]
HEAVY = [
    "httpx2",
    "yaml",
    "rich",
    "cryptography",
    "pysequoia",
    "msgspec",
    "argparse",
    "socket",
    "ssl",
    "email",
    "typing",
]

UNUSED = [
    "msgspec",
    "socket",
    "threading",
    "dataclasses",
    "inspect",
    "typing_extensions",
    "uuid",
    "ssl",
    "httpx2",
    "asyncio",
    "email",
    "concurrent.futures",
    "logging",
    "cryptography.x509",
    "cryptography.hazmat.backends",
    "base64",
    "hashlib",
    "locale",
    "prill.archive",
    "prill.cli.failure",
    "prill.cli.progress",
    "prill.model.typed_json",
    "prill.oci.memory",
]


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


class TestStartUp:
    def test_version_imports_nothing_heavy(self):
        code = f"import sys; from prill.cli.main import main; main(['--version']); print([m for m in {HEAVY} if m in sys.modules])"
        done = subprocess.run(
            [sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=True
        )
        assert done.stdout == f"prill {__version__}\n[]\n"

    @pytest.mark.parametrize("name", NAMES)
    def test_help_imports_no_http_crypto_yaml_or_tables(self, name: str):
        code = f"import sys\nfrom prill.cli.main import main\ntry:\n    main([{name!r}, '--help'])\nexcept SystemExit:\n    pass\n"
        code += f"print([m for m in {[*HEAVY[:5], 'locale']} if m in sys.modules])"
        done = subprocess.run(
            [sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"

    def test_verifying_with_a_key_imports_what_it_needs(self):
        """What decodes types, declares data classes, and knows all of cryptography takes longer than to verify."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signature = key.sign(b"signed", ec.ECDSA(SHA256()))
        code = (
            "import sys, prill.api.verify, prill.cli.commands.verify, prill.oci.registry, prill.signing.bundle\n"
            "from prill.signing.keys import BadSignature, Message, PublicKey\n"
            f"key = PublicKey.parse_pem({pem!r})\n"
            f"key.verify({signature!r}, Message.of(b'signed'))\n"
            "try:\n    key.verify("
            f"{signature!r}, Message.of(b'other'))\nexcept BadSignature:\n    print([m for m in {UNUSED} if m in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=True
        )
        assert done.stdout == "[]\n"

    def test_listing_packages_imports_what_it_needs(self, tmp_path: Path):
        """Not every codec, nothing that starts processes, and no SBOMs that are remembered."""
        image = image_of([file("etc/os-release", "ID=debian\n")])
        write_layout(tmp_path / "image", blobs=image.store, entries=image.entries, tag="1")
        unused = [
            "dataclasses",
            "inspect",
            "typing_extensions",
            "tempfile",
            "pickle",
            "signal",
            "deflate",
            "backports.zstd",
            "shlex",
            "base64",
            "prill.binaries.elf",
            "prill.binaries.go_build_info",
            "prill.binaries.rust_audit",
            "prill.sbom.sbom_cache",
            "httpx2",
            "rich",
        ]
        words = ["sbom", str(tmp_path / "image"), "--no-cache", "--format", "purls", "--allow-gaps"]
        code = f"import sys; from prill.cli.main import main; main({words!r}); print([m for m in {unused} if m in sys.modules])"
        done = subprocess.run(
            [sys.executable, "-S", "-c", _with_path(code)], capture_output=True, text=True, check=True
        )
        assert done.stdout == "[]\n"

    def test_a_remembered_sbom_needs_neither_catalogers_nor_the_standard_librarys_dataclasses(self, tmp_path: Path):
        image = image_of([file("etc/os-release", "ID=debian\n")])
        write_layout(tmp_path / "image", blobs=image.store, entries=image.entries, tag="1")
        unused = ["dataclasses", "inspect", "hashlib", "prill.sbom.catalogers", "prill.oci.rootfs"]
        words = ["sbom", str(tmp_path / "image"), "--format", "cyclonedx", "--allow-gaps", "-o", str(tmp_path / "out")]
        code = f"import sys; from prill.cli.main import main; main({words!r}); print([m for m in {unused} if m in sys.modules])"
        said = [
            subprocess.run(
                [sys.executable, "-S", "-c", _with_path(code)],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            ).stdout
            for _ in range(2)
        ]
        assert said[1] == "[]\n" != said[0]


def _with_path(code: str) -> str:
    return f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n{code}"


class TestHelp:
    def test_the_overview_names_every_command(self, shop: Workshop):
        said = shop.run("completion", "bash").out
        assert all(name in said for name in NAMES)

    @pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
    def test_overview(self, words: list[str], capsys: pytest.CaptureFixture[str]):
        assert main(words) == 0
        said = capsys.readouterr().out
        assert [name for name in NAMES if f"\n  {name} " not in said] == []
        assert all(f"{code.value} " in said for code in Exit)

    def test_no_command_is_misuse(self, capsys: pytest.CaptureFixture[str]):
        assert main([]) == 2
        assert "usage: prill COMMAND" in capsys.readouterr().out

    def test_a_wrong_command_and_the_nearest_one(self, capsys: pytest.CaptureFixture[str]):
        assert main(["biuld"]) == 2
        assert capsys.readouterr().err == "prill: there is no command 'biuld'\n  → did you mean build?\n"

    @pytest.mark.parametrize("name", ALL)
    def test_every_command_has_examples_that_parse(self, name: str):
        """An example that a person copies must at least be one."""
        text = command_parser(name).format_help()
        _, found, examples = text.partition("\nexamples:\n")
        assert found, text
        lines = re.findall(rf"^  (?:source <\()?prill {name}(.*)$", examples, re.MULTILINE)
        assert lines
        for line in lines:
            words = re.split(r"\s{{2,}}|\)|&&|>|;".replace("{{2,}}", "{2,}"), line.strip())[0].split()
            command_parser(name).parse_args(words)

    @pytest.mark.parametrize("name", ALL)
    def test_every_option_is_explained(self, name: str):
        parsers = [command_parser(name)]
        for parser in parsers:
            for action in parser._actions:
                if isinstance(action, argparse._SubParsersAction):
                    parsers += list(action.choices.values())
                elif action.dest not in ("help", "shell"):
                    assert action.help, (name, action)

    @pytest.mark.parametrize("name", ALL)
    def test_shared_options_are_spelt_the_same(self, name: str):
        helps = {
            "--quiet": "print nothing but errors",
            "--offline": "use the cache alone",
            "--plain-http": "speak HTTP without TLS to the registry",
        }
        parser = command_parser(name)
        for action in parser._actions:
            for option in action.option_strings:
                if option in helps:
                    assert action.help == helps[option]

    @pytest.mark.parametrize("name", NAMES)
    def test_every_command_has_a_page(self, name: str):
        text = (DOCS / f"{name}.md").read_text()
        assert f"prill {name}" in text
        assert all(f"prill {name} {verb}" in text for verb in VERBS.get(name, ()))
        assert "\n    " in text, "no example"

    def test_modules_and_commands_are_the_same(self):
        modules = {path.stem for path in (Path(load_command("new").__file__).parent).glob("[a-z]*.py")}  # type: ignore[attr-defined]
        assert modules == {name.replace("-", "_") for name in NAMES}
        verbs = {path.stem for path in (Path(load_command("sbom diff").__file__).parent).glob("[a-z]*.py")}  # type: ignore[attr-defined]
        assert verbs == {name.replace(" ", "_") for name in ALL if " " in name}


class TestExitCodes:
    PAGE = (DOCS / "exit-codes.md").read_text()

    def test_the_page_has_the_table_of_the_code(self):
        source = (Path(import_module("prill.cli.exit").__file__ or "")).read_text()
        meaning = dict(re.findall(r'(\w+) = \d+\n\s+"""(.*)"""', source))
        table = re.findall(r"^\| (\d+) \| `(\w+)` \| (.*) \|$", self.PAGE, re.MULTILINE)
        assert table == [(str(code.value), code.name, meaning[code.name]) for code in Exit]
        assert f"{INTERRUPTED} is what Ctrl-C leaves" in self.PAGE

    def test_the_page_has_every_command(self):
        assert re.findall(r"^\| `([a-z-]+)` \|", self.PAGE, re.MULTILINE) == NAMES

    def test_the_page_names_every_error(self):
        rows = {
            int(code): re.findall(r"`(\w+)`", rest)
            for code, rest in re.findall(r"^\| (\d+) \| (`\w+`,.*) \|$", self.PAGE, re.MULTILINE)
        }
        expected: dict[int, list[str]] = {}
        for code, _, names in FAILURES:
            expected.setdefault(int(code), []).extend(names)
        assert rows == {code: sorted(names) for code, names in expected.items()}

    @pytest.mark.parametrize(("code", "module", "names"), FAILURES)
    def test_every_error_exists_and_gets_its_code(self, code: Exit, module: str, names: tuple[str, ...]):
        for name in names:
            kind = getattr(import_module(module), name)
            assert issubclass(kind, PrillError)
            assert kind.__module__ == module
            assert exit_code_of(kind.__new__(kind)) is code

    def test_any_other_error_broke(self):
        assert exit_code_of(PrillError("x")) is Exit.BROKE

    def test_arguments(self, shop: Workshop):
        for words in (
            ["build"],
            ["build", "x"],
            ["lock"],
            ["rebuild", "x"],
            ["show"],
            ["why", "x"],
            ["test", "x"],
            ["cache"],
        ):
            assert shop.run(*words).code == 2, words
        assert shop.run("show", "x", "--frobnicate").code == 2

    def test_a_verbs_help_says_what_it_does(self, capsys: pytest.CaptureFixture[str]):
        with pytest.raises(SystemExit):
            main(["db", "import", "--help"])
        said = capsys.readouterr().out
        assert "\nTake advisories from files and folders, or from another database.\n" in said
        assert said.endswith("\nprill db --help says more, with examples.\n")

    @pytest.mark.parametrize("name", ["files", "scan", "compare", "sbom", "sbom convert"])
    def test_what_people_read_is_text_everywhere(self, name: str):
        words = {"files": ["a"], "compare": ["a", "b"]}.get(name, ["a"])
        assert command_parser(name).parse_args([*words, "--format", "text"]).format == "table"

    def test_a_mistake_is_told_in_two_lines(self, capsys: pytest.CaptureFixture[str]):
        for words, said in (
            (["scan", "--frmat", "json", "app"], "did you mean --format? "),
            (["db", "import", "--replce", "x"], "did you mean --replace? "),
            (["scan", "a", "b"], ""),
            (["scan", "--format", "xml", "a"], ""),
        ):
            with pytest.raises(SystemExit) as left:
                main(words)
            assert left.value.code == Exit.MISUSED
            first, second = capsys.readouterr().err.splitlines()
            assert first.startswith(f"prill {words[0]}: ")
            assert second == f"  → {said}prill {words[0]} --help says what there is, with examples"

    def test_specs(self, shop: Workshop):
        for text in ("", "contents: [", "contnts: {}", "contents: {distribution: debian:99}"):
            shop.spec_file.write_text(text)
            ran = shop.run("lock", shop.spec_file)
            assert ran.code == 2, (text, ran)
            assert "image.yaml" in ran.err
        assert shop.run("lock", shop.root / "none.yaml").code == 2

    def test_destinations(self, shop: Workshop):
        shop.lock()
        (shop.root / "full").mkdir()
        (shop.root / "full" / "f").touch()
        file, folder, pipe = shop.root / "full" / "f", shop.root / "full", shop.root / "pipe"
        os.mkfifo(pipe)
        for place in (
            *("", "dir:x", "docker-daemon:", "oci-dir:", "registry:UPPER/x:::"),
            f"registry:host.test/app@sha256:{'ab' * 32}",
            *(folder, file, file / "below", f"oci-archive:{folder}", f"docker-archive:{file}/x.tar"),
            f"docker-archive:{pipe}",
        ):
            ran = shop.run("build", shop.spec_file, "-o", place, "--arch", "amd64")
            assert ran.code == 2, (place, ran)
        assert (file.read_bytes(), pipe.is_fifo()) == (b"", True)

    def test_a_destination_is_looked_at_before_anything_is_built(self, shop: Workshop):
        shop.lock()
        shop.use_settings(cache="empty")
        file = shop.root / "file"
        file.touch()
        for words in (("build", shop.spec_file), ("rebuild", shop.root / "no-image")):
            ran = shop.run(*words, "-o", file)
            assert (ran.code, "is a file" in ran.err) == (2, True), ran
        assert not (shop.root / "empty").exists()

    def test_a_destination_that_may_not_be_written_broke(self, shop: Workshop):
        shop.lock()
        for place in ("/proc/new", "oci-archive:/proc/x.tar"):
            ran = shop.run("build", shop.spec_file, "-o", place, "--arch", "amd64")
            assert (ran.code, "cannot write" in ran.err) == (1, True), ran

    def test_a_home_that_cannot_be_written_ends_no_reading(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        """As a container's own user mostly has none, and its root file system is read-only."""
        (tmp_path / "home").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
        image = image_of([file("etc/os-release", b"ID=debian\nVERSION_ID=13\n")])
        write_layout(tmp_path / "app", blobs=image.store, entries=image.entries, tag="1")
        for words in (["inspect"], ["sbom"], ["files"], ["scan", "--no-archive"]):
            assert main([*words, str(tmp_path / "app"), "--allow-gaps"]) == Exit.GOOD
            assert capsys.readouterr().err == ""

    def test_settings(self, shop: Workshop):
        for text, said in (
            ("[archiv]\n", "did you mean archive?"),
            ("[archive]\nmirror = []\n", "did you mean mirrors?"),
            ("[archive]\nmirrors = 'x'\n", "must be a list of texts"),
            ("[archive]\nkeys = [1]\n", "must be a list of texts"),
            ("[cache]\ndirectory = 3\n", "must be a text"),
            ("cache = 3\n", "no section 'cache'"),
            ("[", "prill.toml"),
        ):
            shop.settings.write_text(text)
            ran = shop.run("cache", "info")
            assert (ran.code, said in ran.err) == (2, True), ran
        shop.settings.unlink()
        assert shop.run("cache", "info").code == 2

    def test_a_mirror_that_is_not_there(self, shop: Workshop):
        ran = shop.run("lock", shop.spec_file, "--mirror", f"file://{shop.root}/nowhere")
        assert (ran.code, "no mirror serves trixie" in ran.err) == (1, True)

    def test_offline_before_anything_was_fetched(self, shop: Workshop):
        ran = shop.run("lock", shop.spec_file, "--offline")
        assert (ran.code, "run it once without --offline" in ran.err) == (1, True)

    def test_offline_afterwards(self, shop: Workshop):
        shop.lock()
        before = shop.lock_file.read_bytes()
        shop.lock_file.unlink()
        shop.lock("--offline")
        assert shop.lock_file.read_bytes() == before

    def test_a_file_that_is_not_there(self, shop: Workshop):
        """It is nothing to look at as an argument, misuse as an option's value, and broke what nobody named."""
        (shop.root / "sbom.json").write_text("{}")
        for words, code in (
            (["sbom", "validate", "./no.json"], Exit.NOTHING),
            (["vex", "check", "-q", "no.json"], Exit.NOTHING),
            (["verify-blob", "sbom.json", "--signature", "sbom.json", "--key", "no.pub"], Exit.MISUSED),
            (["scan", "sbom.json", "--vex", "no.json"], Exit.MISUSED),
            (["scan", "sbom.json", "--vex=./no.json"], Exit.MISUSED),
        ):
            with chdir(shop.root):
                ran = shop.run(*words)
            assert (ran.code, "no" in ran.err) == (code, True), ran

    def test_what_the_operating_system_refuses(self, shop: Workshop):
        shop.lock()
        shop.spec_file.with_name("image.lock.json").unlink()
        (shop.spec_file.with_name("image.lock.json")).mkdir()
        ran = shop.run("build", shop.spec_file, "-o", shop.out)
        assert ran.code == 1
        assert ran.err.startswith("prill: ")
        assert "image.lock.json" in ran.err
        assert "Traceback" not in ran.err

    def test_new(self, shop: Workshop):
        assert shop.run("new", "base", "-o", shop.root / "new.yaml").code == 0
        assert shop.run("new", "base", "-o", shop.root / "new.yaml").code == 2
        assert shop.run("new", "no-such-kind").code == 2
        assert shop.run("new").code == 2
        assert shop.run("new", "--list").code == 0
        assert shop.run("new", "base", "-o", shop.root / "no" / "dir.yaml").code == 1


class TestStructureTests:
    PASSES = "schemaVersion: 2.0.0\nfileExistenceTests: [{name: app, path: /usr/bin/app, shouldExist: true}]\n"

    def test_codes(self, shop: Workshop):
        out = shop.made()
        for text, code in (
            (self.PASSES, 0),
            (self.PASSES.replace("true", "false"), 10),
            ("schemaVersion: 2.0.0\n", 3),
            ("schemaVersion: 1.0.0\n", 2),
            ("schemaVersion: [", 2),
        ):
            (shop.root / "tests.yaml").write_text(text)
            ran = shop.run("test", out, "--config", shop.root / "tests.yaml")
            assert ran.code == code, (text, ran)
        assert shop.run("test", out, "--config", shop.root / "none.yaml").code == 2
        assert shop.run("test", shop.root / "none", "--config", shop.root / "tests.yaml").code == 2
        (shop.root / "tests.yaml").write_text(self.PASSES)
        assert shop.run("test", shop.root / "none", "--config", shop.root / "tests.yaml").code == 3

    def test_reports(self, shop: Workshop):
        out = shop.made()
        (shop.root / "tests.yaml").write_text(self.PASSES)
        said = shop.run("test", out, "--config", shop.root / "tests.yaml", "--format", "json").out
        assert json.loads(said)
        shop.run("test", out, "--config", shop.root / "tests.yaml", "--format", "junit", "-o", shop.root / "r.xml")
        assert (shop.root / "r.xml").read_bytes().startswith(b"<?xml")


@pytest.fixture
def heeded() -> Iterator[None]:
    """Let programs that a test starts heed SIGINT, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class TestSignals:
    def test_a_reader_that_has_seen_enough(self, shop: Workshop):
        shop.publish([Deb(f"p{number:04}", "1", {}) for number in range(1)])
        command = [sys.executable, "-m", "prill", "new", "app"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            said = process.stderr.read()
        assert said == b""
        assert process.returncode == 1

    @pytest.mark.usefixtures("heeded")
    def test_control_c(self, shop: Workshop):
        """Locking waits for a mirror that says nothing."""

        def hang(handler: Handler) -> None:
            handler.server.waiting.wait(20)
            handler.cut()

        with Loopback() as mirror:
            mirror.behaviour["*"] = hang
            words = ["lock", str(shop.spec_file), "--mirror", f"{mirror.url}/debian", "--config", str(shop.settings)]
            command = [sys.executable, "-m", "prill", *words]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                assert process.stderr is not None
                _until(lambda: len(mirror.requests) >= 3)
                process.send_signal(signal.SIGINT)
                mirror.waiting.set()
                said = process.stderr.read()
        assert process.returncode == INTERRUPTED
        assert said == b"prill: interrupted; nothing half-written was left in place\n"


def test_a_locale_without_these_letters_changes_nothing():
    """As ISO-8859-1 has no arrows; documents have to be UTF-8 in any case."""
    for words in (["--help"], ["scan", "no-such-image"]):
        said = [
            subprocess.run(
                [sys.executable, "-m", "prill", *words],
                capture_output=True,
                check=False,
                env={**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", **more},
            )
            for more in ({}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONUTF8": "1"})
        ]
        assert said[0].stdout == said[1].stdout == said[2].stdout
        assert said[0].stderr == said[1].stderr == said[2].stderr
        assert "…" in said[0].stdout.decode() or "→" in said[0].stderr.decode()


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never happened")
