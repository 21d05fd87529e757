"""``hub verify``: is the audit as it was written?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text as Shown

from hub.anchors import published, written
from hub.audit import SHORT, Verdict
from hub.domain.model import Text
from hub.errors import HubError
from hub.picture.rows import stamp
from hub.ports import Anchor
from hub.settings import Settings, audit_key
from hub.wiring.dead_letters import folder
from hub.wiring.letters_shown import WIDE
from hub.wiring.say import say
from streams import open_log
from streams import verify as chain

HEADINGS = {
    0: Text("审计链完整", "the audit is as it was written"),
    1: Text("审计链已被破坏", "the audit is not as it was written"),
    2: Text("无法核验", "the audit cannot be checked"),
}
COLOURS = {0: "green", 1: "red", 2: "yellow"}
NO_ANCHOR = Text(
    "没有可比对的锚点：链尾被截、持密钥者整体改写均无法发现",
    "there was no anchor to compare with: a cut tail, or a rewriting by who has the key, would not be seen",
)


@dataclass(slots=True)
class Found:
    """Anchors, where they are from, and what was no anchor."""

    anchors: list[Anchor] = field(default_factory=list)
    strange: int = 0


def verify(*, settings: Settings, data: Path | None, anchors: Path | None, as_json: bool) -> int:
    """``hub verify``; the exit code: 0 good, 1 broken, 2 cannot be checked (also for whatever raises ``HubError``)."""
    held = folder(data, settings)
    url = settings.store_url("" if held is None else f"sqlite:///{held / 'store.db'}")
    key = audit_key(settings, url, make=False).reveal().encode() or None
    found = collected(settings, held, anchors)
    with shown_progress(quiet=as_json) as progress:
        verdict = chain.verify(url, key, found.anchors, progress)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(plain(verdict, found)) + b"\n")
    else:
        show(verdict, found)
    return verdict.code


def collected(settings: Settings, held: Path | None, file: Path | None) -> Found:
    """The anchors of the log and of the file. Raises ``HubError`` when what was named cannot be read."""
    found = Found()
    url = settings.log
    if url is None and held is not None and (held / "log.db").is_file():
        url = f"sqlite:///{held / 'log.db'}"
    if url is not None:
        with closing(open_log(url, security=settings.kafka)) as log:
            found.anchors, found.strange = published(log)
    if file is not None:
        try:
            found.anchors += written(file.read_text("utf-8-sig").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise HubError(f"--anchors {file}: cannot be read ({error})") from None
        except HubError as error:
            raise HubError(f"--anchors {file}: {error}") from None
    return found


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[chain.Progress]:
    """A bar on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda done, of: None
        return
    columns = (TextColumn("核验 checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def plain(verdict: Verdict, found: Found) -> dict[str, object]:
    """The verdict for programs."""
    state = ("good", "broken", "unchecked")[verdict.code]
    body: dict[str, object] = msgspec.to_builtins(verdict)
    return {"state": state, **body, "strange_anchors": found.strange}


def show(verdict: Verdict, found: Found) -> None:
    """The verdict for a person, both languages."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    console.print(_line(HEADINGS[verdict.code], f"bold {COLOURS[verdict.code]}"))
    for fault in verdict.faults:
        console.print(_line(fault.what, "bold red"))
    for each in verdict.unchecked:
        console.print(_line(each, "yellow"))
    for each in told(verdict, found.anchors):
        console.print(_line(each))
    if found.strange:
        say(f"{found.strange} records on the topic of the anchors are none")


def told(verdict: Verdict, anchors: Sequence[Anchor]) -> Iterator[Text]:
    """What was looked at."""
    if not verdict.entries:
        yield Text("尚无审计记录", "there are no entries yet")
        return
    span = f"{verdict.first}–{verdict.last}"
    mac = verdict.mac[:SHORT]
    yield Text(f"已核对第 {span} 条，末条校验码 {mac}", f"entries {span} were read; the last one's code is {mac}")
    yield Text(f"已核对决策事实 {verdict.facts} 条", f"{verdict.facts} facts of decisions were compared")
    if not verdict.anchors:
        yield NO_ANCHOR
        return
    at = next((each.at for each in reversed(anchors) if each.seq == verdict.anchored and each.at), None)
    when = "" if at is None else f" ({stamp(at)})"
    zh = f"已比对锚点 {verdict.anchors} 个，最新为第 {verdict.anchored} 条{when}"
    yield Text(zh, f"{verdict.anchors} anchors agree, the newest of entry {verdict.anchored}{when}")


def _line(words: Text, style: str = "") -> Shown:
    return Shown(f"{words.zh} · {words.en}", style=style)
