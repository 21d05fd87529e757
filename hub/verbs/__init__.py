"""The verbs of the command line, one module each: ``register`` adds its options and what it runs.

Options only; what a verb does is in ``hub.wiring``, imported when it runs, so that ``hub --help`` answers at once.
"""

from hub.verbs import basemap, bench, dead_letters, demo, doctor, replay, schema, serve, simulate, topics, verify

ALL = (demo, serve, simulate, topics, replay, basemap, schema, dead_letters, verify, doctor, bench)
"""In the order in which ``hub --help`` lists them."""
