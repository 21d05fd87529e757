"""The centres: plugs the hub finds by looking, not by a list. Must not know what any of them is about.

A centre is a package folder with ``CENTRE`` in it (see ``_template``). Putting a folder here, or into the folder
given as ``extra``, is all there is to adding one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import blake2b
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from hub.centre import Centre
from hub.errors import HubError

from .check import check, check_together

_HERE = Path(__file__).resolve().parent


def discover(extra: Path | None = None, *, include_template: bool = False) -> tuple[Centre, ...]:
    """Every centre there is, by ``Centre.order``, then name; each has been checked.

    ``extra``: a further folder of plugs, outside this package. Folders that begin with ``_`` are no centres;
    ``include_template`` adds ``_template``. Raises ``HubError`` naming the folder of a plug that is malformed.
    """
    own = [*_folders(_HERE), *([_HERE / "_template"] if include_template else [])]
    found = [(str(folder), _declared(folder, f"{__name__}.{folder.name}")) for folder in own]
    if extra is not None:
        if not extra.is_dir():
            raise HubError(f"folder of further centres {extra} does not exist")
        found += [(str(folder), _declared(folder, None)) for folder in _folders(extra.resolve())]
    for where, centre in found:
        check(centre, where)
    check_together(found)
    return tuple(sorted((centre for _, centre in found), key=lambda c: (c.order, c.name)))


def _folders(parent: Path) -> Iterator[Path]:
    for folder in sorted(parent.iterdir()):
        if not folder.name.startswith(("_", ".")) and (folder / "__init__.py").is_file():
            yield folder


def _declared(folder: Path, module_name: str | None) -> Centre:
    """Import a plug and give its ``CENTRE``. ``module_name`` is ``None`` for a folder outside this package."""
    try:
        module = import_module(module_name) if module_name else _load(folder)
    except Exception as error:  # whatever a stranger's module raises is told in one line, with its cause
        raise HubError(f"centre {folder}: cannot be imported: {type(error).__name__}: {error}") from error
    centre = getattr(module, "CENTRE", None)
    if not isinstance(centre, Centre):
        raise HubError(f"centre {folder}: __init__.py must set CENTRE = Centre(...)")
    return centre


def _load(folder: Path) -> ModuleType:
    """Load a package from its folder under a name of its own, so that it can neither hide nor replace another."""
    name = f"centre_plug_{blake2b(str(folder).encode(), digest_size=6).hexdigest()}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is not a package")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
