"""The key of the audit chain: as it was set, or a file beside the embedded database, made at its first start."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from hub.errors import HubError
from hub.settings.checks import require_private
from hub.settings.model import Settings
from hub.settings.secret import Secret

NAME = "audit.key"
_BITS = 256


def audit_key(settings: Settings, store: str, *, make: bool) -> Secret:
    """The key for the store of that address; an empty one where there is none: then no order is taken. ``make``:
    whether a missing file is made. Whoever shares an SQLite file shares the file beside it; servers that share a
    PostgreSQL must be given the same key. Raises ``HubError`` for a file that others can read.
    """
    path = key_file(store)
    if settings.audit_key or path is None:
        return settings.audit_key
    if make:
        _make(path)
    if not path.exists():
        return Secret()
    require_private(path, "it is the audit's key")
    try:
        return Secret(path.read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise HubError(f"{path}: cannot be read ({error}); it is the audit's key") from None


def key_file(store: str) -> Path | None:
    """Where the key of that store stands unless it was set; ``None``: it must be set."""
    kind, _, file = store.partition(":///")
    return Path(file).with_name(NAME) if kind.startswith("sqlite") and file else None


def _make(path: Path) -> None:
    """Whole and its owner's alone, or not at all; the first of two processes wins."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(token_hex(_BITS // 8) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise HubError(f"{path}: cannot be written ({error.strerror}); it is the audit's key") from None
