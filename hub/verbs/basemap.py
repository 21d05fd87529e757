"""``hub basemap``: its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.verbs.shape import Add


def register(add: Add) -> None:
    """Add the verb."""
    verb = add(
        "basemap",
        "Make the ground of the map from your own GeoJSON, GeoPackage or OpenStreetMap extract.",
        "Streets, water, green, houses, boundary and places are found by their columns (OpenStreetMap's tags, or\n"
        "words like 主干道 and 河流); streams/basemap.toml says which, and --map adds rules of your own.\n"
        "Names come from the data: name:zh, name:en, name. Chinese sources are often not WGS-84: say so with --frame.\n"
        "The file is an MBTiles archive of vector tiles, which GIS programs open too.\n"
        "next: 'hub serve --ground OUT --log URL' draws it.",
    )
    verb.add_argument("file", type=Path, nargs="+", metavar="FILE", help=".geojson .gpkg .osm.pbf (or any GDAL opens)")
    verb.add_argument("--out", type=Path, metavar="OUT", help="default: FILE's name with .mbtiles, here")
    verb.add_argument(
        "--bounds", type=bounds, metavar="W,S,E,N", help="only this, WGS-84 degrees (--bounds=W,S,E,N if W is negative)"
    )
    verb.add_argument(
        "--frame",
        action="append",
        default=[],
        metavar="FRAME",
        help="what the coordinates really are: WGS84 (default), GCJ02 or BD09; FILE=FRAME for one of several files",
    )
    verb.add_argument("--map", dest="mapping", type=Path, metavar="FIELDS.toml", help="rules for your own columns")
    verb.add_argument("--crs", metavar="EPSG:N", help="for a file that declares no coordinate system")
    verb.add_argument(
        "--credit", metavar="TEXT", help="who is named on the map (default: OpenStreetMap for an extract)"
    )

    def run(args: argparse.Namespace) -> int:
        from hub.wiring.basemap import basemap

        return basemap(
            files=args.file,
            out=args.out,
            bounds=args.bounds,
            frames=args.frame,
            mapping=args.mapping,
            crs=args.crs,
            credit=args.credit,
        )

    verb.set_defaults(run=run)


def bounds(text: str) -> tuple[float, float, float, float]:
    """West, south, east, north; argparse says what is wrong."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: four numbers are needed, WEST,SOUTH,EAST,NORTH") from None
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise argparse.ArgumentTypeError(f"{text!r}: west must be less than east and south less than north, in degrees")
    return west, south, east, north
