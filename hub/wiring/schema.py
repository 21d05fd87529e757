"""``hub schema``: what may be said on the topics, as files or on the standard output, and as a hub serves it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import centres as plugs
from hub.centre import Centre
from hub.errors import HubError
from hub.schema import asyncapi, documents
from hub.wiring.logs import streams_of
from hub.wiring.say import say

ASYNCAPI = "asyncapi"


def schema(*, out: Path | None) -> int:
    """``hub schema``: into a folder, one file each; without one the AsyncAPI document goes to the standard output."""
    texts = schemas(plugs.discover())
    if out is None:
        sys.stdout.buffer.write(texts[ASYNCAPI])
        return 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / f"{name}.json").write_bytes(text)
    except OSError as error:
        raise HubError(f"--out {out}: cannot be written ({error.strerror}); choose another folder") from None
    say(f"{len(texts) - 1} JSON Schemas and {ASYNCAPI}.json written to {out}/")
    return 0


def schemas(centres: Sequence[Centre]) -> dict[str, bytes]:
    """Every document by name: ``asyncapi``, ``envelope`` and one JSON Schema for each event type."""
    streams = streams_of(centres)
    return {name: _text(document) for name, document in {ASYNCAPI: asyncapi(streams), **documents(streams)}.items()}


def _text(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
