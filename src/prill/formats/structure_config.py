"""Reads container-structure-test's configuration, version 2.0.0, in YAML or JSON.

Keys and meanings are those of its README ("Supported Fields"). Regular expressions are compiled here, so that a mistake
in one is reported with its line, and a key that is not known is refused, since a test that is skipped by a typing error
passes for ever.
"""

from prill.formats.yaml_nodes import YamlError, YamlKind, YamlNode, load, nearest
from prill.model import Gap
from prill.model.go_regex import GoRegex, InvalidRegex
from prill.model.structure_tests import (
    CommandTest,
    ExecutableBy,
    ExpectedValue,
    FileContentTest,
    FileExistenceTest,
    LicenseTest,
    MetadataTest,
    RunOptions,
    StructureTests,
)

__all__ = ["UnsupportedSchemaVersion", "parse_structure_tests"]

_VERSION = "2.0.0"
_SECTIONS = {
    "schemaVersion": "",
    "globalEnvVars": "",
    "commandTests": "name setup teardown envVars exitCode command args"
    " expectedOutput excludedOutput expectedError excludedError",
    "fileExistenceTests": "name path shouldExist permissions uid gid isExecutableBy",
    "fileContentTests": "name path expectedContents excludedContents",
    "metadataTest": "env envVars unboundEnvVars labels unboundLabels exposedPorts unexposedPorts"
    " volumes unmountedVolumes entrypoint cmd workdir user",
    "licenseTests": "debian files",
    "containerRunOptions": "user privileged allocateTty envFile envVars capabilities bindMounts",
}
_IGNORED = {
    "privileged": "a sandbox gives no privileges",
    "allocateTty": "a sandbox has no terminal",
    "envFile": "variables come from the image and the tests alone",
    "capabilities": "a sandbox gives no capabilities",
    "bindMounts": "a sandbox shares no folder with the machine",
}


class UnsupportedSchemaVersion(YamlError):
    """A configuration of another version, or of none."""


def parse_structure_tests(data: bytes, source: str) -> StructureTests:
    """Read one file; ``source`` is its name in errors and reports.

    Raises `YamlError`, always with ``source:line:column``, and `UnsupportedSchemaVersion`, which is one.
    """
    root = load(data, source)
    _check_version(root)
    top = _Fields(root, tuple(_SECTIONS), "at the top")
    run_options = top.node("containerRunOptions")
    metadata = top.node("metadataTest")
    return StructureTests(
        source=source,
        global_env_vars=top.variables("globalEnvVars"),
        command_tests=tuple(_command(fields) for fields in _section(top, "commandTests")),
        file_existence_tests=tuple(_existence(fields) for fields in _section(top, "fileExistenceTests")),
        file_content_tests=tuple(_content(fields) for fields in _section(top, "fileContentTests")),
        license_tests=tuple(
            LicenseTest(debian=fields.flag("debian"), files=fields.texts("files") or ())
            for fields in _section(top, "licenseTests")
        ),
        metadata_test=_metadata(_fields(metadata, "metadataTest")) if metadata else None,
        run_options=_run_options(_fields(run_options, "containerRunOptions")) if run_options else RunOptions(),
    )


def _check_version(root: YamlNode) -> None:
    version = root.get("schemaVersion")
    if version is not None and version.text == _VERSION:
        return
    node, said = (root, "no schemaVersion") if version is None else (version, f"schemaVersion {version.text[:80]!r}")
    hint = f"write schemaVersion: '{_VERSION}' as the first line"
    if version is not None and version.text.startswith("1."):
        hint = (
            "version 1 named its fields otherwise; move the file to 2.0.0 as container-structure-test's README has it"
        )
    raise UnsupportedSchemaVersion(said, source=node.source, line=node.line, column=node.column, hint=hint)


def _fields(node: YamlNode, section: str) -> "_Fields":
    return _Fields(node, tuple(_SECTIONS[section].split()), f"in {section}")


def _section(top: "_Fields", name: str) -> "list[_Fields]":
    return [_fields(node, name) for node in top.nodes(name)]


def _command(fields: "_Fields") -> CommandTest:
    return CommandTest(
        name=fields.text("name", required=True),
        command=fields.text("command", required=True),
        args=fields.texts("args") or (),
        setup=fields.commands("setup"),
        teardown=fields.commands("teardown"),
        env_vars=fields.variables("envVars"),
        exit_code=fields.number("exitCode") or 0,
        expected_output=fields.regexes("expectedOutput"),
        excluded_output=fields.regexes("excludedOutput"),
        expected_error=fields.regexes("expectedError"),
        excluded_error=fields.regexes("excludedError"),
    )


def _existence(fields: "_Fields") -> FileExistenceTest:
    executable = fields.text("isExecutableBy")
    node = fields.node("isExecutableBy")
    if node is not None and executable not in tuple(ExecutableBy):
        raise node.error(f"isExecutableBy is {executable!r}", hint=f"one of {', '.join(ExecutableBy)}")
    return FileExistenceTest(
        name=fields.text("name", required=True),
        path=fields.text("path", required=True),
        should_exist=fields.flag("shouldExist", default=True),
        permissions=fields.text("permissions"),
        uid=fields.number("uid"),
        gid=fields.number("gid"),
        is_executable_by=ExecutableBy(executable) if executable else None,
    )


