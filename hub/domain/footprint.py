"""What a drone's camera sees on the ground. Pure geometry on flat ground; knows nothing of drones' sources.

Camera axis: azimuth y (degrees, true), elevation p (0 horizon, -90 straight down), height h above ground. Basis in
(east, north, up): f = (sin y cos p, cos y cos p, sin p), right = (cos y, -sin y, 0), down = f × right. An image point
(u, v) in [-1, 1]² looks along d = f + u tan(HFOV/2) right + v tan(VFOV/2) down and hits the ground iff d_z < 0, at
t = -h / d_z. VFOV = 2 atan(tan(HFOV/2) / aspect).
"""

from __future__ import annotations

from math import atan, cos, isfinite, radians, sin, tan

from hub.domain.model import Position

ASPECT = 16 / 9
RANGE_M = 1500.0
"""Ground beyond this is not claimed as seen: the polygon is clipped there and drawn dashed."""
_METRES_PER_DEGREE = 111_320.0
_BISECTIONS = 30
Ring = list[tuple[float, float]]


def footprint(
    position: Position, height_m: float, yaw_deg: float, pitch_deg: float, hfov_deg: float, aspect: float = ASPECT
) -> tuple[Ring, bool] | None:
    """(closed ring of (lon, lat), clipped) or ``None`` when no ground is in view or an input makes no sense."""
    values = (height_m, yaw_deg, pitch_deg, hfov_deg, aspect)
    if not all(isfinite(v) for v in values) or height_m <= 0 or not 0 < hfov_deg < 180 or aspect <= 0:
        return None
    wide = tan(radians(hfov_deg) / 2)
    tall = wide / aspect
    top = _highest_row(radians(pitch_deg), tall, height_m)
    if top is None:
        return None
    corners = [(-1.0, top), (1.0, top), (1.0, 1.0), (-1.0, 1.0)]
    ring = [_hit(position, height_m, radians(yaw_deg), radians(pitch_deg), u * wide, v * tall) for u, v in corners]
    return [*ring, ring[0]], top > -1.0


def vertical_fov_deg(hfov_deg: float, aspect: float = ASPECT) -> float:
    """VFOV of a camera from its horizontal field of view and aspect ratio, degrees."""
    return 2 * atan(tan(radians(hfov_deg) / 2) / aspect) * 180 / 3.141592653589793


def _highest_row(pitch: float, tall: float, height_m: float) -> float | None:
    """The image row (-1 top … 1 bottom) above which ground is out of range; ``None``: even the bottom row is."""

    def in_range(v: float) -> bool:
        down_z = -cos(pitch)
        dz = sin(pitch) + v * tall * down_z
        ahead = cos(pitch) + v * tall * sin(pitch)
        return dz < 0 and -height_m / dz * abs(ahead) <= RANGE_M

    if in_range(-1.0):
        return -1.0
    if not in_range(1.0):
        return None
    low, high = -1.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if in_range(middle) else (middle, high)
    return high


def _hit(position: Position, height_m: float, yaw: float, pitch: float, u: float, v: float) -> tuple[float, float]:
    fx, fy, fz = sin(yaw) * cos(pitch), cos(yaw) * cos(pitch), sin(pitch)
    rx, ry = cos(yaw), -sin(yaw)
    # down = f × right with right in the horizontal plane
    dx, dy, dz = -fz * ry, fz * rx, fx * ry - fy * rx
    x, y, z = fx + u * rx + v * dx, fy + u * ry + v * dy, fz + v * dz
    t = -height_m / z
    lon = position.lon + t * x / (_METRES_PER_DEGREE * cos(radians(position.lat)))
    return round(lon, 7), round(position.lat + t * y / _METRES_PER_DEGREE, 7)
