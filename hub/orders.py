"""What a person decides. A command is checked against the picture and becomes a fact that waits in the outbox, stored
with the answer's word: an accepted command is never lost, a refused one says why in words an officer understands.

The fact travels to the log by the relay and comes back like every other one. Must not know the web.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Unanswered
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.codec import encode, event_id
from hub.domain.events import Emission
from hub.domain.field import Alarm
from hub.domain.model import Text, instant
from hub.engine import Engine
from hub.errors import HubError, StoreDown
from hub.field.topics import FIELD_TOPIC
from hub.ports import Batch, Clock, Store
from hub.recorder import Recorder

ANSWER_S = 5.0
"""How long a person waits for the database; nobody is told "accepted" before it is stored."""


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entity a command is about."""

    id: Annotated[str, Meta(min_length=1, max_length=160)]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``type``: the only one so far. ``expected_rev``: the revision the person saw; any other is refused."""

    type: Annotated[str, Meta(pattern="^alarm\\.acknowledge$")]
    data: Subject
    expected_rev: int | None = None


class Refused(HubError):
    """Why a command was not carried out. ``code`` for programs; ``store``: not the rules but the store."""

    def __init__(self, code: str, reason: Text, *, store: bool = False) -> None:
        super().__init__(reason.en)
        self.code, self.reason, self.store = code, reason, store


@dataclass(slots=True)
class Orders:
    """Takes commands from any thread, one at a time. ``wake()`` tells the relay that something waits."""

    engine: Engine
    store: Store
    recorder: Recorder
    clock: Clock
    node: str
    wake: Callable[[], None]
    _writer: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=1, thread_name_prefix="orders")
    )

    def give(self, command: Command) -> list[str]:
        """Carry out a command; gives the ids of the facts it became. Raises ``Refused``; then nothing happened, or for
        the code ``no_answer`` it may have: giving the same command again is safe.
        """
        state = self.recorder.state()
        if not state.on:
            raise _not_recorded(state.error)
        emission = self._acknowledge(command)
        batch = Batch(rows={}, outbox=[(emission.topic, encode(emission))])
        try:
            self._writer.submit(self.store.commit, batch).result(ANSWER_S)
        except StoreDown as error:
            raise _not_recorded(str(error)) from error
        except Unanswered:
            words = Text("数据库无应答，请稍后重试", "the database does not answer; try again in a moment")
            raise Refused("no_answer", words, store=True) from None
        self.wake()
        return [event_id(emission)]

    def _acknowledge(self, command: Command) -> Emission:
        with self.engine.lock:
            row = self.engine.picture.get("alarms", command.data.id)
        if row is None or not isinstance(row.fact, Alarm):
            raise Refused("not_there", Text(f"没有告警 {command.data.id}", f"there is no alarm {command.data.id}"))
        alarm = row.fact
        if command.expected_rev not in (None, alarm.rev):
            words = Text(
                f"告警已变更（现为第 {alarm.rev} 版），请刷新后再试",
                f"the alarm has changed since (revision {alarm.rev} now); look again",
            )
            raise Refused("changed", words)
        if alarm.state != "raised":
            raise Refused("not_raised", Text("告警已确认或已解除", f"the alarm is {alarm.state} already"))
        now = self.clock.now()
        fact = msgspec.structs.replace(alarm, rev=alarm.rev + 1, state="acknowledged", acknowledged_at=instant(now))
        kind = "cn.hub.alarm.acknowledged.v1"
        return Emission(topic=FIELD_TOPIC, source=f"/hub/{self.node}", type=kind, at=now, data=fact)


def _not_recorded(why: str) -> Refused:
    words = Text(f"未在记录，不能下达：{why}", f"nothing is being recorded, so no order is taken: {why}")
    return Refused("not_recording", words, store=True)
