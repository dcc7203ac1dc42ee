"""Something done to a module as soon as it has been imported: nothing is imported for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

Change = Callable[[ModuleType], object]


class _Changing(Loader):
    """Loads a module as its own loader does, then changes it."""

    def __init__(self, loader: Loader, change: Change) -> None:
        self._loader, self._change = loader, change

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._change(module)


class _Finder(MetaPathFinder):
    def __init__(self, changes: Mapping[str, Change]) -> None:
        self._changes = changes

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in self._changes:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            found.loader = _Changing(found.loader, self._changes[fullname])
        return found


def after_import(changes: Mapping[str, Change]) -> None:
    """From now on, and for what is imported already.

    Args:
        changes: What is done, by the module's name.
    """
    sys.meta_path.insert(0, _Finder(changes))
    for name in changes.keys() & sys.modules.keys():
        changes[name](sys.modules[name])
