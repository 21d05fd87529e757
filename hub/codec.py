"""CloudEvents 1.0 structured JSON in and out. Must not know what a fact means or what becomes of it.

``decode`` gives an Event or raises ``BadPayload`` with a reason a person can act on; it never raises anything else.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Generic, Literal, Protocol, TypeVar, runtime_checkable

import msgspec
from msgspec import Meta

from hub.domain.events import Emission, Event, Exercise, Stream
from hub.domain.field import Fixes
from hub.domain.model import Fact, Frame, Instant, Position, instant
from hub.errors import BadPayload
from hub.ports import Outgoing, Record

CONTENT_TYPE = b"application/cloudevents+json"
REFUSED = "refused"
"""Header of a record that its producer already refused: the value is the raw input, the header the reason."""
FOLLOWUP = "followup"
"""Header of a record that goes with the one before it and is not counted as a row of its own."""
MAX_BYTES = 1 << 20
_EARLIEST, _LATEST = 946684800.0, 4102444800.0  # 2000-01-01 .. 2100-01-01, epoch seconds

FIX_PAST_S, FIX_AHEAD_S = 86_400.0, 5.0
"""How far the fixes of a record may lie before and after its time: the newest counts, so one from a clock gone wrong
would stand for ever."""
FIX_LOG_S = 86_400.0
"""The same against the log's own clock, where the log says when it took a record: the same answer on every server."""

Columns = tuple[int, ...]
Locate = Callable[[Position], Position]
"""Checks a position and gives it in WGS-84, or raises ``BadPayload``. It may be a ``LocateMany`` besides."""


@runtime_checkable
class LocateMany(Protocol):
    """The same for columns in 1e-7 degrees; ``BadPayload`` says at which index."""

    def many(self, frame: Frame, lon: Columns, lat: Columns) -> tuple[Columns, Columns]:
        """``lon`` and ``lat`` in WGS-84; the same objects when nothing changes."""
        ...


class _OneByOne:
    """``LocateMany`` by a function for one position."""

    def __init__(self, locate: Locate) -> None:
        self._locate = locate

    def many(self, frame: Frame, lon: Columns, lat: Columns) -> tuple[Columns, Columns]:
        placed: list[Position] = []
        for index, (x, y) in enumerate(zip(lon, lat, strict=True)):
            try:
                placed.append(self._locate(Position(x / 1e7, y / 1e7, frame)))
            except BadPayload as error:
                raise BadPayload(f"lon[{index}], lat[{index}]: {error}") from None
        return tuple(round(p.lon * 1e7) for p in placed), tuple(round(p.lat * 1e7) for p in placed)


T = TypeVar("T")


