"""Getting into a secured cluster, and saying in one line which setting is wrong when it does not let us in.

Certificates are always checked, and that the certificate is of the host that was asked for: nothing here can turn that
off. Must not know what is read or written.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kafka.errors import (
    AuthorizationError,
    IllegalSaslStateError,
    InvalidReceiveError,
    KafkaTimeoutError,
    RequestTimedOutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from hub.errors import HubError, LogDown
from hub.settings import Kafka, hide

_EXPIRED, _NOT_YET = 10, 9  # X509_V_ERR_…
_OTHER_HOST = (62, 64)
_TOOK_LONG = (KafkaTimeoutError, RequestTimedOutError)


class Refused(LogDown):
    """The cluster does not let us in, or is not the one the settings describe: the settings have to be changed."""


class Expired(LogDown):
    """The broker's certificate is not valid at this time. No setting of ours mends it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a connection failed. ``kind``, ``said``: what to raise for it; ``vague``: that tells nothing of the cause."""

    kind: type[LogDown]
    said: str
    vague: bool


@dataclass(slots=True)
class Cluster:
    """Where a cluster is and how to get in. ``trouble``: why the last connection failed, ``None`` when it stood."""

    bootstrap: str
    security: Kafka = field(default_factory=Kafka)
    trouble: Trouble | None = None

    def options(self) -> dict[str, Any]:
        """What every client of kafka-python is given. Raises ``HubError`` for files that hold no certificates."""
        out: dict[str, Any] = {"security_protocol": self.security.security}
        if self.security.signs_in:
            out["sasl_mechanism"] = self.security.mechanism
            out["sasl_plain_username"] = self.security.username
            out["sasl_plain_password"] = self.security.password.reveal()
        if self.security.encrypted:
            out["ssl_context"] = context(self.security)
        return out

    def connected(self) -> None:
        """A connection stood and let us in."""
        self.trouble = None

    def failed(self, error: BaseException) -> None:
        """A connection failed. What tells more is kept while attempts follow that tell less; no error is kept itself,
        for it would keep its socket open.
        """
        found = _explained(self, "cannot be reached", error)
        vague = found is None and (isinstance(error, _TOOK_LONG) or "disconnected" in str(error))
        if not vague or self.trouble is None or self.trouble.vague:
            self.trouble = Trouble(type(found or LogDown(error)), str(found or _one_line(error)), vague)

    def unreachable(self, error: BaseException) -> LogDown:
        """What to raise when no client could be made; see ``down``."""
        ended = self.trouble is None or "disconnected" in self.trouble.said or "EOF" in self.trouble.said
        hint = f"; it takes connections and ends them: is kafka.security {self.security.security} what it expects?"
        return self.down("cannot be reached", error, hint if ended else "")

    def down(self, what: str, error: BaseException, hint: str = "") -> LogDown:
        """What to raise for an error of a client: it names the broker and, where one is wrong, the setting."""
        found, trouble = _explained(self, what, error), self.trouble
        if found is not None:
            return found
        if trouble is not None and trouble.kind is not LogDown:
            return trouble.kind(trouble.said)
        told = trouble.said if trouble is not None and isinstance(error, KafkaTimeoutError) else _one_line(error)
        return LogDown(self.say(f"{what}: {told}{hint}"))

    def say(self, what: str) -> str:
        """``what`` with the cluster named and without secrets."""
        return hide(f"Kafka at {self.bootstrap}: {what}", (self.security.password, self.security.key_password))


