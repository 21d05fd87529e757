"""A recording gives back a day as it was, at the speed of the clock it is given, and cannot be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import HubError, LogDown
from hub.ports import Outgoing
from streams.memory_log import MemoryLog
from streams.recording import Recording, record


class Stamp:
    """A clock that is set by hand."""

    def __init__(self, now: float) -> None:
        self.value = now

    def now(self) -> float:
        return self.value


def day(tmp_path: Path, stamps: list[float]) -> Path:
    stamp = Stamp(0.0)
    log = MemoryLog(now=stamp.now)
    for number, at in enumerate(stamps):
        stamp.value = at
        log.append("a" if number % 2 else "b", [Outgoing(b"k", str(number).encode())])
    path = tmp_path / "out" / "day.rec"
    assert record(log, ["a", "b", "never"], path) == len(stamps)
    return path


def test_a_clock_decides_what_has_happened(tmp_path: Path) -> None:
    clock = Stamp(99.0)
    recording = Recording(day(tmp_path, [100, 110, 120, 130]), now=clock.now)
    start = recording.beginnings(["a", "b"])
    assert recording.span() == (100, 130)
    assert recording.topics() == ["a", "b", "never"]
    assert recording.read(start, 10, 0.01) == []
    assert recording.ends(["a", "b"]) == {("a", 0): 0, ("b", 0): 0}
    clock.value = 120
    assert sorted(r.value or b"" for r in recording.read(start, 10, 0.0)) == [b"0", b"1", b"2"]
    assert recording.ends(["a", "b"]) == {("a", 0): 1, ("b", 0): 2}
    clock.value = 1e9
    assert len(recording.read(start, 10, 0.0)) == 4
    recording.close()


def test_stamps_never_run_backwards(tmp_path: Path) -> None:
    recording = Recording(day(tmp_path, [100, 100, 50, 50, 120, 120]))
    got = recording.read({("a", 0): 0}, 10, 0.0)
    assert [r.timestamp for r in got] == [100, 100, 120]
    recording.close()


def test_offsets_stay_those_of_the_log(tmp_path: Path) -> None:
    log = MemoryLog()
    log.append("a", [Outgoing(b"k", b"%d" % i) for i in range(20)])
    log.trim("a", 12)
    record(log, ["a"], tmp_path / "day.rec")
    recording = Recording(tmp_path / "day.rec")
    assert recording.beginnings(["a"]) == {("a", 0): 12}
    assert [r.offset for r in recording.read({("a", 0): 12}, 99, 0.0)] == list(range(12, 20))
    recording.close()


def test_it_cannot_be_changed_or_overwritten(tmp_path: Path) -> None:
    path = day(tmp_path, [100.0])
    before = path.read_bytes()
    recording = Recording(path)
    with pytest.raises(LogDown, match="cannot be written to"):
        recording.append("a", [Outgoing(b"k", b"v")])
    with pytest.raises(HubError, match="exists already"):
        record(recording, ["a"], path)
    recording.close()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["day.rec"]


def test_what_is_no_recording_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of the kind " * 100)
    with pytest.raises(HubError, match=r"notes\.txt: not a recording"):
        Recording(tmp_path / "notes.txt")
    with pytest.raises(HubError, match=r"gone\.rec: there is no such file"):
        Recording(tmp_path / "gone.rec")


def test_a_failing_log_leaves_no_file(tmp_path: Path) -> None:
    log = MemoryLog()
    log.append("a", [Outgoing(b"k", b"v")])
    log.close()
    with pytest.raises(LogDown):
        record(log, ["a"], tmp_path / "day.rec")
    assert list(tmp_path.iterdir()) == []
