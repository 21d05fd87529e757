"""Simulated anti-fraud work: a warning, the dissuasion call, an officer if nobody answers, the money, the referral.

One number runs through it all: warning ``FW-n`` leads to payment ``PS-n`` and referral ``RF-n``. Must not know panels.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hub.domain.events import Emission
from hub.domain.model import instant
from hub.field.voice import beside, place_at, speaker, spoken
from hub.field.world import HOUR, World, arrivals, rev_at

from .events import (
    SOURCE,
    TOPIC,
    CallResult,
    FraudWarning,
    Level,
    Outcome,
    PaymentChannel,
    PaymentState,
    PaymentStop,
    Referral,
    ReferralState,
    Scam,
    WarningState,
)

signed = speaker(TOPIC, SOURCE)

PER_HOUR = 6.0
LIFE_S = 9 * HOUR
STATED_S = 8.5 * HOUR  # so that a hub that starts at noon knows what was stopped that morning
WARNING_LIFE_S = 4500.0
REACH_S = 900.0  # somebody must have been reached a quarter of an hour after the warning
KINDS: tuple[Scam, ...] = ("rebate", "investment", "officer", "loan", "refund", "acquaintance")
CHANNELS: tuple[PaymentChannel, ...] = ("bank", "platform", "cash")
ANSWERED: tuple[WarningState, ...] = ("issued", "called", "dissuaded", "closed")
UNANSWERED: tuple[WarningState, ...] = ("issued", "unanswered", "officer_sent", "dissuaded", "closed")
REFERRED: tuple[ReferralState, ...] = ("sent", "received", "answered")
CITY_YUAN, PROVINCE_YUAN = 60_000.0, 400_000.0


def frauds(world: World, start: float, end: float) -> Iterator[Emission]:
    """What warnings, payments and referrals say in the window, unordered."""
    for issued, number, rng in arrivals(world, "criminal.warnings", start - LIFE_S, end, PER_HOUR):
        kind = rng.choices(KINDS, (6, 4, 3, 3, 4, 2))[0]
        amount = min(3e6, max(800.0, round(rng.lognormvariate(9.9, 1.1), -2)))
        paid = rng.random() < 0.45
        n = rng.randrange(1000)
        if paid:
            yield from _payment(world, issued + rng.uniform(90, 900), number, kind, amount, n, rng, start, end)
        if issued + WARNING_LIFE_S > start:  # last, so that leaving it out changes no other chance
            yield from _warning(world, issued, number, kind, amount, paid, n, rng, start, end)


def _warning(
    world: World,
    issued: float,
    number: str,
    kind: Scam,
    amount: float,
    paid: bool,
    n: int,
    rng: Random,
    start: float,
    end: float,
) -> Iterator[Emission]:
    answers = rng.random() < 0.7
    called = issued + rng.uniform(20, 150)
    steps = ANSWERED if answers else UNANSWERED
    times = [issued, called]
    if not answers:
        times.append(called + rng.uniform(30, 200))
    times.append(times[-1] + (rng.uniform(120, 700) if answers else rng.uniform(420, 1500)))
    times.append(times[-1] + rng.uniform(600, 2400))
    outcome: Outcome = "prevented" if not paid else rng.choices(("prevented", "partly", "lost"), (6, 3, 1))[0]
    missed: CallResult = rng.choices(("no_answer", "line_busy"), (3, 1))[0]
    for t, step in spoken(times, start, end, 100.0):
        state = steps[step]
        warning = FraudWarning(
            id=f"FW-{number}",
            rev=rev_at(t),
            kind=kind,
            state=state,
            priority=1 if amount >= 200_000 else 2 if amount >= 30_000 else 3,
            place=place_at(world, n).name,
            position=beside(world, n, 0.0005),
            issued_at=instant(issued),
            due_at=instant(issued + REACH_S),
            calls=0 if step == 0 else 1 if answers else 3,
            call_result=None if step == 0 else "answered" if answers else missed,
            risk_yuan=amount,
            officer_sent_at=instant(times[2]) if not answers and step >= 2 else None,
            dissuaded_at=instant(times[-2]) if step >= len(times) - 2 else None,
            closed_at=instant(times[-1]) if state == "closed" else None,
            outcome=outcome if state == "closed" else None,
            payment=f"PS-{number}" if paid and state == "closed" else None,
        )
        yield signed(f"fraud_warning.{state}", t, warning)


def _payment(
    world: World, asked: float, number: str, kind: Scam, amount: float, n: int, rng: Random, start: float, end: float
) -> Iterator[Emission]:
    """The road of the money: asked to be stopped, stopped or refused, frozen, and four times in ten given back."""
    channel = rng.choices(CHANNELS, (6, 4, 1))[0]
    stopped = round(amount * rng.uniform(0.5, 1.0), 2)
    frozen = round(stopped * rng.uniform(0.85, 1.0), 2)
    recovered = round(frozen * rng.uniform(0.3, 1.0), 2)
    accounts = rng.randrange(1, 6)
    times = [asked, asked + rng.uniform(180, 1500)]
    steps: list[PaymentState] = ["requested", "refused"]
    if rng.random() >= 0.08:
        times.append(times[-1] + rng.uniform(300, 2400))
        steps = ["requested", "stopped", "frozen"]
        if rng.random() < 0.4:
            times.append(times[-1] + rng.uniform(1, 6) * HOUR)
            steps.append("recovered")
    level: Level = "province" if amount >= PROVINCE_YUAN else "city" if amount >= CITY_YUAN else "district"
    for t, step in spoken(times, start, end, 450.0, asked + STATED_S - times[-1]):
        state = steps[step]
        reached = {"requested": 0, "refused": 0, "stopped": 1, "frozen": 2, "recovered": 3}[state]
        payment = PaymentStop(
            id=f"PS-{number}",
            rev=rev_at(t),
            kind=kind,
            state=state,
            channel=channel,
            level=level,
            amount_yuan=amount,
            requested_at=instant(asked),
            stopped_yuan=stopped if reached >= 1 else 0.0,
            frozen_yuan=frozen if reached >= 2 else 0.0,
            recovered_yuan=recovered if reached >= 3 else 0.0,
            accounts=accounts,
            stopped_at=instant(times[1]) if reached >= 1 else None,
            frozen_at=instant(times[2]) if reached >= 2 else None,
            recovered_at=instant(times[3]) if reached >= 3 else None,
            warning=f"FW-{number}",
            place=place_at(world, n).name,
        )
        yield signed(f"payment_stop.{state}", t, payment)
    if level != "district" and "frozen" in steps:
        yield from _referral(times[2] + rng.uniform(60, 500), number, level, frozen, rng, start, end)


def _referral(
    sent: float, number: str, level: Level, amount: float, rng: Random, start: float, end: float
) -> Iterator[Emission]:
    received = sent + rng.uniform(120, 900)
    times = (sent, received, received + rng.uniform(0.5, 5) * HOUR)
    for t, step in spoken(times, start, end, 300.0):
        referral = Referral(
            id=f"RF-{number}",
            rev=rev_at(t),
            kind="report" if level == "city" else "assist",
            state=REFERRED[step],
            level=level,
            subject=f"PS-{number}",
            sent_at=instant(sent),
            due_at=instant(sent + 6 * HOUR),
            amount_yuan=amount,
            received_at=instant(received) if step >= 1 else None,
            answered_at=instant(times[2]) if step == 2 else None,
        )
        yield signed(f"referral.{REFERRED[step]}", t, referral)
