import pytest

from prill.formats.structure_config import UnsupportedSchemaVersion, parse_structure_tests
from prill.formats.yaml_nodes import YamlError
from prill.model.structure_tests import ExecutableBy, StructureTests

EVERYTHING = r"""
schemaVersion: '2.0.0'
globalEnvVars:
  - key: VIRTUAL_ENV
    value: /env
commandTests:
  - name: gunicorn flask
    setup: [[virtualenv, /env], [pip, install, flask]]
    teardown: [[rm, -r, /env]]
    envVars: [{key: DEBUG, value: 1}]
    command: which
    args: [gunicorn, 8]
    exitCode: 3
    expectedOutput: ['^/env/bin/gunicorn\n$']
    excludedError: ['(?i)error']
fileExistenceTests:
  - name: Root
    path: /
    permissions: drwxr-xr-x
    uid: 0
    gid: 0
    isExecutableBy: any
  - {name: no shell, path: /bin/sh, shouldExist: false}
fileContentTests:
  - name: sources
    path: /etc/apt/sources.list
    expectedContents: ['.*debian\.org.*']
metadataTest:
  env: [{key: LANG, value: C.UTF-8}]
  envVars: [{key: DATE, value: '^\d{4}$', isRegex: true}]
  unboundEnvVars: [{key: SECRET}]
  labels: [{key: vendor, value: ACME}]
  unboundLabels: [{key: maintainer}]
  exposedPorts: ["8080", 2345]
  unexposedPorts: [22]
  volumes: [/data]
  unmountedVolumes: [/root]
  entrypoint: []
  cmd: [/bin/bash]
  workdir: /app
  user: luke
licenseTests:
  - debian: true
    files: [/foo/bar]
containerRunOptions:
  user: root
  privileged: true
  allocateTty: false
  envVars: [TOKEN]
  bindMounts: ["/etc:/etc"]
"""


def parse(text: str) -> StructureTests:
    return parse_structure_tests(text.encode(), "tests.yaml")


def refused(text: str) -> YamlError:
    with pytest.raises(YamlError) as caught:
        parse("schemaVersion: '2.0.0'\n" + text)
    return caught.value


def test_every_section_is_read():
    tests = parse(EVERYTHING)
    command = tests.command_tests[0]
    assert tests.global_env_vars == (("VIRTUAL_ENV", "/env"),)
    assert command.setup == (("virtualenv", "/env"), ("pip", "install", "flask"))
    assert command.teardown == (("rm", "-r", "/env"),)
    assert (command.env_vars, command.args, command.exit_code) == ((("DEBUG", "1"),), ("gunicorn", "8"), 3)
    assert [regex.text for regex in command.expected_output] == [r"^/env/bin/gunicorn\n$"]
    root, shell = tests.file_existence_tests
    assert (root.permissions, root.uid, root.is_executable_by) == ("drwxr-xr-x", 0, ExecutableBy.ANY)
    assert root.should_exist
    assert not shell.should_exist
    assert shell.uid is None
    assert tests.file_content_tests[0].path == "/etc/apt/sources.list"
    assert tests.license_tests[0].files == ("/foo/bar",)
    assert tests.license_tests[0].debian
    metadata = tests.metadata_test
    assert metadata is not None
    assert [value.key for value in metadata.env_vars] == ["LANG", "DATE"]
    assert metadata.env_vars[0].regex is None
    assert metadata.env_vars[1].regex is not None
    assert (metadata.unbound_env_vars, metadata.unbound_labels) == (("SECRET",), ("maintainer",))
    assert (metadata.exposed_ports, metadata.unexposed_ports) == (("8080", "2345"), ("22",))
    assert (metadata.entrypoint, metadata.cmd) == ((), ("/bin/bash",))
    assert (metadata.workdir, metadata.user) == ("/app", "luke")


def test_options_that_a_sandbox_does_not_have_are_named():
    options = parse(EVERYTHING).run_options
    assert (options.user, options.env_vars) == ("root", ("TOKEN",))
    assert [gap.subject for gap in options.ignored] == [
        "containerRunOptions.privileged",
        "containerRunOptions.bindMounts",
    ]


