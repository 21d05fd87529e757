"""What all tests share: a real Kafka, a real browser, the shared data folder.

A test that needs one of them is skipped with the reason where it is missing, unless ``HUB_TEST_REQUIRE`` (for example
``kafka,browser,shared``) names it: then the absence is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from tests.servers import kafka as kafka_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def pytest_configure(config: pytest.Config) -> None:
    """Two warnings of kafka-python that nothing here can mend; every other warning stays an error."""
    for line in (
        "ignore:(read|open)_text is deprecated:DeprecationWarning",  # on import, Python 3.11 and 3.12
        r"ignore:unclosed <socket.socket fd=\d+, family=2, type=1, proto=6, laddr=\('0.0.0.0':ResourceWarning",
        # ^ a refused connection is left to the garbage collector
    ):
        config.addinivalue_line("filterwarnings", line)


def absent(what: str, reason: str) -> NoReturn:
    """Skip the test, or fail it where ``HUB_TEST_REQUIRE`` asks for ``what``."""
    if what in os.environ.get("HUB_TEST_REQUIRE", "").split(","):
        pytest.fail(f"HUB_TEST_REQUIRE asks for {what}: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``host:port`` of a real Apache Kafka: that of ``HUB_TEST_KAFKA``, else one started for this run."""
    given = os.environ.get("HUB_TEST_KAFKA")
    if given:
        yield given
        return
    broker = own_broker(tmp_path_factory)
    try:
        yield broker.bootstrap
    finally:
        broker.kill()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kafka_server.Broker]:
    """A Kafka of this module's own, which may be frozen and killed."""
    made = own_broker(tmp_path_factory)
    try:
        yield made
    finally:
        made.kill()


def own_broker(tmp_path_factory: pytest.TempPathFactory) -> kafka_server.Broker:
    """A started broker; skips or fails the test when this machine cannot run one."""
    reason = kafka_server.missing()
    if reason:
        absent("kafka", reason)
    made = kafka_server.Broker(tmp_path_factory.mktemp("kafka"))
    made.start()
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium. Of one module only: while it is open, this thread counts as inside an event loop."""
    if not CHROMIUM.exists():
        absent("browser", f"{CHROMIUM} not found")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        try:
            yield chromium
        finally:
            chromium.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data folder: ``HUB_SHARED``, else ``../shared`` beside the tree."""
    folder = Path(os.environ.get("HUB_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        absent("shared", f"{folder} not found")
    return folder
