"""The code locations that Dagster's processes serve: one of all organisations, or one of each shard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xero_pipeline.shard import Shard

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings

LOCATION = "xero_pipeline"
"""The name of the code location that has all organisations."""

MODULE = "xero_pipeline.definitions"
"""Where its definitions are."""


@dataclass(frozen=True, slots=True)
class Location:
    """What a code location is called, and what is in it.

    Args:
        name: What Dagster calls it. Whether a schedule is on is stored by this name.
        shard: Which organisations it has; None for all of them.
    """

    name: str
    shard: Shard | None

    def named(self, name: str) -> str:
        """What a job, schedule or sensor of it is called.

        Args:
            name: Where there are no shards.
        """
        return self.shard.named(name) if self.shard else name


@dataclass(frozen=True, slots=True)
class CodeLocation(Location):
    """A code location that Dagster's processes are to serve.

    Args:
        server: host:port of its code server; None where Dagster starts a process for it.
    """

    server: str | None

    @property
    def entry(self) -> dict[str, Any]:
        """Its entry in a workspace file."""
        if self.server is None:
            return {"python_module": {"module_name": MODULE, "location_name": self.name}}
        host, _, port = self.server.rpartition(":")
        return {"grpc_server": {"host": host.strip("[]"), "port": int(port), "location_name": self.name}}


def code_locations(settings: Settings) -> Sequence[CodeLocation]:
    """Those that the UI and the daemon know, in the order of their shards."""
    servers = settings.code_server.split(",") if settings.code_server else []
    if len(servers) > 1:
        shards = Shard.all(len(servers))
        return [CodeLocation(shard.name, shard, server) for shard, server in zip(shards, servers, strict=True)]
    return [CodeLocation(LOCATION, settings.shard, servers[0] if servers else None)]


def write_workspace(path: Path, locations: Sequence[CodeLocation]) -> Path:
    """Write the file that tells Dagster where definitions are.

    Returns:
        The file.
    """
    import yaml

    path.write_text(yaml.safe_dump({"load_from": [location.entry for location in locations]}))
    return path
