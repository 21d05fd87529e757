"""The road every piece of work takes: states and moves as tables, commands, and the pure decision about each
command.
"""

from __future__ import annotations

from hub.road.reported import REPORTED, reported_by

__all__ = ["REPORTED", "reported_by"]
