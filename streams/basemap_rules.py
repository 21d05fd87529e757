"""What a feature of a map file is: the rules of ``basemap.toml`` and of a user's own mapping, applied to a table.

Must not know files or tiles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import msgspec
import pandas as pd
import shapely

from hub.errors import HubError

Layer = Literal["boundary", "water", "parks", "blocks", "streets", "places"]
SHIPPED = Path(__file__).with_name("basemap.toml")
STOREY_M = 3.2
_LINES = frozenset({"LineString", "MultiLineString"})
_SURFACES = frozenset({"Polygon", "MultiPolygon", "GeometryCollection"})
# What a layer can be made of; a place drawn as an area becomes a point in it.
_FITS: dict[str, frozenset[str]] = {
    "streets": _LINES,
    "water": _LINES | _SURFACES,
    "boundary": _LINES | _SURFACES,
    "parks": _SURFACES,
    "blocks": _SURFACES,
    "places": _SURFACES | {"Point", "MultiPoint"},
}
_SHAPES = {"area": _SURFACES, "line": _LINES}
_CJK = re.compile(r"[\u3400-\u9fff]")
_SEEN, _SEEN_COLUMNS = 6, 8


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Features whose ``columns`` hold one of ``values`` are drawn in ``layer`` as ``kind`` from ``zoom`` on."""

    layer: Layer
    kind: str = ""
    zoom: int = 8
    rank: int = 3
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ("*",)
    shape: Literal["area", "line"] | None = None
    table: str | None = None


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of names, best first."""

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


class Height(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Columns of a house's height."""

    metres: tuple[str, ...] = ()
    storeys: tuple[str, ...] = ()


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole table of rules, first fit wins."""

    rule: tuple[Rule, ...] = ()
    names: Names = Names()
    height: Height = Height()

    def columns(self) -> list[str]:
        """Every column anything is read from, in order."""
        asked = [column for rule in self.rule for column in rule.columns]
        return list(dict.fromkeys([*asked, *self.names.zh, *self.names.en, *self.height.metres, *self.height.storeys]))

    def deciding(self, table: str) -> list[str] | None:
        """The columns that decide what a feature of a layer is; ``None`` when every feature of it is wanted."""
        mine = [rule for rule in self.rule if rule.table in (None, table)]
        if any(not rule.columns for rule in mine):
            return None
        return list(dict.fromkeys(column for rule in mine for column in rule.columns))


def rules(own: Path | None = None) -> Rules:
    """The shipped rules, a user's own before them. ``HubError`` names what is wrong in the file."""
    shipped = _read(SHIPPED)
    if own is None:
        return shipped
    mine = _read(own)
    return Rules(
        rule=mine.rule + shipped.rule,
        names=Names(zh=mine.names.zh + shipped.names.zh, en=mine.names.en + shipped.names.en),
        height=Height(
            metres=mine.height.metres + shipped.height.metres, storeys=mine.height.storeys + shipped.height.storeys
        ),
    )


def _read(path: Path) -> Rules:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Rules)
    except (OSError, msgspec.MsgspecError) as error:
        raise HubError(f"--map {path}: {error}") from None


def classify(table: gpd.GeoDataFrame, name: str, rules: Rules) -> dict[str, gpd.GeoDataFrame]:
    """The features a rule fits, by layer: ``kind``, ``class`` (the value that decided), ``zoom``, ``rank``, ``zh``,
    ``en``, ``height`` and the geometry. ``name``: the file's layer the table was read from.
    """
    shape = table.geometry.geom_type
    free = pd.Series(True, index=table.index)
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    for rule in rules.rule:
        if rule.table not in (None, name):
            continue
        fits = free & shape.isin(_FITS[rule.layer] & _SHAPES.get(rule.shape or "", _FITS[rule.layer]))
        for column in rule.columns or (None,):
            if column is not None and column not in table.columns:
                continue
            held = pd.Series("", index=table.index) if column is None else _words(table[column])
            hit = fits & free & ((held != "") | (column is None) if "*" in rule.values else held.isin(rule.values))
            if hit.any():
                free &= ~hit
                found.setdefault(rule.layer, []).append(_taken(table[hit], held[hit], rule, rules))
    return {layer: pd.concat(parts) for layer, parts in found.items()}


def _taken(rows: gpd.GeoDataFrame, held: pd.Series, rule: Rule, rules: Rules) -> gpd.GeoDataFrame:
    zh, en = names_of(rows, rules.names)
    data: dict[str, Any] = {"kind": rule.kind, "class": held, "zoom": rule.zoom, "rank": rule.rank, "zh": zh, "en": en}
    if rule.layer == "blocks":
        data["height"] = _heights(rows, rules.height)
    made = gpd.GeoDataFrame(data, geometry=rows.geometry, crs=rows.crs, index=rows.index)
    if rule.layer == "places":
        made["geometry"] = shapely.point_on_surface(made.geometry.values)
        return made[(made["zh"] != "") | (made["en"] != "")]
    return made


def names_of(rows: gpd.GeoDataFrame, names: Names) -> tuple[pd.Series, pd.Series]:
    """Chinese and other names, ``""`` where the data have none: nothing is translated or guessed."""

    def first(columns: Sequence[str], chinese: bool) -> pd.Series:
        out = pd.Series("", index=rows.index)
        for column in columns:
            if column in rows.columns:
                words = _words(rows[column])
                out = out.where(out != "", words.where(words.str.contains(_CJK) == chinese, ""))
        return out

    return first(names.zh, True), first(names.en, False)


def _heights(rows: gpd.GeoDataFrame, columns: Height) -> pd.Series:
    """Metres, 0 where nobody says."""
    out = pd.Series(0.0, index=rows.index)
    for names, scale in ((columns.metres, 1.0), (columns.storeys, STOREY_M)):
        for column in names:
            if column in rows.columns:
                number = pd.to_numeric(_words(rows[column]).str.extract(r"^([\d.]+)", expand=False), errors="coerce")
                out = out.where(out > 0, (number * scale).fillna(0.0).clip(0, 900))
    return out.round(1)


def _words(column: pd.Series) -> pd.Series:
    return column.astype("object").where(column.notna(), "").astype(str).str.strip()


def seen(table: pd.DataFrame, asked: Sequence[str]) -> str:
    """What stands in a table's columns and how often: for an error that says why nothing was recognised."""
    columns = [column for column in table.columns if column != "geometry"]
    text = [column for column in columns if column in asked or not pd.api.types.is_numeric_dtype(table[column])]
    lines = []
    for column in text[:_SEEN_COLUMNS]:
        counts = _words(table[column]).replace("", pd.NA).dropna().value_counts()
        if len(counts):
            many = [f"{value} ({count})" for value, count in counts.head(_SEEN).items()]
            more = f" and {len(counts) - _SEEN} more" if len(counts) > _SEEN else ""
            lines.append(f"{column}: {', '.join(many)}{more}")
    return "; ".join(lines) or f"no column with words (columns: {', '.join(columns) or 'none'})"
