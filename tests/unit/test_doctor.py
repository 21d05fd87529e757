"""The doctor itself: side by side, within a limit, the worst counts. And what it finds on this machine."""

from __future__ import annotations

import importlib.metadata as metadata
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.doctor import CODES, Check, Probe, examine, worst
from hub.errors import HubError
from hub.wiring.web import font_file
from streams import checks
from tests.running import free_port

OK = Check("a", "ok", "fine")


def states(found: Iterator[Check]) -> list[str]:
    return [check.state for check in found]


def test_side_by_side_and_in_order() -> None:
    together = threading.Barrier(3)

    def run(name: str) -> Iterator[Check]:
        together.wait(5)  # ends only when all three are at it
        yield Check(name, "ok", "")

    probes = [Probe(name, lambda name=name: run(name), "") for name in "abc"]  # type: ignore[misc]
    assert [check.name for check in examine(probes, 5)] == ["a", "b", "c"]


def test_a_probe_that_hangs_is_left_behind_with_what_it_saw() -> None:
    never = threading.Event()

    def hangs() -> Iterator[Check]:
        yield OK
        never.wait(30)
        yield OK

    begun = time.monotonic()
    found = examine([Probe("slow", hangs, "wake it"), Probe("quick", lambda: [OK], "")], 0.3)
    assert time.monotonic() - begun < 2
    assert found == [OK, Check("slow", "failure", "no answer within 0.3 s", "wake it"), OK]
    never.set()


@pytest.mark.parametrize("error", [HubError("no\x00 luck"), KeyError("bug"), OSError("gone")])
def test_a_probe_that_fails_hides_no_other(error: Exception) -> None:
    def fails() -> Iterator[Check]:
        yield OK
        raise error

    found = examine([Probe("one", fails, "mend it"), Probe("two", lambda: [OK], "")], 5)
    assert [check.state for check in found] == ["ok", "failure", "ok"]
    assert found[1].do == "mend it"


def test_the_worst_counts() -> None:
    warning, failure = Check("b", "warning", ""), Check("c", "failure", "")
    assert [CODES[worst(each)] for each in ([], [OK], [OK, warning], [failure, OK, warning])] == [0, 0, 1, 2]


def test_what_is_installed_here_is_as_asked_for() -> None:
    assert states(checks.python()) == ["ok"]
    assert states(checks.packages()) == ["ok"]
    assert states(checks.crc32c()) == ["ok"]


def installed(folder: Path, name: str, version: str, *requires: str) -> None:
    """A package's metadata, as pip writes it."""
    about = folder / f"{name}-{version}.dist-info"
    about.mkdir()
    lines = [
        f"Name: {name}",
        f"Version: {version}",
        "Metadata-Version: 2.1",
        *(f"Requires-Dist: {r}" for r in requires),
    ]
    (about / "METADATA").write_text("\n".join(lines) + "\n", "utf-8")


def test_a_missing_an_old_and_a_leaky_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ("none-such-1>=1", "too-old-1[extra]>=2,<3", "fine-1>=1", "only-extra>=9; extra == 'test'")
    installed(tmp_path, "some_project", "1.0", *wanted)
    installed(tmp_path, "too_old_1", "1.9")
    installed(tmp_path, "fine_1", "1.0")
    installed(tmp_path, "h11", "0.14")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = list(checks.packages("some-project"))
    assert [check.state for check in found] == ["failure"] * 3
    assert "none-such-1 is missing" in found[0].seen
    assert "too-old-1 1.9, wanted" in found[1].seen
    assert "h11 0.14 has a known hole (CVE-2025-43859)" in found[2].seen
    assert found[2].do.endswith("'h11>=0.16'")
    assert states(checks.packages("nobody-has-this")) == ["warning"]


def test_the_advisories_are_of_packages_there_are() -> None:
    assert {name for name, _, _ in checks.ADVISORIES} & {dist.name.lower() for dist in metadata.distributions()}


def test_a_port_that_is_free_and_one_that_is_not() -> None:
    number = free_port()
    assert states(checks.port(number)) == ["ok"]
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        (found,) = checks.port(other.getsockname()[1])
        assert (found.state, "in use" in found.seen, "--port" in found.do) == ("failure", True, True)
    assert states(checks.port(70_000)) == ["failure"]


def test_a_folder_that_is_there_that_can_be_made_and_that_cannot(tmp_path: Path) -> None:
    assert next(check.state for check in checks.folder(tmp_path)) == "ok"
    assert "can be made" in next(iter(checks.folder(tmp_path / "new" / "one"))).seen
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"
    (tmp_path / "file").touch()
    assert states(checks.folder(tmp_path / "file")) == ["failure"]
    assert states(checks.folder(tmp_path / "file" / "inside")) == ["failure"]


def test_the_shipped_font_and_a_damaged_one(tmp_path: Path) -> None:
    assert states(checks.font(font_file())) == ["ok"]
    (tmp_path / "x.ttf").write_bytes(font_file().read_bytes()[:100])
    (tmp_path / "y.ttf").write_bytes(b"<html>not found</html>")
    assert states(checks.font(tmp_path / "x.ttf")) == ["failure"]
    assert states(checks.font(tmp_path / "y.ttf")) == ["failure"]
    assert states(checks.font(tmp_path / "none.ttf")) == ["failure"]


def test_the_pages_files(tmp_path: Path) -> None:
    assert states(checks.pages(Path(__file__).parents[2] / "assets")) == ["ok"]
    (tmp_path / "a.css").write_text("x")
    assert states(checks.pages(tmp_path)) == ["failure"]


def test_a_basemap_that_is_none(tmp_path: Path) -> None:
    assert states(checks.basemap(None)) == ["ok"]
    (tmp_path / "x.mbtiles").write_text("nothing")
    for name in ("x.mbtiles", "none.mbtiles"):
        with pytest.raises(HubError, match="--ground"):
            list(checks.basemap(tmp_path / name))


def test_memory_and_files() -> None:
    names = [check.name for check in checks.memory()]
    assert names[0] == "memory"
    assert os.cpu_count() is not None
