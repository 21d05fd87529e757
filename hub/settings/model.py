"""What can be set, as one frozen value. Must not know where a setting comes from, nor the clients it is handed to."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

import msgspec

from hub.errors import HubError
from hub.road.clocks import Targets
from hub.settings.secret import Secret

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Count = Annotated[int, msgspec.Meta(ge=1)]
Span = Annotated[float, msgspec.Meta(gt=0)]
NONE = Secret()


class Kafka(msgspec.Struct, frozen=True, kw_only=True):
    """How to get into a cluster. There is no setting that leaves a certificate or its host name unchecked.

    ``ca_file``: the authorities to trust, PEM (default: the system's). ``cert_file``, ``key_file``: this hub's own
    certificate, for brokers that ask for one.
    """

    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str = ""
    password: Secret = NONE
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: Secret = NONE

    @property
    def signs_in(self) -> bool:
        """Whether a user name and password are sent."""
        return self.security.startswith("SASL_")

    @property
    def encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self.security.endswith("SSL")


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """What the store's address does not say."""

    password: Secret = NONE


class Topics(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of the topics (``streams.kafka_topics`` says why these are the defaults).

    ``replication``: copies of every partition; ``None``: three, or as many as there are brokers.
    """

    partitions: Count = 1
    replication: Count | None = None
    facts_days: Span = 31.0
    positions_hours: Span = 24.0


class Screens(msgspec.Struct, frozen=True, kw_only=True):
    """What the pages show. ``ended_hours``: how long what has ended can still be found, looked at and reopened; its
    history stays longer (``hub doctor`` says how long).
    """

    ended_hours: Span = 168.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a command was told about the world outside. It shows no secret when it is printed.

    ``log``, ``store``: addresses without passwords. ``node``: this server's name among those that share a store.
    ``audit_key``: binds the audit's entries together, the same on every server of a store.
    """

    log: str | None = None
    store: str | None = None
    node: str | None = None
    audit_key: Secret = NONE
    kafka: Kafka = Kafka()
    database: Database = Database()
    topics: Topics = Topics()
    clocks: Targets = Targets()
    screens: Screens = Screens()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Every secret there is in it."""
        held = (self.kafka.password, self.kafka.key_password, self.database.password, self.audit_key)
        return tuple(secret for secret in held if secret)

    def the_log(self) -> str:
        """The log's address. Raises ``HubError`` when none was given."""
        if self.log is None:
            raise HubError(
                "no log was given: --log kafka://HOST:PORT, HUB_LOG in the environment, or log = … in --settings FILE"
            )
        return self.log

    def store_url(self, default: str) -> str:
        """The store's address with the password in it, ``default`` when none was given. For the store only."""
        url = default if self.store is None else self.store
        if not self.database.password or not url.startswith("postgresql"):
            return url
        scheme, _, rest = url.partition("://")
        user, at, where = rest.partition("@")
        if not at or not user:
            raise HubError("store: the address needs a user name for its password: postgresql+psycopg://USER@HOST/…")
        return f"{scheme}://{user}:{quote(self.database.password.reveal(), safe='')}@{where}"

    def warnings(self) -> list[str]:
        """What is allowed and not wise, one line each."""
        if self.kafka.security != "SASL_PLAINTEXT" or self.log is None or not self.log.startswith("kafka://"):
            return []
        beyond = [host for host in _hosts(self.log) if not _is_loopback(host)]
        what = "the password and all records" if self.kafka.mechanism == "PLAIN" else "all records"
        return [
            f"kafka.security is SASL_PLAINTEXT: {what} can be read on the way to {host}; SASL_SSL protects them"
            for host in beyond[:1]
        ]


def variable(key: str) -> str:
    """The environment variable of a setting: ``HUB_KAFKA_PASSWORD`` of ``kafka.password``."""
    return "HUB_" + key.replace(".", "_").upper()


def _hosts(url: str) -> list[str]:
    servers = url.removeprefix("kafka://").rstrip("/").split(",")
    return [urlsplit(f"//{server}").hostname or "" for server in servers]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
