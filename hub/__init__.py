"""The hub in the middle: pure values and rules. It knows no centre, no broker, no database and no page."""

__version__ = "0.1.0"
