"""What every test gets: no sockets but loopback, and a say in whether skipping is allowed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import enable_socket, socket_allow_hosts

# What a busy machine takes long for is not wrong. CI draws the same examples each time, so that it judges the change and
# not its luck; every other run, and `make fuzz`, draws new ones.
settings.register_profile("prill", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("prill-ci", settings.get_profile("prill"), derandomize=True)
settings.load_profile("prill-ci" if os.environ.get("CI") else "prill")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401 - xdist is asked for only where it is used
    if config.getvalue("dist") != "loadgroup":
        return None
    from scopes import ScopeScheduling  # noqa: PLC0415

    return ScopeScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a process of xdist's, begin with the longest."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        from scopes import longest_first  # noqa: PLC0415

        longest_first(items)


SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def only_loopback(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse sockets to other machines, but for tests that say they need Debian's archive."""
    if request.node.get_closest_marker("archive"):
        yield
        return
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    enable_socket()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With PRILL_TESTS_MUST_RUN a test that skips has failed: on that machine everything is installed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("PRILL_TESTS_MUST_RUN"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} must not skip here: {call.excinfo and call.excinfo.value}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with other projects' data; a test that needs it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared test data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def test_cache() -> Path:
    """A folder that outlives the run, for downloads."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "prill-tests"
    root.mkdir(parents=True, exist_ok=True)
    return root
