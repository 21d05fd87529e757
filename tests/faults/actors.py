"""Eight people at work at once: who gives which command to which server, and what each was answered.

What they know of the hub is what its answers said; they choose among the same few things, so that they race. Uses
nothing of the hub but its door.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

UNITS = ("U-race-1", "U-race-2")
CENTRES = ("criminal", "bigdata", "basic")
ACTORS = (
    "commander",
    "duty-1",
    "duty-2",
    *(f"lead-{name}" for name in CENTRES),
    *(f"unit-{name}" for name in UNITS),
)
"""Eight."""
PATIENCE_S = 60.0
AT_HAND = 4
"""How many things of a kind they work on: few, so that they meet."""
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A command and what came of it. ``answers``: one for each time it was given, the same one to the same key."""

    actor: str
    key: str
    body: Body
    answers: tuple[tuple[int, Body], ...]

    @property
    def status(self) -> int:
        return self.answers[0][0]

    @property
    def events(self) -> list[str]:
        events: list[str] = self.answers[0][1].get("events", [])
        return events

    @property
    def code(self) -> str:
        """Of the refusal, ``""`` when it was accepted."""
        code: str = self.answers[0][1].get("reason", {}).get("code", "")
        return code


@dataclass(slots=True)
class Thing:
    """What they know of one: its newest revision, the last step, and who is to act (a centre, a unit)."""

    rev: int
    verb: str
    whose: str | None = None


