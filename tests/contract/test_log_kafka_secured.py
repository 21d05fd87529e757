"""The Kafka log at a broker that has to be let into: every client gets in, and each refusal names the setting."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.errors import HubError, LogDown
from hub.ports import LogHealth, Outgoing
from hub.settings import Kafka, Secret
from streams.kafka_log import KafkaLog
from streams.kafka_security import Expired, Refused, context
from tests.conftest import absent
from tests.servers import certificates, secured
from tests.servers.kafka import make_topics
from tests.servers.secured import PASSWORD, PLAIN_PASSWORD, USER, Secured

pytestmark = pytest.mark.kafka
BOUND_S = 5.0
"""No refusal may take longer."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    reason = secured.missing()
    if reason:
        absent("kafka", reason)
    made = secured.started(tmp_path_factory.mktemp("secured"))
    make_topics(made.broker.bootstrap, ["t"])
    try:
        yield made
    finally:
        made.broker.kill()


def ways_in(server: Secured) -> dict[str, Kafka]:
    certificate, key = server.authority.sign("hub")
    plain = Kafka(security="SASL_PLAINTEXT", mechanism="PLAIN", username=USER, password=Secret(PLAIN_PASSWORD))
    return {
        "scram": server.scram(),
        "plain": plain,
        "mutual": Kafka(security="SSL", ca_file=server.authority.ca, cert_file=certificate, key_file=key),
    }


@pytest.mark.parametrize("way", ["scram", "plain", "mutual"])
def test_reading_writing_and_asking_get_in(server: Secured, way: str) -> None:
    log = KafkaLog(server.at(way), ways_in(server)[way])
    try:
        [(partition, offset)] = log.append("t", [Outgoing(b"k", way.encode())])
        assert [record.value for record in log.read({("t", partition): offset}, 10, 10.0)] == [way.encode()]
        assert log.ends(["t"]) == {("t", 0): offset + 1}
        assert log.health().state == "ok"
    finally:
        log.close()