def test_what_is_not_asked_is_absent():
    tests = parse("schemaVersion: 2.0.0\nmetadataTest: {workdir: /}\ncommandTests:\n")
    assert tests.metadata_test is not None
    assert tests.metadata_test.entrypoint is None
    assert tests.command_tests == ()


def test_json_is_read_too():
    data = b'{"schemaVersion": "2.0.0", "commandTests": [{"name": "a", "command": "b"}]}'
    assert parse_structure_tests(data, "t.json").command_tests[0].command == "b"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("commandtest: []", "2:1: unknown key 'commandtest' at the top", "did you mean 'commandTests'?"),
        ("commandTests:\n- name: a\n  comand: b\n", "4:3: unknown key 'comand'", "did you mean 'command'?"),
        ("metadataTest: {envVar: []}", "2:16: unknown key 'envVar'", "did you mean 'envVars'?"),
        ("commandTests: {name: a}", "2:15: commandTests must be a list, not a mapping", None),
        ("commandTests: [a]", "2:16: in commandTests: a mapping must stand here, not 'a'", None),
        ("commandTests:\n- command: b\n", "3:3: name is missing in commandTests", None),
        ("commandTests:\n- name: a\n  command: ''\n", "4:12: command is missing", None),
        ("commandTests: [{name: a, command: b, exitCode: '1'}]", "2:48: exitCode must be a number, not '1'", None),
        ("commandTests: [{name: a, command: b, exitCode: -1}]", "2:48: exitCode must be a number", None),
        ("commandTests: [{name: a, command: b, args: -c}]", "2:44: args must be a list, not '-c'", None),
        ("commandTests: [{name: a, command: b, args: [[c]]}]", "2:45: args must be text, not a list", None),
        ("commandTests: [{name: a, command: b, setup: [ls]}]", "2:46: setup must be a list of commands", "[[touch"),
        ("commandTests: [{name: a, command: b, setup: [[]]}]", "2:46: setup must be a list of commands", "[[touch"),
        (
            "fileContentTests:\n- name: a\n  path: b\n  expectedContents:\n  - ok\n  - '(?=x)'\n",
            "7:5: not a regular expression: '(?=x)'",
            None,
        ),
        ("metadataTest: {labels: [{key: a, value: '(', isRegex: true}]}", "2:41: not a regular expression", None),
        ("metadataTest: {labels: [{key: a}, {}]}", "2:35: key is missing in labels", None),
        ("fileExistenceTests: [{name: a, path: b, shouldExist: yes}]", "2:54: shouldExist must be true or false", None),
        ("metadataTest: {labels: [{key: a, isRegex: yes}]}", "2:43: isRegex must be true or false, not 'yes'", None),
        ("fileExistenceTests: [{name: a, path: b, uid: true}]", "2:46: uid must be a number", None),
        ("fileExistenceTests: [{name: a, path: b, isExecutableBy: all}]", "2:57: isExecutableBy is 'all'", "one of"),
        ("containerRunOptions: {privilege: true}", "2:23: unknown key 'privilege'", "did you mean 'privileged'?"),
        ("commandTests: []\ncommandTests: []", "3:1: key 'commandTests' stands here twice", "first on line 2"),
    ],
)
def test_mistakes_are_reported_where_they_stand(text: str, message: str, hint: str | None):
    error = refused(text)
    assert str(error).startswith(f"tests.yaml:{message}")
    assert hint is None or (error.hint or "").startswith(hint)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schemaVersion: '1.0.0'\ncommandTests: []", "tests.yaml:1:16: schemaVersion '1.0.0'"),
        ("schemaVersion: 3", "tests.yaml:1:16: schemaVersion '3'"),
        ("commandTests: []", "tests.yaml:1:1: no schemaVersion"),
        ("", "tests.yaml:1:1: no schemaVersion"),
        ("- a", "tests.yaml:1:1: no schemaVersion"),
    ],
)
def test_other_versions_are_refused(text: str, message: str):
    with pytest.raises(UnsupportedSchemaVersion) as caught:
        parse(text)
    assert str(caught.value) == message
    assert caught.value.hint
