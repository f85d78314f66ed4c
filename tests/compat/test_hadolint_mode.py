"""``prill lint --hadolint`` in the place of hadolint: the same options and configuration, the same report and exit code.

The messages are Prill's own, but for ShellCheck's, which both programs ask.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

pytestmark = pytest.mark.compat

PRILL = [str(Path(sys.executable).parent / "prill"), "lint", "--hadolint"]
FILES = {
    "A": "FROM debian\nMAINTAINER me\nLABEL A=b\nFROM debian:latest AS x\nUSER root\n",
    "B": "FROM debian:13\n",
    "C": "FROM debian:13\nLABEL A=b\n",
    "D": "# hadolint ignore=DL3006,DL3007\nFROM debian\nEXPOSE 99999\nRUN a\nRUN b\nADD a b\nENV TOKEN=1\nCMD a\n",
    "H": "FROM docker.io/a:1\nFROM a:1\n",
    "E": "FROM registry.example/a:1\nLABEL maintainer= url=nope\n",
}
CONFIGURATIONS = {
    "none": "",
    "ignored": "ignored: [DL3006, DL4000]\nfailure-threshold: error\nunknown: 1\n",
    "override": "override:\n  error: [DL3048]\n  style: [DL3006]\n  info: [DL3057, DL1001]\nformat: gnu\n",
    "labels": "label-schema: {maintainer: text, url: url, missing: semver}\nstrict-labels: true\ntrustedRegistries: [docker.io]\n",
    **{
        text: text + "\n"
        for text in (
            "format: nope", "format: JSON", "failure-threshold: nope", "no-fail: yes", "no-fail: on", "no-fail: True",
            "ignored: DL3006", "ignored: [dl3006]", "ignored: [yes, DL3006]", "ignored: [1, DL3006]", "ignored: null",
            "label-schema: {maintainer: ''}", "trustedRegistries: debian", "override: {error: [dl3006]}", "override: {info: DL3006}", "- a", "{}",
        )
    },
    "no-fail": "no-fail: true\ndisable-ignore-pragma: true\n",
}  # fmt: skip
OPTIONS = {
    "nothing": [],
    "json": ["-f", "json"],
    "threshold": ["-t", "warning", "-f", "json"],
    "threshold none": ["-t", "none", "-f", "json"],
    "ignore": ["--ignore", "DL3007", "--ignore", "DL3048", "-f", "json"],
    "severities": ["--error", "DL3059", "--style", "DL4000", "--info", "DL1001", "-f", "json"],
    "registry": ["--trusted-registry", "*.example", "-f", "json"],
    "label": ["--require-label", "maintainer:text", "--require-label", "url:url", "--strict-labels", "-f", "json"],
    "label without a type": ["--require-label", "maintainer", "--require-label", "nothing:", "-f", "json"],
    "Docker Hub": ["--trusted-registry", "hub.docker.com", "-f", "json"],
    "lower case": ["--ignore", "dl3007", "--error", "dl3006", "-f", "json"],
    "two dashes": ["-f", "json", "--"],
    "colourless": ["--no-color"],
    "renamed": ["--file-path-in-report", "Q", "-f", "checkstyle"],
    **{
        name: ["-f", name]
        for name in (
            "tty",
            "gnu",
            "codacy",
            "sarif",
            "junit",
            "checkstyle",
            "sonarqube",
            "codeclimate",
            "gitlab_codeclimate",
        )
    },
}


@pytest.fixture(scope="session")
def hadolint() -> str:
    program = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed")
    return program


def ran(command: list[str], folder: Path, **variables: str) -> tuple[int, str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", **variables}
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=environment)
    return done.returncode, done.stdout.decode()


def plain(report: str) -> object:
    """Return a report without its messages, and what stands on one line in an order of its own."""
    if report.startswith("<?xml"):
        root = ET.fromstring(report)  # noqa: S314 - written by the two programs
        return sorted(
            (
                one.tag,
                *(
                    f"{key}={value}"
                    for key, value in sorted(one.attrib.items())
                    if key not in {"message", "name", "id"}
                ),
            )
            for one in root.iter()
        )
    if report.startswith(("{", "[")):
        string = r'"(?:[^"\\]|\\.)*"'
        text = re.sub(rf'"(?:message|description|fingerprint)":(?:\{{"text":{string}\}}|{string})', '"":0', report)
        text = re.sub(r'"driver":\{.*?\}(?=\}\})', '"driver":0', text)
        return sorted(re.split(r"(?<=\}),?\0?(?=\{)", text.strip("[]\0")))
    return sorted(
        re.sub(r"((?:error|warning|info|style)(?:\x1b\[0m)?:).*", r"\1", line) for line in report.splitlines()
    )


def same(hadolint: str, folder: Path, words: list[str], **variables: str) -> None:
    code, report = ran([hadolint, *words], folder, **variables)
    ours, mine = ran([*PRILL, *words], folder, **variables)
    assert (ours, plain(mine)) == (code, plain(report)), (words, mine, report)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_options(hadolint: str, folder: Path, options: list[str]):
    same(hadolint, folder, [*options, *FILES])


@pytest.mark.parametrize("configuration", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_a_projects_configuration(hadolint: str, folder: Path, configuration: str):
    (folder / ".hadolint.yaml").write_text(configuration)
    for name in FILES:
        same(hadolint, folder, [name])
    same(hadolint, folder, ["--ignore", "DL3007", "D"])


SEVERITIES = ("error", "warning", "info", "style")


@pytest.mark.parametrize("here", SEVERITIES)
@pytest.mark.parametrize("there", SEVERITIES)
def test_of_two_severities_the_heavier_counts(hadolint: str, folder: Path, here: str, there: str):
    (folder / ".hadolint.yaml").write_text(f"override: {{{there}: [DL3006]}}\n")
    same(hadolint, folder, [f"--{here}", "DL3006", "-t", "warning", "A"])


def test_lists_of_all_places_are_joined(hadolint: str, folder: Path):
    (folder / ".hadolint.yaml").write_text(
        "ignored: [DL3006]\ntrustedRegistries: [docker.io]\nlabel-schema: {x: text}\nfailure-threshold: style\n"
    )
    for words in (["--ignore", "DL3007"], ["--trusted-registry", "*.example"], ["--require-label", "y:url"], []):
        for name in ("A", "E"):
            same(hadolint, folder, [*words, "-t", "error", name])
            same(hadolint, folder, [*words, name], HADOLINT_IGNORE="DL4000", HADOLINT_REQUIRE_LABELS="z:text")


PLACES = (
    ".hadolint.yaml", ".hadolint.yml", "xdg/hadolint.yaml", "home/.config/hadolint.yaml", "home/.config/hadolint.yml",
    "home/.hadolint/hadolint.yaml", "home/.hadolint/hadolint.yml", "home/.hadolint/config.yaml",
    "home/.hadolint/config.yml", "home/hadolint/config.yaml", "home/.hadolint.yaml", "home/.hadolint.yml",
)  # fmt: skip


@pytest.mark.parametrize("place", range(len(PLACES)))
@pytest.mark.parametrize("xdg", ["", "xdg"])
def test_where_the_configuration_lies(hadolint: str, folder: Path, place: int, xdg: str):
    """The one at ``place`` leaves a rule out, all behind it another one: the first that is looked for counts alone."""
    for number, name in enumerate(PLACES[place:]):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"ignored: [{'DL4000' if number else 'DL3006'}]\n", encoding="utf-8")
    variables = {"HOME": str(folder / "home")} | ({"XDG_CONFIG_HOME": str(folder / xdg)} if xdg else {})
    same(hadolint, folder, ["-f", "json", "A"], **variables)


STAGES = (
    "FROM x:1 AS y\nFROM y\nLABEL a=1\n", "FROM x:1 AS y\nFROM y AS z\nLABEL a=1\n", "FROM x:1 AS y\nFROM y\n",
    "FROM x:1 AS y\nFROM y AS z\nFROM z\nLABEL a=1\n", "FROM x:1 AS y\nFROM y\nLABEL a=1\nFROM y AS b\n",
    "FROM x:1 AS y\nFROM z:1\nCOPY --from=y /a /b\nLABEL a=1\n", "FROM x:1\nFROM x:1\nLABEL a=1\n",
)  # fmt: skip


@pytest.mark.parametrize("text", STAGES)
def test_which_stages_need_their_labels(hadolint: str, folder: Path, text: str):
    (folder / "F").write_text(text, encoding="utf-8")
    same(hadolint, folder, ["-f", "json", "--require-label", "a:text", "F"])


VALUES = {
    "semver": "1.2.3+a..b 1.2.3-a. 1.2.3-.a 1.2.3+.a 1.2.3- 1.2.3+ 1.2.3-+ 1.2.3-a..b 1.2.3-a.b+c.d 1.2.3-a.+b",
    "email": " ".join(
        [
            "a@b.c.", f"a@{'y' * 63}.c", f"a@{'y' * 64}.c", f"{'y' * 65}@b.c", f"{'y' * 64}@b.c", "a@b..", "a@.b",
            "a@" + ".".join(["y" * 60] * 5),
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", VALUES)
def test_values_of_labels(hadolint: str, folder: Path, kind: str):
    labels = "".join(f"LABEL a={value}\n" for value in VALUES[kind].split())
    (folder / "F").write_text(f"FROM x:1\n{labels}", encoding="utf-8")
    same(hadolint, folder, ["-f", "json", "--require-label", f"a:{kind}", "F"])


def test_labels_that_are_too_many_are_one_finding_of_their_statement(hadolint: str, folder: Path):
    (folder / "F").write_text("FROM x:1\nLABEL b=1 c=2\nLABEL url=q other=r\nLABEL d=1\n", encoding="utf-8")
    labels = ["--require-label", "a:text", "--require-label", "url:url", "--require-label", "other:url"]
    same(hadolint, folder, ["-f", "json", "--strict-labels", *labels, "F"])


def test_the_environment(hadolint: str, folder: Path):
    same(hadolint, folder, ["A"], HADOLINT_FORMAT="json", HADOLINT_IGNORE="DL3006,DL3007")
    same(hadolint, folder, ["A"], HADOLINT_IGNORE="DL3006, DL3007", HADOLINT_OVERRIDE_STYLE="DL3048, DL4000")
    same(hadolint, folder, ["A"], HADOLINT_NOFAIL="1", NO_COLOR="1")
    same(hadolint, folder, ["A"], HADOLINT_FAILURE_THRESHOLD="error", HADOLINT_OVERRIDE_ERROR="DL3048")
    for value in ("nope", "JSON", "none", "WARNING"):
        same(hadolint, folder, ["A"], HADOLINT_FORMAT=value, HADOLINT_FAILURE_THRESHOLD=value)
    same(hadolint, folder, ["E"], HADOLINT_TRUSTED_REGISTRIES="docker.io", HADOLINT_FORMAT="gnu")


@pytest.mark.parametrize(
    "words", [[], ["absent"], ["-c", "absent.yaml", "A"], ["-f", "nope", "A"], ["--nope", "A"], ["-t", "x", "A"]]
)
def test_misuse_ends_in_one(hadolint: str, folder: Path, words: list[str]):
    assert ran([hadolint, *words], folder)[0] == 1
    assert ran([*PRILL, *words], folder)[0] == 1


@pytest.mark.parametrize("bash", ["cat A | {} /dev/stdin", "{} <(cat A)", "{} -- A", "{} /dev/stdin <A", "{} - <A"])
def test_pipes_are_read(hadolint: str, folder: Path, bash: str):
    theirs, ours = (ran(["bash", "-c", bash.format(" ".join(command))], folder) for command in ([hadolint], PRILL))
    assert (ours[0], plain(ours[1])) == (theirs[0], plain(theirs[1]))


SHELLS = {
    "variables": 'FROM a:1\nARG given\nENV A=1 B="a b"\nRUN ls $given $A $B $HTTP_PROXY; ls $other\nFROM a:1\nRUN ls $A\n',
    "stages": 'FROM a:1 AS x\nENV A=1\nSHELL ["/bin/bash","-c"]\nRUN echo $A; [[ 1 == 2 ]]\nFROM x\nRUN echo $A; [[ 1 == 2 ]]\n',
    "comments": "FROM a:1\nRUN set -e; \\\n  # shellcheck disable=SC2086\n  ls $x; \\\n\n  ls $y\n",
    "line ends": "FROM a:1\r\nRUN ls $x; \\\r\n ls `y`\r\n",
    "escape": "# escape=`\nFROM a:1\nRUN ls $x; `\n ls $y\n",
    "heredoc": "FROM a:1\nRUN <<E\nls $x\nls /y | grep z\nE\n\nRUN ls\n",
    "quoted heredoc": "FROM a:1\nRUN <<'E'\nls $x\nE\n",
    "mount": "FROM a:1\nRUN --mount=type=cache,target=/c ls $x\n",
    "onbuild": "FROM a:1\nONBUILD RUN ls $x\n",
    "exec form": 'FROM a:1\nRUN ["sh", "-c", "ls $x"]\nRUN ["ls", "$z"]\n',
    "not a RUN": "FROM a:1\nCMD echo $x\nHEALTHCHECK CMD echo $x\nENTRYPOINT ls $x\n",
    "syntax": 'FROM a:1\nRUN for i in 1; do echo $i\nRUN ls )\nRUN echo "\n',
    "sources": "FROM a:1\nRUN . /x; . ./y; . z\nRUN source x\n",
    "unicode": "FROM a:1\nRUN \u00e9=1; echo $\u00e9 `date`\nRUN echo \u201chi\u201d\n",
    "comment on the shell": "# hadolint shell=bash\nFROM a:1\nRUN [[ 1 == 2 ]]\nFROM b:1\nRUN [[ 1 == 2 ]]\n",
    "comment in a stage": "FROM a:1\nRUN [[ 1 == 2 ]]\n# hadolint shell=/bin/bash\nRUN [[ 1 == 2 ]]\nFROM b:1\nRUN [[ 1 == 2 ]]\n",
    "comment and SHELL": 'FROM a:1 AS b\nSHELL ["/bin/sh"]\n# hadolint shell=/bin/bash\nRUN [[ 1 == 2 ]]\nFROM b\nRUN [[ 1 == 2 ]]\nSHELL ["/bin/sh"]\nRUN [[ 1 == 2 ]]\n',
    "suppressed": "FROM a:1\n# hadolint ignore=SC2086\nRUN ls $x\n# hadolint ignore=SC2154\nRUN ls $x\n# hadolint global ignore=SC2006\nRUN ls `x`\n",
    **{
        f"SHELL {shell}": f"FROM a:1\nSHELL [{', '.join(f'{chr(34)}{word}{chr(34)}' for word in shell.split())}]\nRUN ls $x; [[ 1 == 2 ]]; local y\n"
        for shell in (
            "/bin/sh -ec",
            "/bin/ash -o pipefail -c",
            "/bin/dash -c",
            "/bin/ksh -c",
            "/bin/zsh -c",
            "/bin/busybox sh -c",
            "/usr/bin/env bash -c",
            "bash -c",
            "/usr/bin/python -c",
            "python3 -c",
            "pwsh -c",
            "powershell.exe -c",
            "cmd /S /C",
            "CMD.EXE /C",
        )
    },
}


@pytest.mark.parametrize("name", SHELLS)
def test_shellchecks_codes(hadolint: str, tmp_path: Path, name: str):
    (tmp_path / "F").write_text(SHELLS[name], encoding="utf-8", newline="")
    theirs, ours = (
        {tuple(one.items()) for one in json.loads(ran([*command, "-f", "json", "F"], tmp_path)[1]) if _shell(one)}
        for command in ([hadolint], PRILL)
    )
    assert ours == theirs


def _shell(issue: dict[str, object]) -> bool:
    return str(issue["code"]).startswith("SC")


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_options_that_choose_shellchecks_codes(hadolint: str, tmp_path: Path, options: list[str]):
    (tmp_path / "A").write_text("FROM debian:13\nRUN ls $x\nRUN echo `y`\nRUN echo a; [ a == b ]\n")
    (tmp_path / ".hadolint.yaml").write_text("ignored: [SC2006]\noverride: {error: [SC2086], style: [SC3014]}\n")
    same(hadolint, tmp_path, [*options, "A"])
    same(hadolint, tmp_path, [*options, "--ignore", "SC2086", "--info", "SC3014", "A"])


def test_without_shellcheck_the_answer_is_no(tmp_path: Path):
    """Whatever ShellCheck would have said may be what the build has to stop at."""
    (tmp_path / "A").write_text("FROM debian:13\nRUN true\n")
    (tmp_path / "B").write_text("FROM debian:13\n")
    prill = tmp_path / "prill"
    prill.write_text(
        "import sys; import prill.cli.hadolint_mode as mode; from pathlib import Path\n"
        "mode.program_folders = lambda _: (Path(sys.argv[1]),)\n"
        "sys.exit(mode.run_hadolint(sys.argv[3:], {}, allow_gaps=sys.argv[2] == 'allow'))\n"
    )

    def answer(allow: str, *words: str) -> int:
        command = [sys.executable, str(prill), str(tmp_path), allow, *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, text=True)
        assert ("prill[shellcheck]" in done.stderr) == ("A" in words)
        return done.returncode

    assert answer("-", "A") == 1
    assert answer("-", "--no-fail", "A") == 0
    assert answer("allow", "A") == 0
    assert answer("-", "B") == 0


def test_real_files(hadolint: str, shared_data: Path, tmp_path: Path):
    """Without the files that docs/hadolint-differences.md speaks of."""
    told = {"143.Dockerfile", "302.Dockerfile", "388.Dockerfile"}
    sample = [
        path for path in sorted((shared_data / "dockerfiles" / "sample").glob("*"))[:150] if path.name not in told
    ]
    words = ["-f", "json", *map(str, sample)]
    found = []
    for command in ([hadolint], PRILL):
        _, report = ran([*command, *words], tmp_path)
        issues = json.loads(report)
        unread = {one["file"] for one in issues if one["code"] == "DL1000"}
        found.append(
            (
                {
                    (one["file"], one["line"], one["code"], one["level"], one["message"] if _shell(one) else "")
                    for one in issues
                },
                unread,
            )
        )
    (theirs, unread), (ours, also) = found
    kept = [{one for one in issues if one[0] not in unread | also} for issues in (theirs, ours)]
    assert kept[0] == kept[1]
    assert len(kept[0]) > 700
    assert len([one for one in kept[0] if one[4]]) > 30


@pytest.mark.parametrize("form", ["tty", "gnu"])
def test_where_the_line_of_a_file_that_cannot_be_read_stands(hadolint: str, tmp_path: Path, form: str):
    (tmp_path / "a").write_bytes(b"FROM debian\n")
    (tmp_path / "b").write_bytes(b"FROM debian:13\nFOO\xff\n")
    said = [
        [line.split(" ")[0] for line in ran([*command, "--no-color", "-f", form, "b", "a"], tmp_path)[1].splitlines()]
        for command in ([hadolint], PRILL)
    ]
    assert said[0] == said[1]
    assert said[0][0].startswith("b:2:1" if form == "tty" else "hadolint:b:2:1:")


def test_a_byte_that_is_no_text(hadolint: str, tmp_path: Path):
    (tmp_path / "Dockerfile").write_bytes(b"FROM debian:13\nRUN cd \xff/y\nRUN sudo \xff\xfe && cd /x\n")
    theirs, ours = (ran([*command, "-f", "gnu", "Dockerfile"], tmp_path) for command in ([hadolint], PRILL))
    assert (theirs[0], plain(theirs[1])) == (ours[0], plain(ours[1]))
