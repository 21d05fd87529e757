"""What a hub finds on its own machine: Python and packages, memory, a folder to write to, a port, a basemap.

A package may be what is missing, so each check imports what it needs by itself.
"""

from __future__ import annotations

import importlib.metadata as metadata
import json
import os
import platform
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from hub.doctor import Check

if TYPE_CHECKING:
    from packaging.requirements import Requirement

PROJECT = "one-hub-six-centres"
ADVISORIES = (
    ("dash", "2.15", "CVE-2024-21485"),
    ("starlette", "0.49.1", "CVE-2025-62727"),
    ("h11", "0.16", "CVE-2025-43859"),
    ("werkzeug", "3.0.6", "CVE-2024-49767"),
    ("flask", "2.3.2", "CVE-2023-30861"),
    ("uvicorn", "0.11.7", "CVE-2020-7695"),
    ("jinja2", "3.1.6", "CVE-2025-27516"),
)
"""Package, first version without a known hole, and the hole."""
MIB, GIB = 1 << 20, 1 << 30
MEMORY_FEW, MEMORY_NONE = 1 * GIB, 256 * MIB
DISK_FEW, DISK_NONE = 5 * GIB, 256 * MIB
"""Below the first a warning, below the second a failure. The demo writes some hundred megabytes a day."""
FILES = 1024
PROBE_BYTES = 1 * MIB
HEALTH_S = 3.0


def python(project: str = PROJECT) -> Iterator[Check]:
    """The interpreter and the SQLite library inside it."""
    from packaging.specifiers import SpecifierSet

    held = platform.python_version()
    seen = f"Python {held}, SQLite {sqlite3.sqlite_version}, {platform.system()} {platform.machine()}"
    wanted = SpecifierSet(_required_python(project))
    if wanted.contains(held, prereleases=True):
        yield Check("python", "ok", seen)
    else:
        yield Check("python", "failure", seen, f"install Python {wanted}")


