"""The decision about a command: pure, and always an answer: the facts it becomes, or ``Refused`` with the reason.

``decide`` sees the picture as it is when the decision is written (``Seen``); what it gives is written as a whole or not
at all. It knows neither store nor log nor web.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.access import Actor, allow
from hub.road import clues, desk, incidents, operations, tasks
from hub.road.act import ENTITIES, Act, Decision, Rules, Seen
from hub.road.commands import Command
from hub.road.reasons import refused


def about(command: Command) -> tuple[str, str]:
    """(table, id) of what a command is about."""
    return _ABOUT[command.type.split(".")[0]], command.data.id


def decide(seen: Seen, command: Command, actor: Actor, now: float, rules: Rules) -> Decision:
    """The facts a command becomes. Raises ``Refused``; then nothing becomes of it."""
    allow(actor, command.type)
    table, key = about(command)
    row = seen.get(table, key) if table in ENTITIES else None
    rev = row.fact.rev if row is not None else 0
    if command.expected_rev is not None and command.expected_rev != rev:
        raise refused(
            "changed",
            f"{key} 已被更新（现为第 {rev} 版，您看到的是第 {command.expected_rev} 版），请查看后再操作",
            f"{key} has changed since (revision {rev} now, you saw {command.expected_rev}); look again",
        )
    act = Act(seen, command, actor, now, rules)
    _HANDLERS[command.type](act, command.data)
    return Decision(table=table, id=key, rev=rev, emissions=tuple(act.said))


_ABOUT: Mapping[str, str] = {
    "clue": "clues",
    "incident": "incidents",
    "operation": "operations",
    "list": "operations",
    "task": "tasks",
    "alarm": "alarms",
    "recommendation": "proposals",
    "handover": "handovers",
}
_HANDLERS: Mapping[str, Callable[[Act, Any], None]] = {
    "clue.report": clues.report,
    "clue.triage": clues.triage,
    "clue.transfer": clues.transfer,
    "clue.recall": clues.recall,
    "clue.sign": clues.sign,
    "clue.return": clues.give_back,
    "clue.chase": clues.chase,
    "clue.merge": clues.merge,
    "clue.link": clues.link,
    "clue.feedback": clues.feedback,
    "clue.close": clues.close,
    "incident.report": incidents.report,
    "incident.dispatch": incidents.dispatch,
    "incident.arrive": incidents.arrive,
    "incident.divert": incidents.divert,
    "incident.sign": incidents.sign,
    "incident.chase": incidents.chase,
    "incident.close": incidents.close,
    "incident.reopen": incidents.reopen,
    "operation.start": operations.start,
    "operation.join": operations.join,
    "operation.close": operations.close,
    "list.issue": operations.list_issue,
    "task.deliver": tasks.deliver,
    "task.see": tasks.see,
    "task.accept": tasks.accept,
    "task.refuse": tasks.refuse,
    "task.execute": tasks.execute,
    "task.progress": tasks.progress,
    "task.finish": tasks.finish,
    "task.cancel": tasks.cancel,
    "task.reassign": tasks.reassign,
    "task.chase": tasks.chase,
    "task.expire": tasks.expire,
    "alarm.acknowledge": desk.alarm_acknowledge,
    "alarm.shelve": desk.alarm_shelve,
    "recommendation.answer": desk.proposal_answer,
    "handover.offer": desk.handover_offer,
    "handover.sign": desk.handover_sign,
}
