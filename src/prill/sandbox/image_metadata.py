"""The metadata test: what an image's config says."""

from collections.abc import Mapping

from prill.model.structure_tests import ExpectedValue, MetadataTest, TestKind, TestResult, TestStatus
from prill.oci.config import ImageConfig
from prill.sandbox.matching import Matcher

__all__ = ["check_metadata", "variables_of"]


def variables_of(config: ImageConfig) -> dict[str, str]:
    """Return the environment that an image's config sets."""
    return {name: value for name, _, value in (text.partition("=") for text in config.env)}


def check_metadata(test: MetadataTest, config: ImageConfig, matcher: Matcher) -> TestResult:
    """Compare ``config`` with what ``test`` asks of it."""
    errors: list[str] = []
    undecided: list[str] = []
    variables, labels = variables_of(config), dict(config.labels)
    for what, expected, actual in (("variable", test.env_vars, variables), ("label", test.labels, labels)):
        failed, unclear = _values(what, expected, actual, matcher)
        errors += failed
        undecided += unclear
    errors += [f"variable {key} should not be set but is" for key in test.unbound_env_vars if key in variables]
    errors += [f"label {key} should not be set but is" for key in test.unbound_labels if key in labels]
    for what, wanted, is_there in (
        ("entrypoint", test.entrypoint, config.entrypoint),
        ("cmd", test.cmd, config.cmd),
    ):
        if wanted is not None and wanted != is_there:
            errors.append(f"{what} is {list(is_there)}, expected {list(wanted)}")
    for what, text, said in (("workdir", test.workdir, config.working_dir), ("user", test.user, config.user)):
        if text and text != said:
            errors.append(f"{what} is {said!r}, expected {text!r}")
    ports = {*config.exposed_ports, *(port.partition("/")[0] for port in config.exposed_ports)}
    errors += [f"port {port} is not exposed" for port in test.exposed_ports if port not in ports]
    errors += [f"port {port} should not be exposed but is" for port in test.unexposed_ports if port in ports]
    errors += [f"volume {name} is not declared" for name in test.volumes if name not in config.volumes]
    errors += [
        f"volume {name} should not be declared but is" for name in test.unmounted_volumes if name in config.volumes
    ]
    status = TestStatus.FAIL if errors else TestStatus.ERROR if undecided else TestStatus.PASS
    return TestResult(name="Metadata Test", kind=TestKind.METADATA, status=status, errors=tuple(errors + undecided))


def _values(
    what: str, expected: tuple[ExpectedValue, ...], actual: Mapping[str, str], matcher: Matcher
) -> tuple[list[str], list[str]]:
    failed: list[str] = []
    undecided: list[str] = []
    for wanted in expected:
        value = actual.get(wanted.key)
        if value is None:
            failed.append(f"{what} {wanted.key} is not set")
        elif wanted.regex is None:
            if value != wanted.value:
                failed.append(f"{what} {wanted.key} is {value!r}, expected {wanted.value!r}")
        else:
            found = matcher.search(value, (wanted.regex,))[0]
            if found is None:
                undecided.append(f"the search for {wanted.regex.text!r} in {what} {wanted.key} took too long")
            elif not found:
                failed.append(f"{what} {wanted.key} is {value!r}, which does not match {wanted.regex.text!r}")
    return failed, undecided
