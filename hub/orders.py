"""What a person decides. A command is judged against the rows as the store holds them, in the transaction that writes
what becomes of it: rows, history, outbox, audit entry and answer together, or nothing.

The facts travel to the log by the relay and come back like every other one. Must not know the web.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Unanswered
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from hub.access import Actor
from hub.codec import encode, event_id
from hub.domain.events import Emission
from hub.domain.model import Fact, Text
from hub.engine import Engine
from hub.errors import BadPayload, StoreDown, Unaudited
from hub.picture.rows import Row
from hub.ports import AuditEntry, Clock, HistoryEntry, Judged, Look, Store
from hub.recorder import Recorder
from hub.road.act import ENTITIES, Decision, Rules
from hub.road.commands import Command
from hub.road.decide import about, decide
from hub.road.reasons import Refused, refused

ANSWER_S = 5.0
"""How long a person waits for the database; nobody is told "accepted" before it is stored."""
NOWHERE = -1
"""Partition and offset of a decision's history: it was decided here, before it went to the log."""
RECORD_MAX = 600_000
"""Bytes of one fact: well below what the log takes."""
_DIGEST = 16
_encode = msgspec.json.Encoder().encode
_canonical = msgspec.json.Encoder(order="deterministic").encode


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a command was answered, as it is kept under its key. ``request``: a digest of the command."""

    request: str
    accepted: bool
    events: tuple[str, ...] = ()
    code: str = ""
    reason: Text | None = None


_answer = msgspec.json.Decoder(Answer).decode


class _Seen:
    """The picture as a decision sees it: what the engine holds, and what others have decided since."""

    def __init__(self, engine: Engine, look: Look) -> None:
        self._engine, self._look = engine, look
        self.seen: dict[tuple[str, str], Row | None] = {}

    def get(self, table: str, key: str) -> Row | None:
        """The newest row there is. Only what is decided here is looked up in the store."""
        place = (table, key)
        if place not in self.seen:
            self.seen[place] = self._newest(table, key)
        return self.seen[place]

    def rows(self, table: str) -> Mapping[str, Row]:
        """All rows of a table as the engine holds them."""
        with self._engine.lock:
            return dict(self._engine.picture.rows(table))

    def _newest(self, table: str, key: str) -> Row | None:
        with self._engine.lock:
            declared = self._engine.picture.tables.get(table)
            held = None if declared is None else self._engine.picture.get(table, key)
        if declared is None or table not in ENTITIES:
            return held
        stored = self._look(table, key)
        if stored is None or (held is not None and held.order >= (stored.epoch, stored.rev)):
            return held
        fact: Fact = msgspec.json.decode(stored.data, type=declared.data)
        return Row(fact, stored.at, stored.seen, stored.type, stored.source)


@dataclass(slots=True)
class Orders:
    """Takes commands from any thread, one at a time. ``wake()`` tells the relay that something waits."""

    engine: Engine
    store: Store
    recorder: Recorder
    clock: Clock
    node: str
    rules: Rules
    wake: Callable[[], None]
    _writer: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="orders")
    )

    def give(self, command: Command, actor: Actor, key: str) -> list[str]:
        """Carry out a command; gives the ids of the facts it became. Raises ``Refused``; then nothing happened, or for
        the code ``no_answer`` it may have: giving the same command with the same key again is safe.

        ``key``: names this request of this actor; the same key gets the same answer, and nothing happens twice.
        """
        state = self.recorder.state()
        if not state.on:
            raise _not_recorded(state.error)
        digest = _hash(_canonical((command.type, command.data, command.expected_rev)))
        asked = time.monotonic()

        def judge(look: Look) -> Judged:
            if time.monotonic() - asked > ANSWER_S:
                raise StoreDown("the database took too long")  # nobody waits for the answer any more
            return self._judge(command, actor, key, digest, look)

        try:
            raw, _ = self._writer.submit(self.store.decide, f"{actor.id}:{key}", judge).result(ANSWER_S)
        except Unaudited as error:
            zh = "审计链未配置密钥（HUB_AUDIT_KEY），或与本库所用密钥不同，不能下达"
            raise Refused("not_audited", Text(zh, str(error)), store=True) from error
        except StoreDown as error:
            raise _not_recorded(str(error)) from error
        except Unanswered:
            words = Text("数据库无应答，请稍后重试", "the database does not answer; try again in a moment")
            raise Refused("no_answer", words, store=True) from None
        answer = _answer(raw)
        if answer.request != digest:
            raise refused("key_used", "该请求编号已用于另一操作", "this idempotency key was used for another command")
        if not answer.accepted:
            raise Refused(answer.code, answer.reason or Text("未接受", "not accepted"))
        if answer.events:
            self.wake()
        return list(answer.events)

    def _judge(self, command: Command, actor: Actor, key: str, digest: str, look: Look) -> Judged:
        now = self.clock.now()
        seen = _Seen(self.engine, look)
        table, entity = about(command)
        try:
            decision = self._readable(decide(seen, command, actor, now, self.rules))
        except Refused as no:
            answer = Answer(request=digest, accepted=False, code=no.code, reason=no.reason)
            before = seen.seen.get((table, entity))
            entry = self._entry(command, actor, key, now, table, entity, f"refused:{no.code}", before)
            return Judged(answer=_encode(answer), audit=entry)
        return self._accepted(command, actor, key, digest, decision, seen, now)

    def _readable(self, decision: Decision) -> Decision:
        """The same as every reader of the log will take it, places in WGS-84. Raises ``Refused`` for what would be
        accepted here and refused there, or would keep everything behind it from being delivered.
        """
        out = []
        for emission in decision.emissions:
            record = encode(emission)
            if len(record.value or b"") > RECORD_MAX:
                raise refused("too_large", "内容过多，无法记录", "this is more than can be recorded in one thing")
            try:
                fact = self.engine.tried(emission.topic, record)
            except BadPayload as error:
                raise refused(
                    "unfit", f"无法记录，请检查位置、时间和数值（{error}）", f"this cannot be recorded: {error}"
                ) from None
            out.append(emission if fact == emission.data else msgspec.structs.replace(emission, data=fact))
        return msgspec.structs.replace(decision, emissions=tuple(out))

    def _accepted(
        self, command: Command, actor: Actor, key: str, digest: str, decision: Decision, seen: _Seen, now: float
    ) -> Judged:
        before = seen.seen.get((decision.table, decision.id))
        rows: dict[str, dict[str, Row | None]] = {}
        history: list[HistoryEntry] = []
        hashes: list[str] = []
        after = ""
        for emission in decision.emissions:
            table = _table_of(emission)
            fact = emission.data
            row = Row(fact, round(emission.at, 3), now, emission.type, emission.source)
            data = _encode(fact)
            rows.setdefault(table, {})[fact.id] = row
            history.append(_history(emission, table, data, row.at, now))
            hashes.append(f"{event_id(emission)} {_hash(data)}")
            if (table, fact.id) == (decision.table, decision.id):
                after = _hash(data)
        events = tuple(event_id(emission) for emission in decision.emissions)
        entry = self._entry(command, actor, key, now, decision.table, decision.id, "ok", before)
        return Judged(
            answer=_encode(Answer(request=digest, accepted=True, events=events)),
            audit=msgspec.structs.replace(entry, after=after, facts=tuple(hashes)),
            rows={table: dict(held) for table, held in rows.items()},
            history=history,
            outbox=[(emission.topic, encode(emission)) for emission in decision.emissions],
        )

    def _entry(
        self,
        command: Command,
        actor: Actor,
        key: str,
        now: float,
        table: str,
        entity: str,
        outcome: str,
        row: Row | None,
    ) -> AuditEntry:
        return AuditEntry(
            at=now,
            actor=actor.id,
            role=actor.role,
            centre=actor.centre or "",
            action=command.type,
            table=table,
            entity=entity,
            rev=0 if row is None else row.fact.rev,
            purpose=command.purpose,
            outcome=outcome,
            before="" if row is None else _hash(_encode(row.fact)),
            request=key,
            node=self.node,
        )


def _table_of(emission: Emission) -> str:
    """The table a decision's fact belongs to, by the word its type has."""
    word = emission.type.split(".")[2]
    for table, entity in ENTITIES.items():
        if entity == word:
            return table
    raise BadPayload(f"{emission.type} is no fact of a decision")


def _history(emission: Emission, table: str, data: bytes, at: float, now: float) -> HistoryEntry:
    fact = emission.data
    return HistoryEntry(
        event=event_id(emission),
        source=emission.source,
        type=emission.type,
        table=table,
        entity=fact.id,
        rev=fact.rev,
        epoch=fact.epoch,
        at=at,
        seen=now,
        topic=emission.topic,
        partition=NOWHERE,
        offset=NOWHERE,
        data=data,
    )


def _hash(raw: bytes) -> str:
    return blake2b(raw, digest_size=_DIGEST).hexdigest()


def _not_recorded(why: str) -> Refused:
    words = Text(f"未在记录，不能下达：{why}", f"nothing is being recorded, so no order is taken: {why}")
    return Refused("not_recording", words, store=True)
