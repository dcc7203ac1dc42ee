"""What we say to Dagster, in its GraphQL."""

from __future__ import annotations

LOOK = """
query Look($repository: RepositorySelector!, $run: ID!) {
  instance { info daemonHealth { allDaemonStatuses { daemonType healthy } } }
  run: runOrError(runId: $run) { __typename }
  schedules: schedulesOrError(repositorySelector: $repository) {
    __typename
    ... on Schedules {
      results { name scheduleState { id status } futureTicks(limit: 1) { results { timestamp } } }
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