class _Whole(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """An envelope whose ``data`` is of one type."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(min_length=1, max_length=400)]
    source: Annotated[str, Meta(min_length=1, max_length=400)]
    type: Annotated[str, Meta(min_length=1, max_length=200)]
    subject: Annotated[str, Meta(min_length=1, max_length=160)]
    time: Instant
    data: T
    exercise: Exercise = "o"
    correlationid: str | None = None
    causationid: str | None = None


class Envelope(_Whole[msgspec.Raw], frozen=True, gc=False):
    """A CloudEvent 1.0 in structured JSON, as a record's value. ``exercise``: o operation, e exercise, s simulation."""


class _Outgoing(msgspec.Struct, frozen=True, omit_defaults=True):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    data: Fact
    exercise: str = "o"
    correlationid: str | None = None
    causationid: str | None = None


_envelope = msgspec.json.Decoder(Envelope)
_encode = msgspec.json.Encoder().encode


class Codec:
    """Decodes the records of the declared streams."""

    def __init__(self, streams: Iterable[Stream], locate: Locate) -> None:
        """``streams``: what may arrive where. ``locate``: check and conversion of positions at the edge."""
        self._streams = {stream.topic: stream for stream in streams}
        self._locate = locate
        self._columns: LocateMany = locate if isinstance(locate, LocateMany) else _OneByOne(locate)
        types = {cls for stream in self._streams.values() for cls in stream.events.values()}
        self._decoders = {cls: msgspec.json.Decoder(cls) for cls in types}
        self._places = {cls: _position_fields(cls) for cls in types}
        self._placed_once = {cls for cls in types if _one_position(cls)}
        fast = {cls for stream in self._streams.values() if stream.ephemeral for cls in stream.events.values()}
        self._whole = {cls: msgspec.json.Decoder(_Whole[cls]) for cls in fast}  # type: ignore[valid-type]
        self._likely: dict[str, type[Fact]] = {}

    def decode(self, record: Record, now: float) -> Event:
        """The event in a record; ``now`` (epoch seconds) becomes ``seen``. Raises ``BadPayload`` only."""
        refused = record.header(REFUSED)
        if refused is not None:
            raise BadPayload(refused.decode("utf-8", "replace"))
        try:
            return self._decode(record, now)
        except BadPayload:
            raise
        except RecursionError:
            raise BadPayload("nested too deeply") from None
        except Exception as error:
            raise BadPayload(str(error) or type(error).__name__) from None

    def _decode(self, record: Record, now: float) -> Event:
        stream = self._streams.get(record.topic)
        if stream is None:
            raise BadPayload(f"topic {record.topic} is not declared")
        if not record.value:
            raise BadPayload("empty value")
        if len(record.value) > MAX_BYTES:
            raise BadPayload(f"{len(record.value)} bytes, more than {MAX_BYTES}")
        envelope, cls, data = self._opened(stream, record.value)
        if "\0" in envelope.id or "\0" in envelope.source or "\0" in envelope.subject:
            raise BadPayload("a NUL character in id, source or subject")  # no database stores it as text
        if not envelope.source.startswith(stream.source):
            raise BadPayload(f"source {envelope.source} may not write to topic {record.topic}")
        if data is None:
            data = self._decoders[cls].decode(envelope.data)
        if data.id != envelope.subject:
            raise BadPayload(f"subject {envelope.subject} is not the id in data, {data.id}")
        if record.key is not None and record.key != envelope.subject.encode():
            raise BadPayload(f"record key {record.key!r} is not the subject {envelope.subject}")
        time = envelope.time.timestamp()
        if not _EARLIEST < time < _LATEST:
            raise BadPayload(f"time {envelope.time.isoformat()} is outside 2000..2100")
        if isinstance(data, Fixes):
            _check_times(data, time, record.timestamp)
        return Event(
            id=envelope.id,
            source=envelope.source,
            type=envelope.type,
            subject=envelope.subject,
            time=time,
            seen=now,
            data=self._placed(cls, data),
            exercise=envelope.exercise,
            correlation=envelope.correlationid,
            causation=envelope.causationid,
        )

    def _opened(self, stream: Stream, value: bytes) -> tuple[_Whole[Any], type[Fact], Fact | None]:
        """The envelope and its type of fact. On a high-rate topic the next record is likely of the same type as the
        last one: then all of it is read at once, and the fact is there too. What is wrong is said by the slow way.
        """
        likely = self._likely.get(stream.topic)
        if likely is not None:
            try:
                whole = self._whole[likely].decode(value)
            except (msgspec.DecodeError, RecursionError):
                pass
            else:
                if stream.events.get(whole.type) is likely:
                    return whole, likely, whole.data
        envelope = _envelope.decode(value)
        cls = stream.events.get(envelope.type)
        if cls is None:
            raise BadPayload(f"type {envelope.type} is not declared on topic {stream.topic}")
        if stream.ephemeral:
            self._likely[stream.topic] = cls
        return envelope, cls, None

    def _placed(self, cls: type[Fact], data: Fact) -> Fact:
        if cls in self._placed_once:  # nearly every fact
            place: Position | None = data.position  # type: ignore[attr-defined]
            if place is None or (placed := self._locate(place)) is place:  # in WGS-84 the fact stays as it came
                return data
            return msgspec.structs.replace(data, position=placed)
        if isinstance(data, Fixes):
            lon, lat = self._columns.many(data.frame, data.lon, data.lat)
            return data if lon is data.lon else msgspec.structs.replace(data, lon=lon, lat=lat, frame="WGS84")
        changes: dict[str, object] = {}
        for name in self._places[cls]:
            value = getattr(data, name)
            if isinstance(value, Position):
                changes[name] = self._locate(value)
            elif value:
                changes[name] = tuple(self._locate(position) for position in value)
        return msgspec.structs.replace(data, **changes) if changes else data


def _one_position(cls: type[Fact]) -> bool:
    """Whether all its places are one ``position``, which may be missing."""
    hint = typing.get_type_hints(cls).get("position")
    return _position_fields(cls) == ("position",) and hint in (Position, Position | None)


def _check_times(data: Fixes, time: float, logged: float) -> None:
    """``time``: of the record; ``logged``: when the log took it, 0 where it does not say."""
    if not data.ms:
        return
    base, first, last = data.base.timestamp(), min(data.ms), max(data.ms)
    if base + first / 1000 < time - FIX_PAST_S:
        raise BadPayload(f"ms[{data.ms.index(first)}] is more than a day before the record's time")
    if base + last / 1000 > time + FIX_AHEAD_S:
        raise BadPayload(f"ms[{data.ms.index(last)}] is more than {FIX_AHEAD_S:.0f} s after the record's time")
    if logged and base + last / 1000 > logged + FIX_LOG_S:
        raise BadPayload(f"ms[{data.ms.index(last)}] is more than a day after the log took the record")


def _position_fields(cls: type[Fact]) -> tuple[str, ...]:
    """Names of the fields that hold a Position or a tuple of them."""
    hints = typing.get_type_hints(cls)
    return tuple(name for name, hint in hints.items() if "Position" in repr(hint))


def event_id(emission: Emission) -> str:
    """The same fact always gets the same id, so sending it again is recognised."""
    data = emission.data
    return f"{emission.type}:{data.id}:{data.epoch}.{data.rev}"


def encode(emission: Emission, *, id: str | None = None, headers: tuple[tuple[str, bytes], ...] = ()) -> Outgoing:
    """A fact as a record: CloudEvent in the value, the entity's id as key, ``content-type`` as first header."""
    body = _Outgoing(
        specversion="1.0",
        id=id or event_id(emission),
        source=emission.source,
        type=emission.type,
        subject=emission.data.id,
        time=instant(emission.at).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        datacontenttype="application/json",
        data=emission.data,
        exercise=emission.exercise,
        correlationid=emission.correlation,
        causationid=emission.causation,
    )
    return Outgoing(emission.data.id.encode(), _encode(body), (("content-type", CONTENT_TYPE), *headers))


def refuse(raw: bytes, reason: str, key: str) -> Outgoing:
    """A record for input that could not become a fact: the engine keeps it as a dead letter with that reason."""
    return Outgoing(key.encode(), raw, ((REFUSED, reason.encode()),))