def packages(project: str = PROJECT) -> Iterator[Check]:
    """What the project asks for against what is installed, and known security holes."""
    from packaging.requirements import Requirement
    from packaging.version import Version

    try:
        asked = metadata.requires(project) or []
    except metadata.PackageNotFoundError:
        yield Check("packages", "warning", "the project is not installed", "python -m pip install -e .")
        return
    wanted = [one for one in map(Requirement, asked) if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = [said for one in wanted if (said := _unmet(one))]
    for said in wrong:
        yield Check("packages", "failure", said, "python -m pip install -e . in the project's folder")
    for name, floor, hole in ADVISORIES:
        held = _version(name)
        if held is not None and Version(held) < Version(floor):
            do = f"python -m pip install '{name}>={floor}'"
            yield Check("packages", "failure", f"{name} {held} has a known hole ({hole})", do)
            wrong.append(name)
    if not wrong:
        yield Check("packages", "ok", f"{len(wanted)} packages as asked for, none with a known hole")


def crc32c() -> Iterator[Check]:
    """Kafka's checksum in C."""
    if find_spec("crc32c") is None:
        yield Check(
            "crc32c",
            "failure",
            "missing: reading and writing Kafka is 4 to 9 times slower, so the hub refuses to",
            "python -m pip install 'kafka-python[crc32c,lz4,zstd]'",
        )
    else:
        yield Check("crc32c", "ok", f"crc32c {_version('crc32c')}")


def memory() -> Iterator[Check]:
    """What is free, and how many files may be open."""
    import psutil

    held = psutil.virtual_memory()
    seen = f"{held.available / GIB:.1f} of {held.total / GIB:.1f} GiB free, {os.cpu_count()} processors"
    yield _by_amount("memory", held.available, MEMORY_FEW, MEMORY_NONE, seen, "end other programs, or add memory")
    files = _files()
    if files is not None and files < FILES:
        do = f"raise the limit (ulimit -n {FILES * 4}, or LimitNOFILE= in the service)"
        yield Check("files", "warning", f"only {files} files and connections may be open: one for each viewer", do)


def folder(path: Path) -> Iterator[Check]:
    """The data folder: can it be made and written, is there room, does a hub run on it."""
    name = "data folder"
    there = path if path.exists() else next(each for each in path.absolute().parents if each.exists())
    other = "choose another --data folder, or mend its owner and rights"
    if not there.is_dir():
        yield Check(name, "failure", f"{there} is no folder", other)
        return
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(bytes(PROBE_BYTES))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        do = "free some space" if shutil.disk_usage(there).free < PROBE_BYTES else other
        yield Check(name, "failure", f"{there} cannot be written ({error.strerror})", do)
        return
    seen = f"{path} can be written" if there == path else f"{path} is not there yet and can be made"
    yield Check(name, "ok", seen)
    yield room("disk", there)


def room(name: str, path: Path) -> Check:
    """Free space at a path that is there."""
    usage = shutil.disk_usage(path)
    seen = f"{usage.free / GIB:.1f} of {usage.total / GIB:.1f} GiB free at {path}"
    return _by_amount(name, usage.free, DISK_FEW, DISK_NONE, seen, "free some space, or move it to a larger disk")


def port(number: int, host: str = "127.0.0.1") -> Iterator[Check]:
    """Whether the pages' port is free, or a hub is on it already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except (OSError, OverflowError) as error:
            hub = _hub_at(host, number)
            do = "end what listens there, or choose another --port"
            said = getattr(error, "strerror", None) or str(error)
            yield Check("port", "ok", f"{number}: {hub}") if hub else Check("port", "failure", f"{number}: {said}", do)
            return
    yield Check("port", "ok", f"{number} is free")


def font(path: Path) -> Iterator[Check]:
    """The one font of all screens: the hub serves it, so no screen needs one of its own."""
    do = "python -m pip install --force-reinstall justmytype-intl-cjk"
    try:
        with path.open("rb") as file:
            head = file.read(4096)
        size = path.stat().st_size
    except OSError as error:
        yield Check("font", "failure", f"{path} cannot be read ({error.strerror}): Chinese would show as boxes", do)
        return
    if head[:4] not in (b"\0\1\0\0", b"OTTO") or not {b"cmap", b"fvar"} <= set(_tables(head)):
        yield Check("font", "failure", f"{path.name} is damaged ({size} bytes)", do)
    else:
        yield Check("font", "ok", f"{path.name}, {size / MIB:.1f} MiB, served to every screen by the hub")


def pages(assets: Path) -> Iterator[Check]:
    """The scripts and styles of the pages."""
    found = [path for path in assets.glob("*") if path.suffix in (".js", ".css") and path.stat().st_size]
    if {path.suffix for path in found} != {".js", ".css"}:
        do = "python -m pip install --force-reinstall -e . in the project's folder"
        yield Check("pages", "failure", f"scripts or styles are missing in {assets}", do)
    else:
        yield Check("pages", "ok", f"{len(found)} scripts and styles")


def basemap(path: Path | None) -> Iterator[Check]:
    """The ground of the map. Raises ``HubError`` for a file that is none."""
    if path is None:
        yield Check("basemap", "ok", "the demo's invented district; 'hub basemap FILE' makes your own")
        return
    from streams.basemap_file import Basemap

    opened = Basemap(path)
    try:
        west, south, east, north = opened.manifest.bounds
        count = sum(opened.manifest.counts.values())
    finally:
        opened.close()
    seen = f"{path.name}, {path.stat().st_size / MIB:.1f} MiB, {count} features, {west:g},{south:g},{east:g},{north:g}"
    if not count:
        yield Check("basemap", "warning", seen, "it is empty: make it again from a file that holds streets")
    else:
        yield Check("basemap", "ok", seen)


def _unmet(one: Requirement) -> str | None:
    held = _version(one.name)
    if held is None:
        return f"{one.name} is missing (wanted {one.specifier})"
    return None if one.specifier.contains(held, prereleases=True) else f"{one.name} {held}, wanted {one.specifier}"


def _required_python(project: str) -> str:
    try:
        return metadata.metadata(project)["Requires-Python"] or ""
    except metadata.PackageNotFoundError:
        return ""


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _by_amount(name: str, free: int, few: int, none: int, seen: str, do: str) -> Check:
    if free < none:
        return Check(name, "failure", seen, do)
    return Check(name, "warning", seen, do) if free < few else Check(name, "ok", seen)


def _files() -> int | None:
    try:
        import resource
    except ImportError:  # not on this system
        return None
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _hub_at(host: str, number: int) -> str | None:
    """What a hub on that port says of itself, ``None`` when it is none."""
    try:
        with urlopen(f"http://{host}:{number}/healthz", timeout=HEALTH_S) as answer:
            health = json.load(answer)
        return f"a hub is running there (mode {health['mode']}, ready: {health['ready']})"
    except (URLError, OSError, ValueError, KeyError, TypeError):
        return None


def _tables(head: bytes) -> list[bytes]:
    """The tags in a font file's table directory."""
    count = int.from_bytes(head[4:6], "big")
    return [head[at : at + 4] for at in range(12, min(len(head), 12 + 16 * count), 16)]