def context(security: Kafka) -> ssl.SSLContext:
    """What TLS trusts and shows. Raises ``HubError`` naming the file that cannot be used."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the certificate and the host name
    made.sslsocket_class = _Closing
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if security.ca_file is None:
        made.load_default_certs()
    else:
        try:
            made.load_verify_locations(security.ca_file)
        except OSError as error:  # also ssl.SSLError
            raise HubError(f"kafka.ca_file {security.ca_file}: {_no_pem(error, 'certificates')}") from None
    if security.cert_file is not None:
        try:
            made.load_cert_chain(security.cert_file, security.key_file, security.key_password.reveal)
        except OSError as error:
            files = " with kafka.key_file ".join(str(p) for p in (security.cert_file, security.key_file) if p)
            what = _no_pem(error, "certificate and a key that belongs to it (or kafka.key_password is wrong)")
            raise HubError(f"kafka.cert_file {files}: {what}") from None
    return made


def _no_pem(error: OSError, what: str) -> str:
    if isinstance(error, ssl.SSLError) or error.strerror is None:
        return f"holds no PEM {what}"
    return f"cannot be read ({error.strerror})"


class _Closing(ssl.SSLSocket):
    """kafka-python forgets a socket whose handshake failed; this one closes itself."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            self.close()
            raise


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it; kafka-python wraps errors of a connection or raises another one in their place."""
    while error is not None:
        yield error
        inner = error.args[0] if error.args else None
        error = error.__cause__ or error.__context__ or (inner if isinstance(inner, BaseException) else None)


def _explained(cluster: Cluster, what: str, error: BaseException) -> LogDown | None:
    """What an error says about the settings; ``None``: nothing."""
    return next((found for cause in _causes(error) if (found := _explain(cluster, what, cause)) is not None), None)


def _explain(cluster: Cluster, what: str, error: BaseException) -> LogDown | None:
    security = cluster.security
    if isinstance(error, SaslAuthenticationFailedError):
        return Refused(
            cluster.say(
                f"refuses the user name or password: kafka.username {security.username!r} or kafka.password "
                f"(HUB_KAFKA_PASSWORD) is wrong, or the user has no {security.mechanism} credentials there"
            )
        )
    if isinstance(error, UnsupportedSaslMechanismError):
        return Refused(cluster.say(f"does not take kafka.mechanism {security.mechanism}: set the one it offers"))
    if isinstance(error, IllegalSaslStateError):
        return Refused(cluster.say(f"kafka.security {security.security} is not what it expects on this port"))
    if isinstance(error, InvalidReceiveError):
        said = f"what answers there does not speak Kafka as kafka.security {security.security} asks for"
        return Refused(cluster.say(f"{said}: is this the port, and is it without TLS? ({_one_line(error)})"))
    if isinstance(error, AuthorizationError):
        said = f"{what}: not allowed to kafka.username {security.username!r}, give it the right on the broker"
        return Refused(cluster.say(f"{said} ({_one_line(error)})"))
    if isinstance(error, ssl.SSLError):
        return _tls(cluster, error)
    return None


def _tls(cluster: Cluster, error: ssl.SSLError) -> LogDown | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _EXPIRED:
            return Expired(cluster.say("its certificate has expired: renew it there (or is the clock here wrong?)"))
        if error.verify_code == _NOT_YET:
            return Expired(cluster.say("its certificate is not valid yet: is the clock here or there wrong?"))
        if error.verify_code in _OTHER_HOST:
            return Refused(
                cluster.say(
                    "its certificate is of another host: write the name that stands in the certificate into the log's "
                    f"address and the broker's advertised.listeners ({error.verify_message})"
                )
            )
        trusted = cluster.security.ca_file or "not set: the system's authorities are trusted"
        return Refused(
            cluster.say(
                f"its certificate is not signed by an authority in kafka.ca_file ({trusted}): {error.verify_message}; "
                "name the file of the broker's authority"
            )
        )
    said = _one_line(error)
    if any(word in said for word in ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE")):
        return Refused(
            cluster.say(f"asks for a certificate that it trusts: set kafka.cert_file and kafka.key_file ({said})")
        )
    if any(word in said for word in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")):
        name = cluster.security.security
        return Refused(cluster.say(f"does not speak TLS on this port, as kafka.security {name} asks for ({said})"))
    return None
