"""What a person gave a command: settings from file, environment and command line, and the places it may use."""

from hub.settings.audit_key import audit_key, key_file
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
    "audit_key",
    "data_folder",
    "hide",
    "hushed",
    "key_file",
    "listen",
    "moment",
    "node_name",
    "read",
    "require_loopback",
    "variable",
]
