"""What we say to Dagster, in its GraphQL, and what it says of our code locations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xero_pipeline.defs.automation.schedules import DAILY, REREADING
from xero_pipeline.defs.partitions import ORGANISATIONS
from xero_pipeline.operations.code_locations import LOCATION, Location
from xero_pipeline.shard import Shard

LOOK = """
query Look($run: ID!) {
  instance { info daemonHealth { allDaemonStatuses { daemonType healthy } } }
  run: runOrError(runId: $run) { __typename }
  workspace: workspaceOrError {
    __typename
    ... on Workspace {
      locationEntries {
        name
        locationOrLoadError {
          __typename
          ... on RepositoryLocation {
            repositories {
              schedules { name scheduleState { id status } futureTicks(limit: 1) { results { timestamp } } }
            }
          }
        }
      }
    }
  }
}
"""

START = """
mutation Start($schedule: ScheduleSelector!) {
  result: startSchedule(scheduleSelector: $schedule) {
    __typename
    ... on PythonError { message }
    ... on UnauthorizedError { message }
    ... on ScheduleNotFoundError { message }
  }
}
"""

STOP = """
mutation Stop($id: String!) {
  result: stopRunningSchedule(id: $id) {
    __typename
    ... on PythonError { message }
    ... on UnauthorizedError { message }
    ... on ScheduleNotFoundError { message }
  }
}
"""

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  result: launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on Error { message }
  }
}
"""


@dataclass(frozen=True, slots=True)
class ScheduleSwitch:
    """A schedule of a code location.

    Args:
        id: Dagster's id of its switch.
        next_at: When it comes next, in UTC; None where it is off.
    """

    id: str
    on: bool
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class LocationState(Location):
    """How Dagster stands to a code location of ours.

    Args:
        schedules: By the name that each has where there are no shards.
    """

    schedules: Mapping[str, ScheduleSwitch]

    @property
    def loaded(self) -> bool:
        """Whether Dagster has its definitions."""
        return {DAILY, REREADING} <= self.schedules.keys()

    @property
    def selector(self) -> dict[str, str]:
        """Where Dagster finds what is in it."""
        return {"repositoryName": "__repository__", "repositoryLocationName": self.name}

    @property
    def organisations(self) -> str:
        """The name of the partitions that are its organisations."""
        return self.shard.partitions(ORGANISATIONS) if self.shard else ORGANISATIONS


def location_states(workspace: Mapping[str, Any]) -> Sequence[LocationState]:
    """Our code locations: one of all organisations, or all shards in their order.

    Args:
        workspace: As `LOOK` asks for it.

    Returns:
        None at all where it is the workspace of other people, or where a shard is not in it.
    """
    entries = {one["name"]: one["locationOrLoadError"] for one in workspace.get("locationEntries", [])}
    if LOCATION in entries:
        return [_state(Location(LOCATION, None), entries[LOCATION])]
    shards = Shard.all(sum(name.startswith("shard_") for name in entries))
    if not {shard.name for shard in shards} <= entries.keys():
        return []
    return [_state(Location(shard.name, shard), entries[shard.name]) for shard in shards]


def _state(of: Location, loaded: Mapping[str, Any] | None) -> LocationState:
    bare = {of.named(one): one for one in (DAILY, REREADING)}
    found = _schedules(loaded or {})
    return LocationState(of.name, of.shard, {bare[one]: switch for one, switch in found if one in bare})


def _schedules(loaded: Mapping[str, Any]) -> Iterator[tuple[str, ScheduleSwitch]]:
    for repository in loaded.get("repositories", []):
        for one in repository["schedules"]:
            on = one["scheduleState"]["status"] == "RUNNING"
            ticks = one["futureTicks"]["results"]
            next_at = datetime.fromtimestamp(ticks[0]["timestamp"], UTC) if on and ticks else None
            yield one["name"], ScheduleSwitch(one["scheduleState"]["id"], on, next_at)
