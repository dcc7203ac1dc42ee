"""gRPC keeps the machine's clock: its core, in C, compares its own with the instants that its Python hands it.

With a clock that is moved back every wait of a server would be over before it began, and turn into a busy loop; with
one that is moved ahead none would end. Dagster's processes speak gRPC to each other.
"""

from __future__ import annotations

import time
from types import ModuleType, SimpleNamespace

MODULES = ("grpc._channel", "grpc._common", "grpc._server", "grpc._utilities", "grpc.aio._utils")
"""Those that ask `time.time()`."""


def unmoved(module: ModuleType) -> None:
    """Let a module see the clock of the machine.

    Args:
        module: It has `time`.
    """
    import time_machine

    kept = vars(time) | {"time": time_machine.escape_hatch.time.time}
    module.time = SimpleNamespace(**kept)  # pyright: ignore[reportAttributeAccessIssue]