REFUSALS: dict[str, tuple[str, Callable[[Secured], Kafka], str, str]] = {
    "wrong password": ("scram", lambda s: s.scram(password=Secret("wrong-Zz19-word")), "kafka.password", USER),
    "wrong user": ("scram", lambda s: s.scram(username="nobody"), "kafka.username", "nobody"),
    "wrong password, plain": (
        "plain",
        lambda s: Kafka(
            security="SASL_PLAINTEXT", mechanism="PLAIN", username=USER, password=Secret("wrong-Zz19-word")
        ),
        "kafka.password",
        USER,
    ),
    "other mechanism": ("scram", lambda s: s.scram(mechanism="PLAIN"), "kafka.mechanism", "PLAIN"),
    "unknown authority": ("scram", lambda s: s.scram(ca_file=s.stranger.ca), "kafka.ca_file", "stranger"),
    "authority of the system": ("scram", lambda s: s.scram(ca_file=None), "kafka.ca_file", "not set"),
    "certificate of another host": ("elsewhere", lambda s: s.scram(), "another host", "advertised.listeners"),
    "expired certificate": ("expired", lambda s: s.scram(), "expired", "renew"),
    "no certificate of ours": (
        "mutual",
        lambda s: Kafka(security="SSL", ca_file=s.authority.ca),
        "kafka.cert_file",
        "kafka.key_file",
    ),
    "no TLS there": ("plain", lambda s: s.scram(), "kafka.security", "SASL_SSL"),
    "no signing in": ("plain", lambda s: Kafka(), "kafka.security", "PLAINTEXT"),
    "TLS there": ("scram", lambda s: Kafka(), "kafka.security", "PLAINTEXT"),
    "only TLS": ("scram", lambda s: Kafka(security="SSL", ca_file=s.authority.ca), "kafka.security", "SSL"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a client met that was not let in: the error and the seconds of each call, and its health at the end."""

    calls: list[tuple[LogDown, float]]
    health: LogHealth


@pytest.fixture(scope="module")
def refusals(server: Secured) -> dict[str, Refusal]:
    """Of all cases, met at the same time: each waits several seconds for what the broker will not say."""
    clients = {case: (way, settings(server)) for case, (way, settings, _, _) in REFUSALS.items()}

    def met(case: str) -> Refusal:
        way, settings = clients[case]
        with closing(KafkaLog(server.at(way), settings, silence_s=1.0, delivery_s=2.0)) as log:
            asked = (
                lambda: log.ends(["t"]),
                lambda: log.append("t", [Outgoing(b"k", b"v")]),
                lambda: log.read({("t", 0): 0}, 1, 1.0),
            )
            calls = []
            for ask in asked:
                start = time.monotonic()
                with pytest.raises(LogDown) as caught:
                    ask()
                calls.append((caught.value, time.monotonic() - start))
            return Refusal(calls, log.health())

    with ThreadPoolExecutor(len(clients)) as pool:
        return dict(zip(clients, pool.map(met, clients), strict=True))


@pytest.mark.alone
@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_names_the_setting_within_a_bound(server: Secured, refusals: dict[str, Refusal], case: str) -> None:
    way, _, named, also = REFUSALS[case]
    for error, took in refusals[case].calls:
        said = str(error)
        assert took < BOUND_S, said
        assert named in said
        assert also in said
        assert server.at(way) in said
        assert "\n" not in said
        assert "wrong-Zz19-word" not in said
    assert refusals[case].health.state == "down"
    assert named in refusals[case].health.detail
    print(f"{case}: {said}")
    if named != "kafka.security":
        assert isinstance(error, Expired if case.startswith("expired") else Refused)


def test_a_password_that_is_right_again_is_taken(server: Secured) -> None:
    """A refusal must not stick to a client."""
    log = KafkaLog(server.at("scram"), server.scram(), silence_s=0.5)
    server.set_password("another one")
    try:
        with pytest.raises(Refused):
            log.ends(["t"])
        server.set_password(PASSWORD)
        start = time.monotonic()
        while time.monotonic() - start < 20:
            try:
                log.append("t", [Outgoing(b"k", b"again")])
                assert log.read({("t", 0): 0}, 1, 5.0)
                return
            except LogDown:
                time.sleep(0.2)
        pytest.fail("not let in again")
    finally:
        server.set_password(PASSWORD)
        log.close()


def test_no_setting_leaves_a_certificate_unchecked(server: Secured) -> None:
    certificate, key = server.authority.sign("checked")
    for settings in (
        server.scram(),
        server.scram(ca_file=None),
        Kafka(security="SSL", cert_file=certificate, key_file=key),
    ):
        made = context(settings)
        assert made.check_hostname
        assert made.verify_mode is ssl.CERT_REQUIRED
        assert made.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert not [field for field in Kafka.__struct_fields__ if "check" in field or "verify" in field]


@pytest.mark.parametrize("what", ["no certificate", "missing", "key of another", "key with a password"])
def test_files_that_cannot_be_used_are_named(server: Secured, what: str, tmp_path: Path) -> None:
    certificate, key = server.authority.sign("one")
    _, other = server.authority.sign("two")
    text = tmp_path / "text.pem"
    text.write_text("no certificate\n")
    locked = tmp_path / "locked.key"
    certificates._openssl(tmp_path, "pkcs8", "-topk8", "-in", str(key), "-out", str(locked), "-passout", "pass:abcd")
    bad, named = {
        "no certificate": (server.scram(ca_file=text), "kafka.ca_file"),
        "missing": (server.scram(ca_file=tmp_path / "none.pem"), "kafka.ca_file"),
        "key of another": (server.scram(cert_file=certificate, key_file=other), "kafka.key_file"),
        "key with a password": (server.scram(cert_file=certificate, key_file=locked), "kafka.key_password"),
    }[what]
    with pytest.raises(HubError, match=named) as caught:
        KafkaLog(server.at("scram"), bad)
    assert not isinstance(caught.value, LogDown)
    assert "\n" not in str(caught.value)
    KafkaLog(
        server.at("scram"), server.scram(cert_file=certificate, key_file=locked, key_password=Secret("abcd"))
    ).close()
