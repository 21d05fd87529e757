"""Who could go: proposals of units, drones and centres for a call, a clue, a task or a place. A person decides.

Pure but for ``service``, which reads the picture under its lock: no file but the templates, no web, no store, no event.
A proposal changes nothing; whoever accepts or overrides it records that as a command of their own. Units are looked at
as vehicles and teams on duty, never as people: there is no score, and nothing is remembered of how anybody moved.
"""
