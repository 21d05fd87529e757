"""Reads somebody else's export (CSV, JSON lines, GeoJSON; gzip or not) into rows of text. Must not know what they mean.

Only the columns the mapping names are kept, so that nothing else of a stranger's file can get any further.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from hub.errors import HubError
from streams.bridges.mapping import LAT, LON, FieldMap, Format, columns, suggest

_json = msgspec.json.Decoder()
_COMPOUND = (list, dict)
_SUFFIXES: dict[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".geojson": "geojson"}


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read at all. Its text is not kept: nobody can say which part of it is a column."""

    reason: str


Row = tuple[str, ...] | Unread


@dataclass(frozen=True, slots=True)
class Export:
    """``rows``: one per source row, in file order, cells in the order of ``columns``; an absent cell is ``""``."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def read(path: Path, mapping: FieldMap) -> Export:
    """The file's rows. Raises ``HubError`` when it cannot be opened or lacks a column the mapping names."""
    wanted = tuple(columns(mapping))
    format = mapping.format or _format(path)
    try:
        with _open(path, mapping.encoding) as stream:
            if format == "csv":
                rows, known = _csv(stream, wanted, mapping.delimiter)
            elif format == "jsonl":
                rows, known = _objects(_lines(stream), wanted)
            else:
                rows, known = _objects(_features(stream, path), wanted)
    except (OSError, LookupError) as error:
        raise HubError(f"{path}: {error}") from error
    for name in wanted:
        if name not in known:
            raise HubError(f"column {name!r} is not in {path.name}{suggest(name, known)}")
    return Export(path.name, wanted, rows)


def _format(path: Path) -> Format:
    name = path.name.lower().removesuffix(".gz")
    for suffix, format in _SUFFIXES.items():
        if name.endswith(suffix):
            return format
    raise HubError(f'{path.name}: cannot tell the format from the name; give format = "csv", "jsonl" or "geojson"')


def _open(path: Path, encoding: str) -> io.TextIOBase:
    # Bytes that are not text become U+FFFD: one bad row must not stop the file.
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding=encoding, errors="replace", newline="")
    return path.open(encoding=encoding, errors="replace", newline="")


def _csv(stream: io.TextIOBase, wanted: tuple[str, ...], delimiter: str) -> tuple[list[Row], list[str]]:
    reader = csv.reader(stream, delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    at = [header.index(name) if name in header else 0 for name in wanted]
    rows: list[Row] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return rows, header
        except csv.Error as error:
            rows.append(Unread(str(error)))
        except (EOFError, OSError) as error:
            rows.append(Unread(f"the file breaks off: {error}"))
            return rows, header
        else:
            if len(cells) == len(header):
                rows.append(tuple([cells[index].strip() for index in at]))
            elif cells:
                rows.append(Unread(f"{len(cells)} cells, the header has {len(header)}"))


def _objects(objects: Iterable[Mapping[str, Any] | Unread], wanted: tuple[str, ...]) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    known: dict[str, None] = {}
    for found in objects:
        if isinstance(found, Unread):
            rows.append(found)
            continue
        known.update(dict.fromkeys(found))
        rows.append(tuple([_cell(found.get(name)) for name in wanted]))
    return rows, list(known)


def _lines(stream: io.TextIOBase) -> Iterator[Mapping[str, Any] | Unread]:
    while True:
        try:
            line = stream.readline()
        except (EOFError, OSError) as error:
            yield Unread(f"the file breaks off: {error}")
            return
        if not line:
            return
        if line.strip():
            yield _object(line)


def _object(line: str) -> Mapping[str, Any] | Unread:
    try:
        found = _json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        return Unread(f"not JSON: {error}")
    return found if isinstance(found, dict) else Unread("not a JSON object")


def _features(stream: io.TextIOBase, path: Path) -> Iterator[Mapping[str, Any] | Unread]:
    try:
        found = json.load(stream)
    except (ValueError, RecursionError, EOFError) as error:
        raise HubError(f"{path.name} is not GeoJSON: {error}") from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        raise HubError(f"{path.name} is not a GeoJSON FeatureCollection")
    for feature in features:
        if not isinstance(feature, dict):
            yield Unread("not a GeoJSON feature")
            continue
        cells = {"id": feature.get("id"), **(feature.get("properties") or {})}
        lon, lat = _point(feature.get("geometry"))
        yield {**cells, LON: lon, LAT: lat}


def _point(geometry: Any) -> tuple[Any, Any]:
    """A point's coordinates, or those of the first point of a collection; other shapes have no one place."""
    if not isinstance(geometry, dict):
        return None, None
    if geometry.get("type") == "GeometryCollection":
        parts = [_point(part) for part in geometry.get("geometries") or []]
        return next((part for part in parts if part != (None, None)), (None, None))
    if geometry.get("type") != "Point":
        return None, None
    coordinates = list(geometry.get("coordinates") or [])
    return (coordinates[0], coordinates[1]) if len(coordinates) >= 2 else (None, None)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or isinstance(value, _COMPOUND):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
