"""What a person gave a command: settings from file, environment and command line, and the places it may use."""

from hub.settings.model import Database, Kafka, Settings, Topics, variable
from hub.settings.places import data_folder, listen, moment, node_name, require_loopback
from hub.settings.secret import Secret, hide, hushed
from hub.settings.sources import KEYS, read

__all__ = [
    "KEYS",
    "Database",
    "Kafka",
    "Secret",
    "Settings",
    "Topics",
    "data_folder",
    "hide",
    "hushed",
    "listen",
    "moment",
    "node_name",
    "read",
    "require_loopback",
    "variable",
]
