"""A real Apache Kafka: one KRaft node from its Maven artefacts, run by Java, ended by its process id.

The jars are fetched once into a cache folder outside the tree. Nothing else of the machine is touched.
"""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

VERSION = "4.1.1"
START_S = 90.0
"""How long a start may take; 5 to 10 s are usual on two cores, more when they are shared."""
FETCH_S = 600.0
"""How long Maven may take to fetch the jars (43 MB) the first time."""


def missing() -> str | None:
    """Why no broker can be started on this machine, or ``None`` when one can."""
    absent = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return f"no real Kafka: {' and '.join(absent)} not found" if absent else None


def libs() -> Path:
    """The folder of jars, fetched by Maven when it is not there yet. Raises ``RuntimeError`` with Maven's own words."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "one-hub-six-centres" / f"kafka-{VERSION}"
    if (folder / "complete").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    pom = Path(__file__).with_name("pom.xml")
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_S, check=False)
    if done.returncode:
        raise RuntimeError(f"Maven could not fetch the jars of Kafka {VERSION}: {(done.stdout + done.stderr)[-2000:]}")
    (folder / "complete").touch()
    return folder


def free_ports(count: int) -> list[int]:
    """That many TCP ports of 127.0.0.1 nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def make_topics(bootstrap: str, names: Iterable[str], partitions: int = 1, **configs: str) -> None:
    """Topics that are used at once; ``configs``: ``retention_ms="1000"``."""
    from kafka import KafkaAdminClient

    settings = {key.replace("_", "."): value for key, value in configs.items()}
    with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
        there = set(admin.list_topics())
        absent = [name for name in names if name not in there]
        one = {"num_partitions": partitions, "replication_factor": 1, "configs": settings}
        if absent:
            admin.create_topics(dict.fromkeys(absent, one), wait_for_metadata=True)


@dataclass(slots=True)
class Listener:
    """One more way in. ``protocol``: as Kafka calls it; ``options``: what stands after ``listener.name.NAME.``;
    ``advertised``: the port clients are sent to after the first question (0: its own).
    """

    name: str
    protocol: str
    options: dict[str, str] = field(default_factory=dict)
    port: int = 0
    advertised: int = 0

    @property
    def bootstrap(self) -> str:
        """``host:port`` for clients."""
        return f"127.0.0.1:{self.port}"


def _properties(data: Path, broker: int, controller: int, more: Sequence[Listener], others: Sequence[str]) -> str:
    ways = [
        Listener("PLAINTEXT", "PLAINTEXT", port=broker),
        Listener("CONTROLLER", "PLAINTEXT", port=controller),
        *more,
    ]
    return "\n".join(
        [
            "process.roles=broker,controller",
            "node.id=1",
            f"controller.quorum.bootstrap.servers=127.0.0.1:{controller}",
            "listeners=" + ",".join(f"{one.name}://127.0.0.1:{one.port}" for one in ways),
            "advertised.listeners=" + ",".join(f"{one.name}://127.0.0.1:{one.advertised or one.port}" for one in ways),
            "controller.listener.names=CONTROLLER",
            "inter.broker.listener.name=PLAINTEXT",
            "listener.security.protocol.map=" + ",".join(f"{one.name}:{one.protocol}" for one in ways),
            *(f"listener.name.{one.name.lower()}.{key}={value}" for one in more for key, value in one.options.items()),
            f"log.dirs={data}",
            "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "group.initial.rebalance.delay.ms=0",
            "auto.create.topics.enable=false",
            *others,
            "",
        ]
    )


_LOG4J = """
status = error
appender.file.type = Console
appender.file.name = out
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d %p %m (%c{1})%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


@dataclass(slots=True)
class Broker:
    """One broker with its data folder. ``start`` after ``kill`` comes back with the same data on the same port.

    ``listeners``: more ways in, whose ports are chosen at the first start; ``properties``: more lines of its settings.
    """

    folder: Path
    port: int = 0
    listeners: Sequence[Listener] = ()
    properties: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def bootstrap(self) -> str:
        """``host:port`` for clients."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it takes connections and answers. Raises ``RuntimeError`` with the end of its log."""
        config = self.folder / "server.properties"
        if not config.exists():
            self._format(config)
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._java("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "kafka.Kafka", str(config)),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Kafka did not start: {(self.folder / 'broker.log').read_text()[-3000:]}")
            time.sleep(0.1)

    def _format(self, config: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "log4j2.properties").write_text(_LOG4J)
        self.port, controller, *ports = free_ports(2 + len(self.listeners))
        for listener, port in zip(self.listeners, ports, strict=True):
            listener.port = port
        data = self.folder / "data"
        config.write_text(_properties(data, self.port, controller, self.listeners, self.properties))
        config.chmod(0o600)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        command = self._java("kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(config))
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_S, check=False, cwd=self.folder)
        if done.returncode:
            raise RuntimeError(f"Kafka's storage could not be formatted: {(done.stdout + done.stderr)[-2000:]}")

    def _java(self, *arguments: str) -> list[str]:
        log4j = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        return ["java", log4j, "-cp", f"{libs()}/*", *arguments]

    def _answers(self) -> bool:
        """Whether the broker has registered itself: it can then say what the cluster is."""
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=5000)
        except (OSError, KafkaError):
            return False
        try:
            return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            admin.close()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as when a machine hangs."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT after ``freeze``."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9, and wait for the end. Safe when it is not running."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait(timeout=10)
            self.process = None

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            raise RuntimeError("the broker is not running")
        self.process.send_signal(number)
