"""What can go wrong, by who must act. Bad input is data (a dead letter), not an exception that stops the loop."""

from __future__ import annotations


class HubError(Exception):
    """A message for a person: names the input and says what to do. Printed in one line, without a traceback."""


class BadPayload(HubError):
    """A record that cannot become a fact. The engine keeps it as a dead letter with this reason and goes on."""


class LogDown(HubError):
    """The event log cannot be reached now. Retried within a bound, shown on the wall."""


class StoreDown(HubError):
    """The store cannot be written now. The engine goes on in memory, marked "not recording"."""


class Fenced(StoreDown):
    """Another server became the recorder: what this one wanted to write is that one's to write now."""


class Unaudited(StoreDown):
    """There is no key for the audit chain, or another one than the chain's: nothing may be decided without audit."""


class PositionLost(LogDown):
    """The stored position is no longer in the log (retention). The engine restarts from what there is and says so."""
