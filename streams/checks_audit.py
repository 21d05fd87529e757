"""What a hub finds of its audit chain: is there a key, and is it the chain's. Looks only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from hub.audit import key_name
from hub.doctor import Check
from hub.settings import Secret
from streams import audit, database, migrations
from streams.tables import AUDIT_BASE

NAME = "audit key"
MAKE = "'openssl rand -hex 32' makes one; set it as audit_key (HUB_AUDIT_KEY), the same on every server of the store"


def audit_chain(url: str, key: Secret, file: Path | None) -> Iterator[Check]:
    """``key``: the chain's, empty where there is none; ``file``: where it would be kept. Raises what cannot be read."""
    parts = database.parse(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        if not key and file is not None:
            yield Check(NAME, "ok", f"{file} is not there yet; the first start makes it")
        else:
            yield Check(NAME, "ok", "there is one")
        return
    engine = database.reader(parts)
    try:
        with engine.connect() as connection:
            held = ""
            ended = None
            if migrations.current(connection) == migrations.HEAD:
                held = connection.execute(select(AUDIT_BASE.c.key)).scalar_one()
                ended = audit.newest(connection)
    except database.FAULTS as error:
        said = database.reason(error, parts.password)
        yield Check(NAME, "warning", f"the chain cannot be looked at: {said}", "mend the database first")
        return
    finally:
        engine.dispose()
    much = "no entries yet" if ended is None else f"{ended.seq} entries"
    if not key and file is not None and not held:
        yield Check(NAME, "ok", f"{file} is not there yet; the next start makes it")
    elif not key:
        do = MAKE if file is None or not held else f"bring {file} back from a backup: the chain was begun with it"
        yield Check(NAME, "failure", f"there is none, so no order is taken ({much})", do)
    elif held and held != key_name(key.reveal().encode()):
        do = "give every server the key the chain was begun with"
        yield Check(NAME, "failure", f"it is not the key of this store's chain, so no order is taken ({much})", do)
    else:
        yield Check(NAME, "ok", f"{much}; 'hub verify' checks them")
