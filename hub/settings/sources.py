"""Settings from the command line, the environment and a file, in that order of precedence.

Each refusal is one line that names where the setting was given and says what to do. No message repeats a value.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from hub.errors import HubError
from hub.settings.checks import Given, no_password_inside, require_private, together
from hub.settings.model import Settings, variable
from hub.settings.secret import Secret

FILE_VARIABLE = "HUB_SETTINGS"
OTHERS = ("HUB_SHARED", "HUB_TEST_")
"""Variables of ours that are no settings."""


def _keys(model: type[msgspec.Struct], before: str = "") -> Iterator[tuple[str, Any]]:
    for field in msgspec.structs.fields(model):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from _keys(field.type, f"{before}{field.name}.")
        else:
            yield before + field.name, field.type


KEYS: Mapping[str, Any] = dict(_keys(Settings))
"""``kafka.password`` → its type, of every setting."""
SECRETS = frozenset(key for key, kind in KEYS.items() if kind is Secret)
TABLES = frozenset(key.partition(".")[0] for key in KEYS if "." in key)


def read(options: Mapping[str, Any], *, file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of one command. ``options``: setting → value on the command line, ``None`` when it was not given;
    ``file``: what ``--settings`` named (else ``HUB_SETTINGS``). Raises ``HubError``.
    """
    named = file or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    given = _of_file(named) if named else {}
    given |= _of_environment(environ)
    typed = {key: Given(value, f"--{key.rpartition('.')[2]}") for key, value in options.items() if value is not None}
    for key, one in (given | typed).items():
        no_password_inside(key, one)
    given |= typed
    settings = _build({key: _convert(key, one, named) for key, one in given.items()})
    together(settings, given)
    return settings


# where settings come from


def _of_file(path: Path) -> dict[str, Given]:
    try:
        held = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise HubError(f"--settings {path}: cannot be read ({error.strerror}); name a TOML file") from None
    except UnicodeDecodeError:
        raise HubError(f"--settings {path}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise HubError(f"--settings {path}: is not TOML: {error}") from None
    out = {key: Given(value, f"{path}: {key}") for key, value in _flat(held, path)}
    if SECRETS & out.keys():
        require_private(path, "it holds a password")
    return out


def _flat(held: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    for name, value in held.items():
        if name in TABLES and not isinstance(value, dict):
            raise HubError(f"{path}: {name} is a table: write [{name}] and its keys below")
        inner = {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value}
        for key, each in inner.items():
            if key not in KEYS:
                raise HubError(f"{path}: {key} is not a setting; {_nearest(key, list(KEYS))}")
            yield key, each


def _of_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    names = {variable(key): key for key in KEYS}
    tables = tuple(variable(table) + "_" for table in TABLES)
    for name in environ:
        if name in names or name == FILE_VARIABLE or name.startswith(OTHERS):
            continue
        if name.startswith(tables) or (name.startswith("HUB_") and get_close_matches(name, names, 1, 0.85)):
            raise HubError(f"{name} in the environment is not a setting; {_nearest(name, list(names))}")
    return {key: Given(environ[name], name, text=True) for name, key in names.items() if environ.get(name)}


def _nearest(name: str, known: list[str]) -> str:
    by_last = {key.rpartition(".")[2]: key for key in reversed(known)}
    close = get_close_matches(name, known, 1, 0.6)
    close = close or [by_last[last] for last in get_close_matches(name.rpartition(".")[2], by_last, 1, 0.6)]
    return f"do you mean {close[0]}?" if close else f"there are {', '.join(known)}"


# one value


def _convert(key: str, given: Given, file: Path | None) -> Any:
    kind = KEYS[key]
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    try:
        value = msgspec.convert(given.value, kind, strict=not given.text, dec_hook=_decode)
    except msgspec.ValidationError as error:
        said = f"must be one of {', '.join(choices)}" if choices else _plain(str(error))
        raise HubError(f"{given.where}: {said}") from None
    if isinstance(value, str) and not value.strip():
        raise HubError(f"{given.where}: is empty; leave it out or give it a value")
    if isinstance(value, Path) and file is not None and given.where.startswith(f"{file}:"):
        return file.parent / value  # as the file is moved, what it names moves with it
    return value


def _decode(kind: type, value: Any) -> Any:
    if not isinstance(value, str):
        raise TypeError("must be text in quotes")
    if any(ord(char) < 32 for char in value):
        raise TypeError("holds a line break or another control character")
    return kind(value)


def _plain(said: str) -> str:
    return said.replace("Expected", "must be").replace("`", "").partition(", got")[0]


def _build(values: Mapping[str, Any]) -> Settings:
    fields: dict[str, Any] = {key: value for key, value in values.items() if "." not in key}
    for field in msgspec.structs.fields(Settings):
        if field.name in TABLES:
            inner = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{field.name}.")}
            fields[field.name] = field.type(**inner)
    return Settings(**fields)
