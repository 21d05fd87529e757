"""A password that does not show itself, and streams that hold one back whoever prints it.

Must not know where a secret comes from or what it opens.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO, cast
from urllib.parse import quote, quote_plus

from hub.errors import HubError

STARS = "***"
LEAST = 4
"""A shorter secret is not looked for in what is printed: replacing every ``a`` would give it away."""


class Secret:
    """Text that is shown as ``***`` wherever it is printed, formatted or logged. False when it is empty."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        """``text``: the secret itself."""
        self._text = text

    def reveal(self) -> str:
        """The text. Hand it to a client and to nothing else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({STARS if self._text else ''})"

    def __str__(self) -> str:
        return STARS if self._text else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with ``***`` in place of every secret, also of one quoted for an address, JSON or a literal."""
    for form in _forms(secrets):
        text = text.replace(form, STARS)
    return text


@contextmanager
def hushed(secrets: Iterable[Secret]) -> Iterator[None]:
    """While this is open, nothing that Python code of this process prints or logs shows one of the secrets, nor does a
    ``HubError`` that leaves it. After any other exception the streams stay hushed: its traceback is still to come.
    """
    forms = _forms(secrets)
    handlers = [h for h in logging.getLogger().handlers if isinstance(h, logging.StreamHandler)]
    before = sys.stdout, sys.stderr, [handler.stream for handler in handlers]

    def restore() -> None:
        sys.stdout, sys.stderr = before[:2]
        for handler, stream in zip(handlers, before[2], strict=True):
            handler.setStream(stream)

    sys.stdout, sys.stderr = (cast(TextIO, _Hushed(stream, forms)) for stream in before[:2])
    for handler in handlers:
        handler.setStream(_Hushed(handler.stream, forms))
    try:
        yield
    except HubError as error:
        restore()
        shown = hide(str(error), secrets)
        if shown == str(error):
            raise
        raise HubError(shown) from None
    except Exception:
        raise
    except BaseException:
        restore()
        raise
    else:
        restore()


class _Hushed:
    """A text stream that writes to another one, without the secrets."""

    def __init__(self, stream: Any, forms: tuple[str, ...]) -> None:
        self._stream, self._forms = stream, forms

    def write(self, text: str) -> int:
        for form in self._forms:
            text = text.replace(form, STARS)
        return int(self._stream.write(text))

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _forms(secrets: Iterable[Secret]) -> tuple[str, ...]:
    """Every way a secret may be spelt, the longest first, so that no rest of one stays."""
    found: set[str] = set()
    for secret in secrets:
        text = secret.reveal()
        if len(text) >= LEAST:
            quoted = {quote(text), quote(text, safe=""), quote_plus(text)}
            literal = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]}
            found |= {text} | quoted | literal
    return tuple(sorted(found, key=len, reverse=True))