def _content(fields: "_Fields") -> FileContentTest:
    return FileContentTest(
        name=fields.text("name", required=True),
        path=fields.text("path", required=True),
        expected_contents=fields.regexes("expectedContents"),
        excluded_contents=fields.regexes("excludedContents"),
    )


def _metadata(fields: "_Fields") -> MetadataTest:
    return MetadataTest(
        env_vars=fields.expected("env") + fields.expected("envVars"),
        unbound_env_vars=tuple(value.key for value in fields.expected("unboundEnvVars")),
        labels=fields.expected("labels"),
        unbound_labels=tuple(value.key for value in fields.expected("unboundLabels")),
        exposed_ports=fields.texts("exposedPorts") or (),
        unexposed_ports=fields.texts("unexposedPorts") or (),
        volumes=fields.texts("volumes") or (),
        unmounted_volumes=fields.texts("unmountedVolumes") or (),
        entrypoint=fields.texts("entrypoint"),
        cmd=fields.texts("cmd"),
        workdir=fields.text("workdir"),
        user=fields.text("user"),
    )


def _run_options(fields: "_Fields") -> RunOptions:
    asked = [name for name in _IGNORED if (node := fields.node(name)) is not None and node.value not in (False, [], "")]
    ignored = tuple(Gap(subject=f"containerRunOptions.{name}", reason=_IGNORED[name]) for name in asked)
    return RunOptions(user=fields.text("user"), env_vars=fields.texts("envVars") or (), ignored=ignored)


class _Fields:
    """A mapping whose keys are known; reads each as the type it must have. A null counts as absent."""

    def __init__(self, node: YamlNode, known: tuple[str, ...], where: str) -> None:
        if node.kind is not YamlKind.MAPPING:
            raise node.error(f"{where}: a mapping must stand here, not {_said(node)}")
        for entry in node.entries:
            if entry.name not in known:
                close = nearest(entry.name, known)
                hint = f"did you mean {close!r}?" if close else f"known: {', '.join(known)}"
                raise entry.key.error(f"unknown key {entry.name[:80]!r} {where}", hint=hint)
        self.mapping = node
        self.where = where

    def node(self, name: str) -> YamlNode | None:
        node = self.mapping.get(name)
        return None if node is not None and node.kind is YamlKind.SCALAR and node.scalar is None else node

    def nodes(self, name: str) -> tuple[YamlNode, ...]:
        node = self.node(name)
        if node is None:
            return ()
        if node.kind is not YamlKind.SEQUENCE:
            raise node.error(f"{name} must be a list, not {_said(node)}")
        return node.items

    def text(self, name: str, *, required: bool = False) -> str:
        node = self.node(name)
        if node is None or (required and not node.text and node.kind is YamlKind.SCALAR):
            if required:
                raise (node or self.mapping).error(f"{name} is missing {self.where}")
            return ""
        return _text(node, name)

    def texts(self, name: str) -> tuple[str, ...] | None:
        if self.node(name) is None:
            return None
        return tuple(_text(item, name) for item in self.nodes(name))

    def flag(self, name: str, *, default: bool = False) -> bool:
        node = self.node(name)
        if node is None:
            return default
        if not isinstance(node.scalar, bool):
            raise node.error(f"{name} must be true or false, not {_said(node)}")
        return node.scalar

    def number(self, name: str) -> int | None:
        node = self.node(name)
        if node is None:
            return None
        if type(node.scalar) is not int or node.scalar < 0:
            raise node.error(f"{name} must be a number, not {_said(node)}")
        return node.scalar

    def regexes(self, name: str) -> tuple[GoRegex, ...]:
        return tuple(_regex(item, _text(item, name)) for item in self.nodes(name))

    def commands(self, name: str) -> tuple[tuple[str, ...], ...]:
        result = []
        for item in self.nodes(name):
            if item.kind is not YamlKind.SEQUENCE or not item.items:
                raise item.error(f"{name} must be a list of commands, each a list of words", hint="[[touch, /tmp/x]]")
            result.append(tuple(_text(word, name) for word in item.items))
        return tuple(result)

    def variables(self, name: str) -> tuple[tuple[str, str], ...]:
        return tuple((value.key, value.value) for value in self.expected(name))

    def expected(self, name: str) -> tuple[ExpectedValue, ...]:
        result = []
        for item in self.nodes(name):
            fields = _Fields(item, ("key", "value", "isRegex"), f"in {name}")
            key, value, node = fields.text("key", required=True), fields.text("value"), fields.node("value")
            regex = _regex(node or item, value) if fields.flag("isRegex") else None
            result.append(ExpectedValue(key=key, value=value, regex=regex))
        return tuple(result)


def _text(node: YamlNode, name: str) -> str:
    """Return a scalar as it was written: ``8080`` and ``true`` are texts too, as in Go's YAML."""
    if node.kind is not YamlKind.SCALAR:
        raise node.error(f"{name} must be text, not {_said(node)}")
    return node.text


def _regex(node: YamlNode, text: str) -> GoRegex:
    try:
        return GoRegex.parse(text)
    except InvalidRegex as error:
        raise node.error(error.message, hint=error.hint) from error


def _said(node: YamlNode) -> str:
    return f"{node.text[:80]!r}" if node.kind is YamlKind.SCALAR else f"a {node.kind}"
