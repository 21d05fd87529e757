"""The gate: pure ASGI in front of everything, for HTTP and WebSocket alike. Deny by default; knows no page.

Checks host, origin, method, path and body size, and puts the security headers on every answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MAX = 256 * 1024
"""Bytes of a request body."""
PATH_MAX, QUERY_MAX = 512, 2048
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_DENIED = "camera=(), microphone=(), usb=(), payment=()"
_FORBIDDEN = ("..", "\\", "\0", "//")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``hosts``: names (without port) under which the hub may be called. ``scripts``: CSP hashes of inline scripts.
    ``located``: paths of pages that may ask the device where it is.
    """

    hosts: Sequence[str] = LOCAL_HOSTS
    scripts: Sequence[str] = ()
    located: Sequence[str] = ()

    def policy(self) -> str:
        """The content security policy: our own origin only; workers from blobs are the map's."""
        return "; ".join(
            (
                "default-src 'none'",
                " ".join(("script-src 'self'", *self.scripts)),
                "style-src 'self' 'unsafe-inline'",  # React, plotly and the grid write style attributes
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                "worker-src 'self' blob:",
                "connect-src 'self'",
                "media-src 'self' blob:",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            )
        )


class _TooLarge(Exception):
    """The body grew beyond the limit while it was read."""


def gate(app: ASGIApp, rules: Rules) -> ASGIApp:
    """``app`` behind the gate."""
    headers = {
        "content-security-policy": rules.policy(),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": f"{_DENIED}, geolocation=()",
        "x-frame-options": "DENY",
    }
    located = {**headers, "permissions-policy": f"{_DENIED}, geolocation=(self)"}

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        refused = refusal(scope, rules.hosts)
        if scope["type"] == "websocket":
            if refused is None:
                await app(scope, receive, send)
            else:
                await receive()  # websocket.connect
                await send({"type": "websocket.close", "code": 4403, "reason": refused.phrase})
            return
        answer = _with_headers(send, located if scope["path"] in rules.located else headers)
        if refused is None:
            await _limited(app, scope, receive, answer)
        else:
            await _plain(answer, refused)

    return guarded


def refusal(scope: Scope, hosts: Iterable[str]) -> HTTPStatus | None:
    """Why a request is not let in, or ``None``. Looks at the scope alone; the body is counted while it is read."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if _name(host) not in set(hosts):
        return HTTPStatus.MISDIRECTED_REQUEST
    if not _own(headers, host):
        return HTTPStatus.FORBIDDEN
    path: str = scope["path"]
    if len(path) > PATH_MAX or not path.startswith("/") or any(part in path for part in _FORBIDDEN):
        return HTTPStatus.BAD_REQUEST
    if len(scope.get("query_string", b"")) > QUERY_MAX:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    if scope["type"] == "http":
        if scope["method"] not in METHODS:
            return HTTPStatus.METHOD_NOT_ALLOWED
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return HTTPStatus.BAD_REQUEST
        if int(length) > BODY_MAX:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return None


def _name(host: str) -> str:
    """A Host header without its port; ``[::1]:8050`` → ``[::1]``."""
    if host.startswith("["):
        return host[: host.find("]") + 1].lower()
    return host.partition(":")[0].lower()


def _own(headers: Headers, host: str) -> bool:
    """Whether the request comes from our own pages, or from no page at all (a tool sends no origin)."""
    if headers.get("sec-fetch-site") == "cross-site":
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            mutable = MutableHeaders(scope=message)
            for name, value in headers.items():
                mutable[name] = value
            if "cache-control" not in mutable:
                mutable["cache-control"] = "no-store"
        await send(message)

    return answer


async def _limited(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Run the app with a body that may not grow beyond the limit; what it answers to a cut body is not sent."""
    taken = 0
    started = False

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_MAX:
            raise _TooLarge
        return message

    async def watched(message: Message) -> None:
        nonlocal started
        if taken <= BODY_MAX or started:
            started = True
            await send(message)

    with suppress(_TooLarge):
        await app(scope, counted, watched)
    if taken > BODY_MAX and not started:
        await _plain(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


async def _plain(send: Send, status: HTTPStatus) -> None:
    body = f"{status.value} {status.phrase}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", ", ".join(sorted(METHODS)).encode()))
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})
