"""A real Kafka that has to be let into: SCRAM-SHA-512 over TLS, PLAIN, client certificates, and certificates that are
expired or of another host.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.settings import Kafka, Secret
from tests.servers import certificates, kafka
from tests.servers.certificates import Authority
from tests.servers.kafka import Broker, Listener

USER, PASSWORD = "hub", "Kp-7§ wörd/密&x"
"""The password has what TOML, addresses and JSON write in another way, so that no test passes by luck."""
PLAIN_PASSWORD = "plain-Qx81-word"
_SCRAM = {
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
}
_PLAIN = {
    "sasl.enabled.mechanisms": "PLAIN",
    "plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'user_{USER}="{PLAIN_PASSWORD}";',
}


@dataclass(frozen=True, slots=True)
class Secured:
    """The broker, who signed its certificates, and another authority that signed none."""

    broker: Broker
    authority: Authority
    stranger: Authority

    def at(self, name: str) -> str:
        """``host:port`` of one of its ways in: ``scram``, ``plain``, ``mutual``, ``expired``, ``elsewhere``."""
        return next(one.bootstrap for one in self.broker.listeners if one.name == name.upper())

    def scram(self, **others: object) -> Kafka:
        """Settings that are let in at ``scram``, or with ``others`` that are not."""
        right: dict[str, object] = {
            "security": "SASL_SSL",
            "mechanism": "SCRAM-SHA-512",
            "username": USER,
            "password": Secret(PASSWORD),
            "ca_file": self.authority.ca,
        }
        return Kafka(**{**right, **others})  # type: ignore[arg-type]

    def set_password(self, password: str) -> None:
        """Give the user another password; connections that stand are left alone."""
        from kafka import KafkaAdminClient
        from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

        with KafkaAdminClient(bootstrap_servers=self.broker.bootstrap) as admin:
            change = UserScramCredentialUpsertion(USER, ScramMechanism.SCRAM_SHA_512, password, iterations=4096)
            told = admin.alter_user_scram_credentials([change])
        if any(told.values()):
            raise RuntimeError(f"no password could be set: {told}")


def missing() -> str | None:
    """Why none can be started on this machine, or ``None`` when one can."""
    return kafka.missing() or certificates.missing()


def started(folder: Path) -> Secured:
    """The broker, started, with its user."""
    authority, stranger = Authority(folder / "ours").make(), Authority(folder / "stranger").make()
    listeners = [
        Listener("SCRAM", "SASL_SSL", {**_SCRAM, **authority.keystore("broker")}),
        Listener("PLAIN", "SASL_PLAINTEXT", _PLAIN),
        Listener("MUTUAL", "SSL", {**authority.keystore("mutual"), **authority.truststore()}),
        Listener("EXPIRED", "SASL_SSL", {**_SCRAM, **authority.keystore("expired", days=-1)}),
        Listener("ELSEWHERE", "SASL_SSL", {**_SCRAM, **authority.keystore("elsewhere", host="DNS:kafka.example")}),
    ]
    broker = Broker(folder / "broker", listeners=listeners)
    broker.start()
    made = Secured(broker, authority, stranger)
    made.set_password(PASSWORD)
    return made
