"""M2, ingest: records a second through the whole road (poll, decode, fold, store, feed) against a raw consumer's.

Both read the same topics of the same log to their end. Ours is the real hub with its threads, durable: the clock stops
when everything is committed. The input is a day's: 19 positions to one fact.
"""

from __future__ import annotations

import json
import time

from hub.bench.ingest import TOPICS
from hub.bench.lanes import interleave
from hub.bench.load import fill, mixed
from hub.bench.plan import Plan
from hub.bench.processes import lane
from hub.bench.report import Figure, judged
from hub.bench.topics import opened

GOAL = 0.6
ENTITIES = 20_000


def measure(plan: Plan) -> dict[str, Figure]:
    """``M2``: records a second."""
    folder = plan.fresh("m2")
    wanted = plan.pick(quick=20_000, full=200_000)
    with opened(plan, folder, []) as (url, log):
        plan.step(f"appending {wanted} records")
        fill(log, mixed(wanted, ENTITIES, plan.seed, time.time() - 3600))
        ends = log.ends(TOPICS)
        count = sum(ends.values()) - sum(log.beginnings(TOPICS).values())
        places = json.dumps([(*place, end) for place, end in ends.items()])
        with lane("ingest", url, folder, places, folder=folder) as process:

            def rate(name: str) -> float:
                return count / float(process.ask(name)["seconds"])

            lanes = {"ours": lambda _: rate("ours"), "limit": lambda _: rate("limit"), "peer": lambda _: rate("peer")}
            rounds = interleave(lanes, plan.rounds, plan.watch, plan.step)
    through = "Kafka" if plan.kafka else "the embedded SQLite log"
    note = f"through {through}; limit: the same records polled, values touched; peer: json, a dict, one upsert each"
    detail = {"records": count, "entities": ENTITIES, "log": url.partition(":")[0]}
    title = "records ingested, durably"
    return {
        "M2": judged(title=title, unit="1/s", rounds=rounds, goal=GOAL, goal_is="at_least", note=note, detail=detail)
    }
