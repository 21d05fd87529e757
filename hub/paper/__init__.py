"""The state on paper: task lists, logs, briefings and planning sheets as PDF, for when the screens are dark.

``out.print_out`` is pure: the same view gives the same bytes, with no network and no font of the system. Only
``hub.wiring`` and the route to it import this package: the libraries it prints with are its own.
"""
