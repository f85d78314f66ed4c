"""A report in every format, read back by what reads such documents."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from prill.formats.findings_documents import FINDINGS_FORMATS, UnknownFindingsFormat, encode_findings
from prill.model.finding import Edit, Finding, Fix, Location, Report, RuleInfo, Severity, Suppression
from prill.model.report import Gap


def place(path: str, line: int, end: int = 9) -> Location:
    return Location(path=path, line=line, column=3, end_line=line, end_column=end, start_byte=7, end_byte=13)


FIX = Fix(message="add it", edits=(Edit(start=7, end=13, text="é"),), safe=False)
RULES = (
    RuleInfo(
        id="a-rule", summary="Something", severity=Severity.WARNING, aliases=("DL3006",), page="# a-rule\n\nWhy.\n"
    ),
    RuleInfo(id="unused", summary="Nothing", severity=Severity.INFO),
)
REPORT = Report(
    subjects=("a b/Dockerfile", "clean", "gone"),
    findings=(
        Finding(
            rule="a-rule",
            aliases=("Other", "DL3006"),
            severity=Severity.ERROR,
            message='a "bad", 100 % thing: <x>\x1b\n',
            location=place("a b/Dockerfile", 2),
            within=place("a b/Dockerfile", 1),
            fixes=(FIX,),
        ),
        Finding(rule="b-rule", severity=Severity.STYLE, message="point", location=place("a b/Dockerfile", 4, end=3)),
        Finding(
            rule="a-rule",
            severity=Severity.INFO,
            message="quiet",
            location=place("a b/Dockerfile", 5),
            suppressed_by=Suppression(kind="pragma", reason="because"),
        ),
    ),
    gaps=(Gap("gone", "Permission denied"),),
)
EMPTY = Report(subjects=(), findings=())


def text(name: str, report: Report = REPORT) -> str:
    return encode_findings(report, name, RULES, "1.0").decode()


@pytest.mark.parametrize("name", FINDINGS_FORMATS)
@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["full", "empty"])
def test_the_same_report_gives_the_same_bytes(name: str, report: Report):
    assert encode_findings(report, name, RULES, "1") == encode_findings(report, name, RULES, "1")
    assert b"\x1b" not in encode_findings(report, name, RULES, "1")


def test_an_unknown_format_is_named():
    with pytest.raises(UnknownFindingsFormat, match="'nope'"):
        encode_findings(REPORT, "nope")


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["full", "empty"])
def test_sarif_follows_its_schema(report: Report, shared_data: Path):
    schema = json.loads((shared_data / "schemas" / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(json.loads(text("sarif", report)))


def test_sarif_holds_everything():
    run = json.loads(text("sarif"))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["a-rule"]
    first, second, third = run["results"]
    assert (first["level"], second["level"]) == ("error", "note")
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/Dockerfile"
    assert first["locations"][0]["physicalLocation"]["contextRegion"]["startLine"] == 1
    replaced = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replaced == {"deletedRegion": {"charOffset": 7, "charLength": 6}, "insertedContent": {"text": "é"}}
    assert third["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "because"}]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "gone: Permission denied"


def test_json_holds_everything():
    document = json.loads(text("json"))
    assert len(document["findings"]) == 3
    assert document["findings"][0]["fixes"][0]["safe"] is False
    assert document["gaps"] == [{"subject": "gone", "reason": "Permission denied"}]


@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["full", "empty"])
def test_json_is_laid_out_as_the_standard_library_does(report: Report):
    written = text("json", report)
    assert written == json.dumps(json.loads(written), indent=2) + "\n"
    odd = replace(report, subjects=('"\\\udc80', ""), gaps=(Gap("é\n", "\U0001f433"),))
    assert json.loads(text("json", odd))["subjects"] == ['"\\\\x80', ""]
    assert text("json", odd) == json.dumps(json.loads(text("json", odd)), indent=2) + "\n"


def test_junit():
    root = ET.fromstring(text("junit"))  # noqa: S314 - written by the project itself
    assert (root.get("failures"), root.get("errors")) == ("2", "1")
    assert [suite.get("tests") for suite in root] == ["2", "1", "1"]
    assert root[2][0][0].get("message") == "Permission denied"
    assert root[0][0][0].get("type") == "error"


def test_junit_holds_every_gap():
    first = REPORT.findings[0].location.path
    gaps = (Gap(first, "a rule failed"), Gap(first, "so did another"), Gap("shellcheck", "no such program"))
    root = ET.fromstring(text("junit", replace(REPORT, gaps=gaps)))  # noqa: S314 - written by the project itself
    assert root.get("errors") == "3"
    assert [(suite.get("name"), suite.get("tests"), suite.get("errors")) for suite in root] == [
        (first, "4", "2"),
        ("clean", "1", "0"),
        ("gone", "1", "0"),
        ("shellcheck", "1", "1"),
    ]
    assert [error.get("message") for error in root.iter("error")] == [gap.reason for gap in gaps]


@pytest.mark.parametrize("name", FINDINGS_FORMATS)
def test_what_shellcheck_found_goes_by_its_code(name: str):
    found = replace_finding(rule="shellcheck", aliases=("SC2086",))
    info = RuleInfo(id="SC2086", summary="ShellCheck's SC2086", severity=Severity.INFO)
    written = encode_findings(replace(REPORT, findings=(found,)), name, (*RULES, info), "1.0").decode()
    assert "SC2086" in written
    if name in {"sarif", "sonarqube"}:  # they describe each rule that a finding names
        assert "ShellCheck's SC2086" in written


@pytest.mark.parametrize("name", FINDINGS_FORMATS)
def test_no_document_holds_half_a_character(name: str):
    path = "\U0001f4dc/D\udcff"  # a whole character whose second half looks like the byte behind it
    odd = Fix(message="odd", edits=(Edit(start=7, end=13, text="Jos\udce9"),))
    found = replace_finding(location=place(path, 2), within=place(path, 1), fixes=(FIX, odd))
    report = Report(subjects=(path,), findings=(found,), gaps=(Gap(path, "a gap"),))
    written = encode_findings(report, name, RULES, "1.0").decode()
    if name in {"json", "sarif", "gitlab", "hadolint", "sonarqube"}:
        written = json.dumps(json.loads(written), ensure_ascii=False)
    assert written.encode()
    assert "odd" not in written
    assert "add it" in written or name not in {"json", "sarif"}
    assert "dcff" not in written
    assert {"sarif": "D%FF", "junit": "D\ufffd", "checkstyle": "D\ufffd"}.get(name, "xff") in written


def replace_finding(**values: object) -> Finding:
    return REPORT.findings[0]._replace(**values)  # type: ignore[arg-type]


def test_checkstyle():
    root = ET.fromstring(text("checkstyle"))  # noqa: S314 - written by the project itself
    assert [error.attrib["severity"] for error in root[0]] == ["error", "info"]
    assert root[0][0].attrib["source"] == "prill.a-rule"


def test_code_climate_and_gitlab():
    issues = [json.loads(part) for part in text("codeclimate").split("\0") if part]
    assert [issue["severity"] for issue in issues] == ["critical", "info"]
    array = json.loads(text("gitlab"))
    assert len({issue["fingerprint"] for issue in array}) == 2
    assert array[0]["location"]["lines"] == {"begin": 2, "end": 2}


def test_gitlab_tells_equal_findings_apart():
    twice = Report(subjects=("x",), findings=(REPORT.findings[0],) * 2)
    assert len({issue["fingerprint"] for issue in json.loads(text("gitlab", twice))}) == 2


def test_sonarqube_counts_columns_from_zero():
    document = json.loads(text("sonarqube"))
    assert [rule["id"] for rule in document["rules"]] == ["a-rule"]
    ranges = [issue["primaryLocation"]["textRange"] for issue in document["issues"]]
    assert ranges == [{"startLine": 2, "endLine": 2, "startColumn": 2, "endColumn": 8}, {"startLine": 4, "endLine": 4}]


def test_lines():
    assert text("gnu").splitlines()[1] == "a b/Dockerfile:4.3-4.3: style: point [b-rule]"
    assert text("gnu").splitlines()[0].endswith("thing: <x>\\x1b\\x0a [a-rule]")
    first = text("github").splitlines()[0]
    assert first.startswith("::error file=a b/Dockerfile,line=2,endLine=2,col=3,endColumn=9,title=a-rule::")
    assert "100 %25 thing" in first
    assert first.endswith("%0A")


def test_hadolints_own():
    first, second = json.loads(text("hadolint"))
    assert (first["code"], first["line"], first["column"], first["level"]) == ("DL3006", 1, 1, "error")
    assert second["code"] == "b-rule"