@dataclass(slots=True)
class Known:
    """What they have heard of by kind, as answers told it; it is often a moment old."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    things: dict[str, dict[str, Thing]] = field(default_factory=lambda: {"clue": {}, "operation": {}, "task": {}})
    made: Counter[str] = field(default_factory=Counter)

    def heard(self, body: Body, events: Sequence[str]) -> None:
        """``cn.hub.clue.signed.v1:K-3:0.7`` → clue K-3 is at revision 7; a thing that ended is let go."""
        whose = {line["id"]: line["assignee_id"] for line in body["data"].get("tasks", ())}
        if "to" in body["data"]:
            whose[body["data"]["id"]] = body["data"]["to"]
        with self.lock:
            for event in events:
                kind, key, order = event.split(":")
                _, _, name, verb, _ = kind.split(".")
                rev, held = int(order.split(".")[1]), self.things.setdefault(name, {})
                thing = held.setdefault(key, Thing(rev, verb))
                if rev >= thing.rev:
                    thing.rev, thing.verb, thing.whose = rev, verb, whose.get(key, thing.whose)
                if verb in ("closed", "done", "refused", "expired", "cancelled"):
                    held.pop(key)

    def one(self, name: str, chance: random.Random, after: Sequence[str] = (), mine: str | None = None) -> str | None:
        """One of the newest few whose last step was one of ``after`` (any, when none is said) and that waits for
        ``mine``; now and then whichever, as people err. ``None``: nothing to do.
        """
        with self.lock:
            some = list(self.things[name].items())
        if chance.random() < 0.15:
            return chance.choice([key for key, _ in some][-AT_HAND:] or [f"{name}-1"])
        fit = [key for key, t in some if (not after or t.verb in after) and mine in (None, t.whose)][-AT_HAND:]
        return chance.choice(fit) if fit else None

    def new(self, name: str, chance: random.Random) -> str:
        """An id nobody has used, or now and then the one somebody else is using right now."""
        with self.lock:
            self.made[name] += chance.random() > 0.1
            return f"{name}-{max(1, self.made[name])}"

    def rev(self, name: str, key: str) -> int | None:
        with self.lock:
            thing = self.things[name].get(key)
            return None if thing is None else thing.rev


def _later(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="milliseconds")


def _line(known: Known, chance: random.Random) -> Body:
    to = chance.choice([*UNITS, *CENTRES])
    words = {"zh": "布控路口", "en": "Post at the junction"}
    return {"id": known.new("task", chance), "words": words, "assignee": to, "assignee_id": to, "due_at": _later(1)}


Make = Callable[[Known, random.Random, str | None], Body | None]
"""What is known, chance, the centre or unit of who gives it → a command, ``None`` when there is nothing for it."""


def _body(command: str, key: str | None, **data: Any) -> Body | None:
    return None if key is None else {"type": command, "data": {"id": key, **data}}


def _about(command: str, after: str, *, own: bool = False, **data: Any) -> Make:
    """A command on a thing; ``after``: the steps it usually follows; ``own``: given by whom it waits for."""
    thing = command.split(".")[0]
    return lambda known, chance, mine: _body(
        command, known.one(thing, chance, after.split(), mine if own else None), **data
    )


def _report(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    return _body("clue.report", known.new("clue", chance), words="可疑车辆", priority=chance.randint(1, 4))


def _transfer(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    key = known.one("clue", chance, ("triaged", "recalled", "returned"))
    return _body("clue.transfer", key, to=chance.choice(CENTRES))


def _merge(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    key, into = known.one("clue", chance, ("reported", "triaged", "returned")), known.one("clue", chance)
    return _body("clue.merge", key if into else None, into=into)


def _link(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    key, other = known.one("clue", chance), known.one("clue", chance)
    return _body("clue.link", key if other else None, to=other)


def _start(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    clue = known.one("clue", chance, ("triaged", "signed"))
    key = known.new("operation", chance) if clue else None
    return _body("operation.start", key, words="夜间清查", clue=clue, centres=chance.sample(CENTRES, 2))


def _issue(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    tasks = [_line(known, chance) for _ in range(chance.randint(1, 3))]
    return _body("list.issue", known.one("operation", chance), tasks=tasks)


def _reassign(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    return _body("task.reassign", known.one("task", chance), task=_line(known, chance))


def _progress(known: Known, chance: random.Random, mine: str | None) -> Body | None:
    key = known.one("task", chance, ("accepted", "executing", "progressed"), mine)
    return _body("task.progress", key, progress=round(chance.random(), 2))


_RESULTS = [{"title": {"zh": "查获", "en": "seized"}, "value": 2}]
_AT_WORK = "accepted executing progressed"
_REPORT: list[tuple[Make, int]] = [(_report, 2)]
_TRIAGE: list[tuple[Make, int]] = [
    (_about("clue.triage", "reported returned", priority=2), 5),
    (_transfer, 6),
    (_about("clue.recall", "transferred"), 1),
    (_about("clue.chase", "transferred chased"), 2),
    (_merge, 2),
    (_link, 1),
    (_about("clue.close", "fed_back signed", cause="done"), 1),
    (_start, 2),
    (_issue, 6),
    (_about("operation.close", "updated"), 1),
    (_about("task.chase", "issued seen chased"), 1),
    (_about("task.cancel", "issued accepted"), 1),
    (_reassign, 1),
]
_FIELD: list[tuple[Make, int]] = [
    (_about("task.deliver", "issued", own=True), 2),
    (_about("task.see", "issued delivered", own=True), 2),
    (_about("task.accept", "issued delivered seen", own=True), 5),
    (_about("task.refuse", "issued seen", own=True, cause="no_asset"), 1),
    (_about("task.execute", "accepted", own=True), 2),
    (_progress, 3),
    (_about("task.finish", _AT_WORK, own=True, results=_RESULTS), 2),
]
_SIGN: list[tuple[Make, int]] = [
    (_about("clue.sign", "transferred chased", own=True), 9),
    (_about("clue.return", "transferred chased", own=True, cause="incomplete"), 4),
    (_about("clue.feedback", "signed", own=True, results=_RESULTS), 2),
]
_MADE: dict[str, list[tuple[Make, int]]] = {
    "commander": _REPORT + _TRIAGE + _SIGN,
    "duty": _REPORT + _TRIAGE + [(_SIGN[0][0], 2)],  # that one is not theirs to give: it must be refused
    "lead": _REPORT + _SIGN + _FIELD,
    "unit": _REPORT + _FIELD + [(_TRIAGE[0][0], 1)],
}


@dataclass(slots=True)
class Person:
    """One of them, with connections of its own to every server."""

    name: str
    servers: Sequence[str]
    known: Known
    chance: random.Random
    pause_s: float = 0.0
    said: list[Said] = field(default_factory=list)
    unsure: int = 0
    took: list[float] = field(default_factory=list)

    def work(self, commands: int) -> None:
        """Give that many commands, one after the other; some twice, to two servers at the same moment or later."""
        role, _, mine = self.name.partition("-")
        made = _MADE[role]
        with httpx.Client(timeout=30) as client, ThreadPoolExecutor(2) as twice:
            for number in range(commands):
                make = self.chance.choices([m for m, _ in made], [w for _, w in made])[0]
                while (body := make(self.known, self.chance, mine or None)) is None:
                    make = self.chance.choices([m for m, _ in made], [w for _, w in made])[0]
                self._expect(body)
                time.sleep(self.chance.uniform(0, self.pause_s))
                self._give(client, twice, f"{self.name}/{number}", body)
            self._misuse(client)

    def _expect(self, body: Body) -> None:
        thing = {"list": "operation"}.get(body["type"].split(".")[0], body["type"].split(".")[0])
        rev = self.known.rev(thing, body["data"]["id"])
        if rev is not None and self.chance.random() < 0.3:
            body["expected_rev"] = rev if self.chance.random() < 0.9 else rev + 3

    def _give(self, client: httpx.Client, twice: ThreadPoolExecutor, key: str, body: Body) -> None:
        one, other = self.chance.sample(self.servers, 2) if len(self.servers) > 1 else [*self.servers] * 2
        turn = self.chance.random()
        if turn < 0.1:  # impatient: both at once
            asked = [twice.submit(self._post, client, where, key, body) for where in (one, other)]
            answers = [each.result() for each in asked]
        else:
            answers = [self._post(client, one, key, body)]
            if turn < 0.2:  # the answer was lost on the way, say
                answers.append(self._post(client, other, key, body))
        self.said.append(Said(self.name, key, body, tuple(answers)))
        self.known.heard(body, self.said[-1].events)

    def _misuse(self, client: httpx.Client) -> None:
        """A key that was used for something else is refused and spends nothing."""
        used = self.said[0]
        other = {"type": "clue.report", "data": {"id": f"never-{self.name}", "words": "不应出现"}}
        status, answer = self._post(client, self.servers[-1], used.key, other)
        assert (status, answer["reason"]["code"]) == (409, "key_used"), answer

    def _post(self, client: httpx.Client, server: str, key: str, body: Body) -> tuple[int, Body]:
        """Until it is told yes or no: whoever is not sure asks again with the same key, as a page does."""
        end = time.monotonic() + PATIENCE_S
        while True:
            began = time.monotonic()
            headers = {"Idempotency-Key": key, "Hub-Actor": self.name, "content-type": "application/json"}
            try:
                answer = client.post(f"{server}/api/v1/commands", content=json.dumps(body), headers=headers)
            except httpx.TransportError:
                assert time.monotonic() < end, f"no answer to {key}"
                self.unsure += 1
                time.sleep(0.1)
                continue
            if answer.status_code != 503 or time.monotonic() > end:
                self.took.append(time.monotonic() - began)
                return answer.status_code, answer.json()
            self.unsure += 1
            time.sleep(0.1)


def at_work(
    servers: Sequence[str], commands: int, seed: int, pause_s: float = 0.0
) -> tuple[list[Said], list[Person], float]:
    """All eight give ``commands`` between them; what was said, the people, and how long it took, seconds. ``pause_s``:
    how long each thinks at most before the next one.
    """
    known = Known()
    people = [Person(name, servers, known, random.Random(f"{seed} {name}"), pause_s) for name in ACTORS]
    began = time.monotonic()
    with ThreadPoolExecutor(len(people)) as crowd:
        share = [commands // len(people) + (number < commands % len(people)) for number in range(len(people))]
        for each in [crowd.submit(person.work, some) for person, some in zip(people, share, strict=True)]:
            each.result()
    return [said for person in people for said in person.said], people, time.monotonic() - began
