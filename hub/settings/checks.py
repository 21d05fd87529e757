"""What is refused of settings although each by itself is well formed. No message repeats a value."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from hub.errors import HubError
from hub.settings.model import Settings, variable

AUDIT_KEY_LEAST = 32


class Given(NamedTuple):
    """A value and where it was given; ``text``: everything is text there, as in the environment."""

    value: Any
    where: str
    text: bool = False


def no_password_inside(key: str, given: Given) -> None:
    """Refuse an address with a password: on the command line it stays in the shell's history and in the process list,
    and anywhere it would be printed with the address.
    """
    if key not in ("log", "store") or not isinstance(given.value, str):
        return
    before, at, _ = given.value.partition("://")[2].rpartition("@")
    inside = at and ":" in before
    if not inside and not re.search(r"[?&][^=&]*(password|secret|token)[^=&]*=", given.value, re.IGNORECASE):
        return
    kept = " (there it stays in the shell's history and in the process list)" if given.where.startswith("--") else ""
    name = "database.password" if key == "store" else "kafka.username and kafka.password"
    variables = " and ".join(variable(each) for each in name.split(" and "))
    raise HubError(
        f"{given.where}: holds a password{kept}; take it out and give it as {name} in --settings FILE "
        f"or as {variables} in the environment"
    )


def together(settings: Settings, given: Mapping[str, Given]) -> None:
    """Refuse what cannot work together, before anything is connected. Raises ``HubError``."""
    if settings.audit_key and len(settings.audit_key.reveal()) < AUDIT_KEY_LEAST:
        least = f"{AUDIT_KEY_LEAST} characters at least; 'openssl rand -hex 32' makes a good one"
        raise HubError(f"{given['audit_key'].where}: is too short to be a key: {least}")
    if settings.log is not None and settings.log.startswith("kafka://"):
        _check_kafka(settings, given)
    if settings.store is not None and settings.database.password:
        if settings.store.startswith("postgresql") and not urlsplit(settings.store).username:
            raise HubError(f"{given['store'].where}: database.password needs a user name here: …://USER@HOST/DATABASE")


def _check_kafka(settings: Settings, given: Mapping[str, Given]) -> None:
    kafka = settings.kafka

    def name(key: str) -> str:
        return given[key].where if key in given else f"{key} ({variable(key)})"

    if kafka.signs_in:
        for key, value in (("kafka.username", kafka.username), ("kafka.password", kafka.password)):
            if not value:
                raise HubError(f"{name(key)}: is missing; kafka.security {kafka.security} signs in with it")
    else:
        _refuse(("kafka.username", "kafka.password"), given, f"{kafka.security} signs nobody in", "SASL_SSL")
    if not kafka.encrypted:
        files = ("kafka.ca_file", "kafka.cert_file", "kafka.key_file", "kafka.key_password")
        _refuse(files, given, f"{kafka.security} does not encrypt", "SASL_SSL or SSL")
    if kafka.key_file is not None and kafka.cert_file is None:
        raise HubError(f"{name('kafka.cert_file')}: is missing; kafka.key_file belongs to a certificate")
    for key, path in (
        ("kafka.ca_file", kafka.ca_file),
        ("kafka.cert_file", kafka.cert_file),
        ("kafka.key_file", kafka.key_file),
    ):
        if path is not None:
            _require_readable(path, name(key))
    if kafka.key_file is not None:
        require_private(kafka.key_file, "it is a private key")


def _refuse(keys: tuple[str, ...], given: Mapping[str, Given], why: str, instead: str) -> None:
    for key in keys:
        if key in given:
            where = given[key].where
            raise HubError(f"{where}: is of no use, as kafka.security {why}; set kafka.security to {instead}")


def _require_readable(path: Path, where: str) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise HubError(f"{where}: {path} cannot be read ({error.strerror}); name a PEM file") from None


def require_private(path: Path, why: str) -> None:
    """Refuse a file with a secret that others can read. As in PostgreSQL: it is its owner's only, or also a group's
    when it belongs to root (a service's file).
    """
    about = path.stat()
    allowed = 0o640 if about.st_uid == 0 else 0o600
    if stat.S_IMODE(about.st_mode) & 0o077 & ~allowed:
        raise HubError(f"{path}: others on this machine can read it and {why}; type: chmod {allowed:o} {path}")
