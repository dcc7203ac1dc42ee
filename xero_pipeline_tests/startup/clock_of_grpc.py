"""gRPC keeps the machine's clock: its core, in C, compares its own with the instants that its Python hands it.

With a clock that is moved back every wait of a server would be over before it began, and turn into a busy loop; with
one that is moved ahead none would end. Dagster's processes speak gRPC to each other.
"""

from __future__ import annotations

import sys
import time
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType, SimpleNamespace

_MODULES = frozenset({"grpc._channel", "grpc._common", "grpc._server", "grpc._utilities", "grpc.aio._utils"})
"""Those that ask `time.time()`."""


class _Unmoved(Loader):
    """Loads a module as its own loader does, and gives it the clock that nobody moved."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        unmoved(module)


class _Finder(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname not in _MODULES:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            found.loader = _Unmoved(found.loader)
        return found


def unmoved(module: ModuleType) -> None:
    """Let a module see the clock of the machine."""
    import time_machine

    kept = vars(time) | {"time": time_machine.escape_hatch.time.time}
    module.time = SimpleNamespace(**kept)  # pyright: ignore[reportAttributeAccessIssue]


def keep() -> None:
    """From now on, and for what is imported already."""
    sys.meta_path.insert(0, _Finder())
    for name in _MODULES & sys.modules.keys():
        unmoved(sys.modules[name])
