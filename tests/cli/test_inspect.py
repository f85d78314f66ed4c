"""prill inspect and prill bases, from arguments to reports and exit codes."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from images import MadeImage, file, folder, image_of, symlink
from inspected import KEY, TOKEN, program
from prill.cli.main import main
from prill.inspection.facts import BUILTIN
from prill.model import ImageReference
from prill.model.facts import FactValue
from prill.oci.destinations import Destination, write_image

DOCS = Path(__file__).resolve().parents[2] / "docs"
NASTY = "<script>alert(1)</script>\x1b[31m|`x`"
COPYRIGHT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\nLicense: MIT\n text\n"
STATUS = "Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: amd64\n\n"
LOWER = (
    file("etc/os-release", 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'),
    file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
    file("var/lib/dpkg/status", STATUS),
    file("var/lib/dpkg/info/bash.list", "/bin/bash\n"),
    file("usr/share/doc/bash/copyright", COPYRIGHT),
    program("bin/bash", b"GNU bash, version"),
)
UPPER = (file("root/id_rsa", KEY), file(f"srv/{NASTY}", "x", mode=0o666), folder("srv/tmp", mode=0o777))


@dataclass
class Ran:
    code: int
    out: str
    err: str


Prill = Callable[..., Ran]


@pytest.fixture
def prill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Prill:
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795694400")  # 2026-11-26

    def run(*words: str | Path) -> Ran:
        code = main([str(word) for word in words])
        found = capsysbinary.readouterr()
        return Ran(code, found.out.decode(), found.err.decode())

    return run


def write(place: Path, made: MadeImage) -> Path:
    destination = Destination.parse(f"oci-dir:{place}")
    write_image(destination, blobs=made.store, entries=made.entries, name=ImageReference.parse("example.test/x:1"))
    return place


@pytest.fixture
def image(tmp_path: Path) -> Path:
    labels = (("org.opencontainers.image.title", NASTY),)
    made = image_of(LOWER, UPPER, [file("root/.wh.id_rsa")], env=(f"API_TOKEN={TOKEN}", "PATH=/bin"), labels=labels)
    return write(tmp_path / "image", made)


class TestText:
    def test_what_is_to_be_looked_after_comes_first(self, prill: Prill, image: Path):
        ran = prill("inspect", image)
        assert ran.code == 0, ran.err
        lines = ran.out.splitlines()
        assert max(map(len, lines)) <= 100
        assert "slim image, Debian GNU/Linux 12 (bookworm), 1 package" in lines[1]
        assert lines.index("to look after, 3") < lines.index("WHAT IT IS")
        assert "  ! it runs as root (no USER is set)" in lines
        assert "\x1b" not in ran.out
        assert TOKEN not in ran.out

    def test_long_tables_are_cut_and_verbose_shows_all(self, prill: Prill, tmp_path: Path):
        image = write(tmp_path / "i", image_of([*LOWER, *(file(f"srv/{n:02}", "x", mode=0o666) for n in range(30))]))
        assert "  … 20 more; --verbose shows all" in prill("inspect", image).out
        assert "/srv/29" in prill("inspect", image, "--verbose").out

    def test_a_folder(self, prill: Prill, tmp_path: Path):
        root = tmp_path / "root"
        (root / "etc").mkdir(parents=True)
        (root / "etc/os-release").write_text("ID=alpine\nVERSION_ID=3.20.1\n")
        ran = prill("inspect", f"dir:{root}")
        assert ran.code == 4
        assert "root file system" in ran.out
        assert not {"HISTORY AND LAYERS", "LABELS", "ENVIRONMENT", "any layer", "base image"} & set(
            re.findall(r"HISTORY AND LAYERS|LABELS|ENVIRONMENT|any layer|base image", ran.out)
        )
        facts = json.loads(prill("inspect", f"dir:{root}", "--format", "json").out)["facts"]
        assert sorted(facts) == sorted(plugin.id for plugin in BUILTIN if not plugin.of_images)
        assert prill("inspect", f"dir:{root}", "--allow-gaps").code == 0

    def test_quiet(self, prill: Prill, image: Path):
        ran = prill("inspect", image, "-q")
        assert (ran.code, ran.out, ran.err) == (0, "", "")

    def test_nothing_to_look_at(self, prill: Prill, tmp_path: Path):
        assert prill("inspect", tmp_path / "none").code == 3
        assert prill("inspect", "").code == 2


class TestJson:
    def test_the_document(self, prill: Prill, image: Path):
        ran = prill("inspect", image, "--format", "json")
        document = json.loads(ran.out)
        assert ran.err == ""
        assert (document["format"], document["version"], document["asOf"]) == ("prill-image-facts", 1, "2026-11-26")
        assert sorted(document["facts"]) == sorted(plugin.id for plugin in BUILTIN)
        assert [one["name"] for one in document["facts"]["shells"]] == ["bash"]
        (secret,) = (one for one in document["facts"]["secrets"] if one["place"] == "file")
        assert secret["evidence"][0]["path"] == "/root/id_rsa"
        assert secret["evidence"][0]["layer"].startswith("sha256:")
        assert TOKEN not in ran.out

    def test_the_same_bytes_from_the_cache_and_without_it(self, prill: Prill, image: Path):
        first = prill("inspect", image, "--format", "json").out
        assert prill("inspect", image, "--format", "json").out == first
        assert prill("inspect", image, "--format", "json", "--no-cache").out == first

    def test_what_was_read_of_layers_is_remembered_of_deleted_files_too(
        self, prill: Prill, image: Path, tmp_path: Path
    ):
        first = prill("inspect", image, "--format", "json").out
        derived = tmp_path / "cache" / "prill" / "derived"
        shutil.rmtree(derived / "facts")
        evidence = next(path for path in (derived / "evidence").rglob("*") if path.is_file())
        before = evidence.stat().st_mtime_ns
        assert prill("inspect", image, "--format", "json").out == first
        assert evidence.stat().st_mtime_ns == before  # no layer was read again
        for kind in ("facts", "found"):  # damaged entries count as none
            for path in (derived / kind).rglob("*"):
                if path.is_file():
                    path.write_bytes(b"damaged")
        assert prill("inspect", image, "--format", "json").out == first

    def test_another_day_is_another_answer(self, prill: Prill, image: Path, monkeypatch: pytest.MonkeyPatch):
        def status() -> str:
            found = json.loads(prill("inspect", image, "--format", "json").out)
            return str(found["facts"]["distribution"][0]["support"]["status"])

        assert status() == "extended"
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1893456000")  # 2030
        assert status() == "ended"

    def test_gaps_are_in_it_and_in_the_exit_code(self, prill: Prill, tmp_path: Path):
        image = write(tmp_path / "i", image_of(LOWER, b"this is no tar" * 100))
        ran = prill("inspect", image, "--format", "json")
        assert ran.code == 4
        assert "could not be read to its end" in json.loads(ran.out)["gaps"][0]["reason"]
        assert ran.err.startswith("prill: gaps, ")
        assert "could not be read to its end" in ran.err
        assert prill("inspect", image, "--format", "json", "--allow-gaps").code == 0

    def test_the_page_describes_every_fact_and_field(self):
        page = (DOCS / "inspect.md").read_text(encoding="utf-8")
        assert [plugin.id for plugin in BUILTIN if f"`{plugin.id}`" not in page] == []
        fields = {name for kind in FactValue.__args__ for name in kind.__struct_encode_fields__}
        assert sorted(name for name in fields if f"`{name}`" not in page) == []


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.links += [found[name] or "" for name in ("href", "src") if name in found]
        self.ids += [found["id"] or ""] if "id" in found else []


class TestDocuments:
    def test_printed_remarks_may_go_over_pages(self, prill: Prill, image: Path):
        printed = prill("inspect", image, "--format", "html").out.partition("@media print")[2]
        kept_whole = [line.partition("{")[0] for line in printed.splitlines() if "break-inside: avoid" in line]
        assert kept_whole
        assert all(".verdict section" not in selectors for selectors in kept_whole)  # it left the first page empty

    def test_html_needs_nothing_else(self, prill: Prill, image: Path, tmp_path: Path):
        ran = prill("inspect", image, "--format", "html", "-o", tmp_path / "report.html")
        assert (ran.code, ran.out) == (0, "")
        text = (tmp_path / "report.html").read_text(encoding="utf-8")
        page = _Page()
        page.feed(text)
        assert not {"script", "link", "img", "iframe"} & set(page.tags)
        assert page.links
        assert all(link.startswith("#") for link in page.links)
        assert {link[1:] for link in page.links} <= set(page.ids)
        assert len(page.ids) == len(set(page.ids))
        assert "url(" not in text
        assert "@import" not in text
        assert "<script>" not in text
        assert "&lt;script&gt;" in text
        assert '<span class="date">2026-07-11</span>' in text
        assert "&lt;span" not in text
        assert TOKEN not in text

    def test_markdown_tables_hold(self, prill: Prill, image: Path):
        text = prill("inspect", image, "--format", "markdown").out
        for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            columns = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(columns) == 1, block
        assert "<script>" not in text
        assert TOKEN not in text


class TestBases:
    def test_add_list_find_and_remove(self, prill: Prill, tmp_path: Path):
        base = write(tmp_path / "base", image_of(LOWER))
        app = write(tmp_path / "app", image_of(LOWER, UPPER))
        assert "base is known" in prill("bases", "list").out
        before = json.loads(prill("inspect", app, "--format", "json").out)["facts"]["base-image"]
        assert before == []
        added = prill("bases", "add", base)
        assert added.code == 0
        assert "1 layer, 1 package: added" in added.out
        assert "known already" in prill("bases", "add", base).out
        (found,) = json.loads(prill("inspect", app, "--format", "json").out)["facts"]["base-image"]
        assert (found["name"], found["foundBy"], found["layers"]) == (str(base), "chain-id", 1)
        (row,) = json.loads(prill("bases", "list", "--format", "json").out)
        assert (row["name"], row["layers"], row["packages"]) == (str(base), 1, 1)
        assert str(base)[:20] in prill("bases", "list").out
        assert prill("bases", "remove", base).code == 0
        assert prill("bases", "remove", base).code == 3

    def test_update_takes_in_a_new_state_and_tells_what_is_gone(self, prill: Prill, tmp_path: Path):
        assert prill("bases", "update").code == 3
        base = write(tmp_path / "base", image_of(LOWER))
        prill("bases", "add", base)
        (layer,) = (blob for blob in (base / "blobs/sha256").iterdir() if not blob.read_bytes().startswith(b"{"))
        layer.rename(tmp_path / "layer")
        assert "known already" in prill("bases", "update", "--no-cache").out  # nothing but the manifest is read
        (tmp_path / "layer").rename(layer)
        write(base, image_of([*LOWER, file("new", "x")]))
        assert ": added" in prill("bases", "update").out
        assert len(json.loads(prill("bases", "list", "--format", "json").out)) == 2
        base.rename(tmp_path / "gone")
        ran = prill("bases", "update")
        assert ran.code == 4
        assert "there is no image" in ran.err
        assert prill("bases", "update", "--allow-gaps").code == 0

    def test_a_damaged_image_is_no_base(self, prill: Prill, tmp_path: Path):
        ran = prill("bases", "add", write(tmp_path / "i", image_of(LOWER, b"this is no tar" * 100)))
        assert ran.code == 1
        assert "cannot be read to its end" in ran.err

    def test_a_folder_is_no_base(self, prill: Prill, tmp_path: Path):
        (tmp_path / "root").mkdir()
        assert prill("bases", "add", f"dir:{tmp_path / 'root'}").code == 2

    def test_a_damaged_file_of_bases_is_a_gap(self, prill: Prill, image: Path, tmp_path: Path):
        path = tmp_path / "data" / "prill" / "bases.sqlite"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"no database" * 500)
        ran = prill("inspect", image)
        assert ran.code == 4
        assert "cannot use the known bases" in ran.out
        assert prill("bases", "list").code == 1

    def test_the_settings_may_place_it_elsewhere(self, prill: Prill, tmp_path: Path):
        settings = tmp_path / "prill.toml"
        settings.write_text(f'[bases]\nfile = "{tmp_path}/mine.sqlite"\n')
        assert prill("bases", "add", write(tmp_path / "base", image_of(LOWER)), "--config", settings).code == 0
        assert (tmp_path / "mine.sqlite").is_file()


class TestHostile:
    def test_many_variables_and_labels(self, prill: Prill, tmp_path: Path):
        env = tuple(f"V{number}={number}" for number in range(9_999))
        image = write(tmp_path / "i", image_of(LOWER, env=env, labels=tuple((f"l{n}", "x" * 50) for n in range(9_999))))
        assert prill("inspect", image).code == 0

    def test_more_variables_than_anybody_sets_are_refused(self, prill: Prill, tmp_path: Path):
        image = write(tmp_path / "i", image_of(LOWER, env=tuple(f"V{number}={number}" for number in range(100_000))))
        ran = prill("inspect", image)
        assert ran.code == 1
        assert "image config" in ran.err

    @pytest.mark.parametrize("config", [b"{", b"[]", b'{"config": {"Healthcheck": 7}}', b"\xff" * 100])
    def test_a_broken_config(self, prill: Prill, tmp_path: Path, config: bytes):
        image = write(tmp_path / "i", image_of(LOWER))
        index = json.loads((image / "index.json").read_bytes())
        digest = index["manifests"][0]["digest"].partition(":")[2]
        manifest = json.loads((image / "blobs/sha256" / digest).read_bytes())
        (image / "blobs/sha256" / manifest["config"]["digest"].partition(":")[2]).write_bytes(config)
        ran = prill("inspect", image)
        assert ran.code == 1
        assert ran.err.startswith("prill: ")
        assert "bug" not in ran.err

    def test_times_names_and_numbers_out_of_range(self, prill: Prill, tmp_path: Path):
        layer = [file("a", "x", mtime=2**40), file("b", "x", uid=2**31, gid=2**31), symlink("etc/passwd", "passwd")]
        image = write(tmp_path / "i", image_of([*LOWER[:1], *layer], created="yesterday", user="x" * 5000))
        assert prill("inspect", image, "--format", "html", "--allow-gaps").code == 0


def test_help_starts_fast_and_imports_no_reader():
    code = "import sys\nfrom prill.cli.main import main\ntry:\n    main(['inspect', '--help'])\nexcept SystemExit:\n    pass\nprint([m for m in ('jinja2', 'sqlite3', 'msgspec') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
