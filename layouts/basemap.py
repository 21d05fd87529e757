"""The ground of the live map as a MapLibre style over our own vectors. Must not know where the layers come from.

No ``glyphs`` and no sprite: text is drawn from the page's own font, and nothing is asked of another host. Streets and
water stay barely above the ground: the map is there to be written on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

Layer = dict[str, Any]
LAYERS = ("boundary", "streets", "water", "parks", "blocks", "places")
"""Layers the style can draw: each a GeoJSON source of its own, or all of them in one source of vector tiles."""
FONT = ["Noto Sans SC", "Noto Sans CJK SC", "sans-serif"]

_AREAS = ["==", ["geometry-type"], "Polygon"]
# kind of street → (token, width in px at zoom 11, at 14, at 18)
_STREETS: Mapping[str, tuple[str, float, float, float]] = {
    "path": ("street", 0.4, 0.7, 3.0),
    "minor": ("street", 0.6, 1.1, 9.0),
    "main": ("street", 1.0, 2.4, 16.0),
    "trunk": ("road", 1.4, 3.2, 22.0),
    "ring": ("road", 2.4, 5.2, 28.0),
}


def style(
    tokens: Mapping[str, str], *, sources: Mapping[str, Any], layers: Collection[str] = LAYERS, lang: str = "both"
) -> dict[str, Any]:
    """The style as JSON values.

    ``tokens``: colours by name: ``land``, ``block``, ``street``, ``road``, ``water``, ``park``, ``edge``, ``third``;
    a missing one is a ``KeyError``. ``sources``: MapLibre sources, one per layer and named like it, or a single one of
    vector tiles that holds all. ``layers``: those that exist, the others are left out. ``lang``: ``zh``, ``en`` or
    ``both``; the page may change it later (see ``metadata``).
    """
    layers_drawn = [layer for layer in _ground(tokens) + _names(tokens, lang) if layer["source"] in layers]
    drawn = [layer if layer["source"] in sources else _in_tiles(layer, next(iter(sources))) for layer in layers_drawn]
    background = {"id": "land", "type": "background", "paint": {"background-color": tokens["land"]}}
    return {"version": 8, "name": "ground", "sources": dict(sources), "layers": [background, *drawn]}


def _in_tiles(layer: Layer, source: str) -> Layer:
    return {**layer, "source": source, "source-layer": layer["source"]}


def _ground(tokens: Mapping[str, str]) -> list[Layer]:
    return [
        _fill("parks", tokens["park"]),
        _fill("water", tokens["water"]),
        _rivers(tokens),
        *(_street(kind, tokens) for kind in _STREETS),
        _blocks(tokens),
        _boundary("boundary-township", "township", tokens),
        _boundary("boundary", "district", tokens),
    ]


def _fill(source: str, colour: str) -> Layer:
    """Areas. A layer may hold lines too, as a river from afar."""
    return {"id": source, "type": "fill", "source": source, "filter": _AREAS, "paint": {"fill-color": colour}}


def _rivers(tokens: Mapping[str, str]) -> Layer:
    """Rivers, streams and coasts that the data have as lines."""
    return {
        "id": "water-lines",
        "type": "line",
        "source": "water",
        "filter": ["==", ["geometry-type"], "LineString"],
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": tokens["water"], "line-width": _zoomed((9, 1.0), (14, 2.6), (18, 12.0))},
    }


def _zoomed(*pairs: tuple[float, float]) -> list[Any]:
    return ["interpolate", ["exponential", 1.5], ["zoom"], *(value for pair in pairs for value in pair)]


def _street(kind: str, tokens: Mapping[str, str]) -> Layer:
    token, far, middle, near = _STREETS[kind]
    dashed = {"line-dasharray": [3, 2]} if kind == "path" else {}
    return {
        "id": f"streets-{kind}",
        "type": "line",
        "source": "streets",
        "filter": ["==", ["get", "kind"], kind],
        "layout": {"line-cap": "butt" if dashed else "round", "line-join": "round"},
        "paint": {"line-color": tokens[token], "line-width": _zoomed((11, far), (14, middle), (18, near)), **dashed},
    }


def _blocks(tokens: Mapping[str, str]) -> Layer:
    """Houses come up slowly when one looks closer; on the district view they would be noise."""
    return {
        "id": "blocks",
        "type": "fill",
        "source": "blocks",
        "minzoom": 13,
        "paint": {
            "fill-color": tokens["block"],
            "fill-outline-color": tokens["street"],
            "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0, 14.5, 1],
        },
    }


def _boundary(id: str, kind: str, tokens: Mapping[str, str]) -> Layer:
    """The district's outline, and fainter and closer up those of its townships. The demo's outline has no kind."""
    near = kind == "township"
    return {
        "id": id,
        "type": "line",
        "source": "boundary",
        "minzoom": 12 if near else 0,
        "filter": ["==", ["coalesce", ["get", "kind"], "district"], kind],
        "layout": {"line-join": "round"},
        "paint": {
            "line-color": tokens["third"],
            "line-width": 0.9 if near else 1.4,
            "line-opacity": 0.4 if near else 0.75,
            "line-dasharray": [5, 4],
        },
    }


def _names(tokens: Mapping[str, str], lang: str) -> list[Layer]:
    """Names of places (by ``rank``, 1 first), close up of streets along their line and of water and parks.

    A name that the data have in one language only is shown in that one.
    """
    zh, en = _or("zh", "en"), _or("en", "zh")
    two: Any = ["all", _has("zh"), _has("en"), ["!=", ["get", "zh"], ["get", "en"]]]
    both: Any = ["case", two, ["format", zh, {"font-scale": 1.0}, "\n", {}, en, {"font-scale": 0.8}], zh]
    along: Any = ["case", two, ["concat", zh, "  ", en], zh]
    paint = {"text-color": tokens["third"], "text-halo-color": tokens["land"], "text-halo-width": 1.4}

    def streets(id: str, kinds: list[str], minzoom: float) -> Layer:
        return {
            "id": id,
            "type": "symbol",
            "source": "streets",
            "minzoom": minzoom,
            "filter": ["match", ["get", "kind"], kinds, True, False],
            "metadata": {"hub:zh": zh, "hub:en": en, "hub:both": along},
            "layout": {
                "symbol-placement": "line",
                "symbol-spacing": 420,
                "text-field": {"zh": zh, "en": en}.get(lang, along),
                "text-font": FONT,
                "text-size": 12,
                "text-padding": 6,
            },
            "paint": {**paint, "text-opacity": 0.8},
        }

    def spots(id: str, source: str, minzoom: float, rank: Any, size: Any) -> Layer:
        return {
            "id": id,
            "type": "symbol",
            "source": source,
            "minzoom": minzoom,
            "metadata": {"hub:zh": zh, "hub:en": en, "hub:both": both},
            "layout": {
                "text-field": {"zh": zh, "en": en}.get(lang, both),
                "text-font": FONT,
                "text-size": size,
                "text-line-height": 1.15,
                "text-padding": 16,
                "symbol-sort-key": rank,
            },
            "paint": {**paint, "text-opacity": 0.9},
        }

    # MapLibre places the last layer's names first.
    return [
        streets("street-names-minor", ["minor", "path"], 16),
        {**spots("area-names", "parks", 14.5, 1, 11), "filter": _AREAS},
        {**spots("water-names", "water", 13, 1, 12), "filter": _AREAS},
        streets("street-names", ["main"], 14.5),
        streets("street-names-far", ["trunk", "ring"], 13.5),
        spots(
            "place-names",
            "places",
            0,
            ["coalesce", ["get", "rank"], 9],
            ["interpolate", ["linear"], ["zoom"], 11, 11, 14, 14],
        ),
    ]


def _has(name: str) -> list[Any]:
    return ["!=", ["coalesce", ["get", name], ""], ""]


def _or(name: str, other: str) -> list[Any]:
    return ["case", _has(name), ["get", name], ["coalesce", ["get", other], ""]]
