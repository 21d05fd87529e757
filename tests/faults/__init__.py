"""Faults with real processes: kill, stop, cut, full disk, wrong clocks, and loads that last."""
