"""What a command tells the person who started it."""

from __future__ import annotations

import sys


def say(line: str) -> None:
    """One line of progress for the person who started the command."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
