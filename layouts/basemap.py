"""The ground of the live map as a MapLibre style over our own GeoJSON. Must not know where the layers come from.

No ``glyphs`` and no sprite: text is drawn from the page's own font, and nothing is asked of another host. Streets and
water stay barely above the ground: the map is there to be written on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

Layer = dict[str, Any]
LAYERS = ("boundary", "streets", "water", "parks", "blocks", "places")
"""GeoJSON layers the style can draw, each at ``/basemap/<layer>.geojson``."""
FONT = ["Noto Sans SC", "Noto Sans CJK SC", "sans-serif"]

# kind of street → (token, width in px at zoom 11, at 14, at 18)
_STREETS: Mapping[str, tuple[str, float, float, float]] = {
    "minor": ("street", 0.6, 1.1, 9.0),
    "main": ("street", 1.0, 2.4, 16.0),
    "trunk": ("road", 1.4, 3.2, 22.0),
    "ring": ("road", 2.4, 5.2, 28.0),
}


def style(
    tokens: Mapping[str, str], *, layers: Collection[str] = LAYERS, base: str = "/basemap/", lang: str = "both"
) -> dict[str, Any]:
    """The style as JSON values.

    ``tokens``: colours by name: ``land``, ``block``, ``street``, ``road``, ``water``, ``park``, ``edge``, ``third``;
    a missing one is a ``KeyError``. ``layers``: those that exist, the others are left out. ``base``: address the
    layers are under. ``lang``: ``zh``, ``en`` or ``both``; the page may change it later (see ``metadata``).
    """
    drawn = [layer for layer in _ground(tokens) + _names(tokens, lang) if layer["source"] in layers]
    sources = {
        name: {"type": "geojson", "data": f"{base}{name}.geojson", "tolerance": 0.3}
        for name in LAYERS
        if name in layers
    }
    background = {"id": "land", "type": "background", "paint": {"background-color": tokens["land"]}}
    return {"version": 8, "name": "ground", "sources": sources, "layers": [background, *drawn]}


def _ground(tokens: Mapping[str, str]) -> list[Layer]:
    return [
        _fill("parks", tokens["park"]),
        _fill("water", tokens["water"]),
        *(_street(kind, tokens) for kind in _STREETS),
        _blocks(tokens),
        _boundary(tokens),
    ]


def _fill(source: str, colour: str) -> Layer:
    return {"id": source, "type": "fill", "source": source, "paint": {"fill-color": colour}}


def _zoomed(*pairs: tuple[float, float]) -> list[Any]:
    return ["interpolate", ["exponential", 1.5], ["zoom"], *(value for pair in pairs for value in pair)]


def _street(kind: str, tokens: Mapping[str, str]) -> Layer:
    token, far, middle, near = _STREETS[kind]
    return {
        "id": f"streets-{kind}",
        "type": "line",
        "source": "streets",
        "filter": ["==", ["get", "kind"], kind],
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": tokens[token], "line-width": _zoomed((11, far), (14, middle), (18, near))},
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


def _boundary(tokens: Mapping[str, str]) -> Layer:
    return {
        "id": "boundary",
        "type": "line",
        "source": "boundary",
        "layout": {"line-join": "round"},
        "paint": {
            "line-color": tokens["third"],
            "line-width": 1.4,
            "line-opacity": 0.75,
            "line-dasharray": [5, 4],
        },
    }


def _names(tokens: Mapping[str, str], lang: str) -> list[Layer]:
    """Place names (by ``rank``, 1 first) and, close up, the names of streets along their line."""
    zh: Any = ["get", "zh"]
    en: Any = ["get", "en"]
    both: Any = ["format", zh, {"font-scale": 1.0}, "\n", {}, en, {"font-scale": 0.8}]
    along: Any = ["concat", zh, "  ", en]
    paint = {"text-color": tokens["third"], "text-halo-color": tokens["land"], "text-halo-width": 1.4}
    return [
        {
            "id": "street-names",
            "type": "symbol",
            "source": "streets",
            "minzoom": 14.5,
            "filter": ["!=", ["get", "kind"], "minor"],
            "metadata": {"hub:zh": zh, "hub:en": en, "hub:both": along},
            "layout": {
                "symbol-placement": "line",
                "symbol-spacing": 420,
                "text-field": {"zh": zh, "en": en}.get(lang, along),
                "text-font": FONT,
                "text-size": 12,
            },
            "paint": {**paint, "text-opacity": 0.8},
        },
        {
            "id": "place-names",
            "type": "symbol",
            "source": "places",
            "metadata": {"hub:zh": zh, "hub:en": en, "hub:both": both},
            "layout": {
                "text-field": {"zh": zh, "en": en}.get(lang, both),
                "text-font": FONT,
                "text-size": ["interpolate", ["linear"], ["zoom"], 11, 11, 14, 14],
                "text-line-height": 1.15,
                "text-padding": 16,
                "symbol-sort-key": ["coalesce", ["get", "rank"], 9],
            },
            "paint": {**paint, "text-opacity": 0.9},
        },
    ]
