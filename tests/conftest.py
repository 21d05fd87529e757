"""What all tests share: a real Kafka, a real PostgreSQL, a real browser, the shared data folder.

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
from tests.servers import postgres as postgres_server

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


@pytest.fixture(scope="session")
def postgres_session() -> Iterator[postgres_server.Postgres]:
    """The PostgreSQL of this run; tests take ``postgres``."""
    server = _started_postgres()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def postgres(postgres_session: postgres_server.Postgres) -> str:
    """The address of a new, empty database in a real PostgreSQL that nobody stops."""
    return postgres_session.url(postgres_session.fresh())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty store, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hub.sqlite"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[postgres_server.Postgres]:
    """A PostgreSQL of this module's own, which may be frozen, stopped and killed."""
    server = _started_postgres()
    try:
        yield server
    finally:
        server.close()


def _started_postgres() -> postgres_server.Postgres:
    reason = postgres_server.missing()
    if reason:
        absent("postgres", reason)
    server = postgres_server.Postgres()
    try:
        server.start()
    except BaseException:
        server.close()
        raise
    return server


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
