"""How a frame becomes bytes: whole numbers as byte planes, and one stream for all of it. Must not know what is in it.

A plane holds one byte of every number of a column. High bytes hardly differ and cost next to nothing; low bytes are
noise that nothing compresses; side by side they would spoil each other's code.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import pairwise

PLAIN, PACKED = b"\0", b"\1"
PLAIN_MAX = 700
"""Bytes below which a frame is not compressed: it fits one packet, and the page reads it without waiting."""
BLOCK_MIN = 48
"""Bytes from which a plane gets a code of its own; below that the code would cost more than it saves."""
LEVEL = 6


def planes(values: Sequence[int]) -> tuple[list[int], list[bytes]]:
    """How a column is written, and its planes of ``len(values)`` bytes, lowest byte first.

    ``[low, width]``: ``width`` planes of ``value - low``. ``[low, width, first]``: planes of ``step - low``, a step
    being the difference to the value before; the first value is ``first``, its place in the planes is 0. The way
    with the smaller range is taken.
    """
    low, high = min(values, default=0), max(values, default=0)
    steps = [after - before for before, after in pairwise(values)]
    if steps and (spread := max(steps) - (least := min(steps))) < high - low:
        how, stored = [least, _bytes_of(spread), values[0]], [0, *(step - least for step in steps)]
    else:
        how, stored = [low, _bytes_of(high - low)], [value - low for value in values]
    column = array("Q", stored)
    if sys.byteorder == "big":
        column.byteswap()
    raw = column.tobytes()
    return how, [raw[k::8] for k in range(how[1])]


def packed(text: bytes, columns: Sequence[bytes]) -> bytes:
    """A frame of a JSON text and its columns' planes: see ``hub.feed`` for its layout."""
    head = len(text).to_bytes(4, "little") + text
    if len(head) + sum(map(len, columns)) <= PLAIN_MAX:
        return b"".join((PLAIN, head, *columns))
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_FILTERED)
    out = [PACKED, squeeze.compress(head)]
    for plane in columns:
        if len(plane) >= BLOCK_MIN:
            out.append(squeeze.flush(zlib.Z_BLOCK))
        out.append(squeeze.compress(plane))
    out.append(squeeze.flush())
    return b"".join(out)


def _bytes_of(spread: int) -> int:
    return (spread.bit_length() + 7) // 8
