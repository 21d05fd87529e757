"""``hub replay``: a stranger's export on the wall."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread

import centres as plugs
from hub.centre import Centre, Intake
from hub.clock import RunningClock
from hub.domain.model import Text
from hub.errors import HubError
from hub.field.district import build
from hub.field.intakes import INTAKES
from hub.settings import Settings, data_folder, listen, node_name
from hub.wiring.run import STOP_S, setting_of, start
from hub.wiring.say import say
from hub.wiring.stores import store_of
from hub.wiring.web import addresses, ground_of, page_server
from streams import open_log
from streams.bridges.plan import plan
from streams.bridges.player import Player, mapping_file, offset_min, same_replay


def intakes(centres: Sequence[Centre]) -> dict[str, Intake]:
    """What an export may be played as, by name: the hub's own and the centres'."""
    return {intake.name: intake for intake in (*INTAKES, *(i for centre in centres for i in centre.intakes))}


def replay(*, file: Path, kind: str, mapping: Path, speed: float | None, port: int, data: Path | None) -> int:
    """``hub replay``: a stranger's export on the wall."""
    centres = plugs.discover()
    known = intakes(centres)
    if kind not in known:
        raise HubError(f"--as {kind}: not known; it is one of {', '.join(known)}")
    folder = data or Path("hub-data") / f"replay-{file.name.split('.')[0]}-{kind}"
    with listen("127.0.0.1", port) as listener, ExitStack() as opened:
        chosen = mapping_file(mapping)
        say(f"1/3 reading {file.name} with {chosen.name}")
        planned = plan(file, chosen, known[kind])
        opened.enter_context(data_folder(folder))
        same_replay(folder / "replay.json", file, chosen, kind)
        log = opened.enter_context(closing(open_log(f"sqlite:///{folder / 'log.db'}")))
        store = opened.enter_context(closing(store_of(Settings(), folder)))
        clock = RunningClock(0.0, 0.0)
        player = Player(planned, log, clock, speed)
        name = file.name.split(".")[0]
        district = build(1)
        running = start(
            log=log,
            store=store,
            clock=clock,
            centres=centres,
            setting=setting_of("replay", Text(f"回放 {name}", f"Replay {name}"), district, offset_min(planned)),
            home=None,
            node=node_name(folder),
            ended=lambda: player.ended,
            progress=lambda: player.counts(running.hub.engine),
        )
        clock.set(
            max((row.at for row in running.hub.engine.picture.rows(known[kind].table).values()), default=0.0), 0.0
        )
        say(f"2/3 {planned.rows} rows, {'as fast as it goes' if speed is None else f'{speed:g}×'}")
        thread = Thread(target=player.run, args=(running.stop,), name="player", daemon=True)
        thread.start()
        serve_pages = page_server(running, ground_of(district, shown=False), listener)
        addresses(port, centres, "3/3 ")
        try:
            serve_pages()
        finally:
            running.stop.set()
            thread.join(STOP_S)
            running.close()
    return 0
