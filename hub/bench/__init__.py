"""``hub bench``: the hub against what is possible and against what is usual, as ratios measured in one run.

The real commands, pages and adapters are under test, each in a process of its own; nothing here is a copy of them. May
import everything, as ``hub.wiring`` does; only the command line imports it.
"""
