"""Dagster's home inside ours: its storage, its history, its settings."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from xero_pipeline.addresses import dagster_address
from xero_pipeline.errors import ConfigurationError
from xero_pipeline.log_lines import OURS, dagster_handlers
from xero_pipeline.operations.lost_runs import fail_lost_runs
from xero_pipeline.operations.run_queue import BROKER, launcher_config
from xero_pipeline.settings import Settings, plain

if TYPE_CHECKING:
    import dagster as dg


COMMAND_LINE = "command-line.yaml"
"""The same settings for runs that this program carries: what they print belongs on the terminal, and catching it would
take four more processes a step, each with a traceback of its own on Ctrl-C."""

STORAGE = {"module": "xero_pipeline.operations.dagster_storage", "class": "SqliteStorage"}
"""In place of Dagster's own SQLite storage, whose files it reads and writes."""
POSTGRESQL_STORAGE = {"module": "xero_pipeline.operations.dagster_postgresql", "class": "PostgresqlStorage"}
"""In place of Dagster's own PostgreSQL storage, whose tables it reads and writes."""
NO_COMPUTE_LOGS = {
    "module": "dagster.core.storage.noop_compute_log_manager",
    "class": "NoOpComputeLogManager",
}
"""What steps print is not caught: that takes processes, and threads that do it lose what the others print."""

LOG_FORMAT = "XERO_LOG_FORMAT"
"""The variable in which child processes find how to log."""

BATCH = "DAGSTER_EVENT_BATCH_SIZE"
"""Dagster's variable: how many events of one batch, such as an asset of many partitions, are written at once."""

SETTING, POSTGRESQL = "XERO_DAGSTER_URL", "DAGSTER_STORAGE_URL"
"""The setting that says Dagster's history is in PostgreSQL, and the variable in which Dagster's processes find that
address with the driver they know. Another name, for they put a `.env` of their folder over their environment."""


def project_file(name: str) -> Path:
    """A file of the project's top level, wherever the package is installed.

    Args:
        name: `dagster.yaml`, or in a checkout `workspace.yaml`.
    """
    package = Path(__file__).resolve().parents[1]
    at_top = package.parent / name
    return at_top if at_top.exists() else package / name


def prepare_home(settings: Settings) -> Path:
    """Make Dagster's home, and tell this process and its children of it; a `DAGSTER_HOME` that is set is left alone.

    Args:
        settings: Where our home is.

    Returns:
        Dagster's home.

    Raises:
        ConfigurationError: XERO_DAGSTER_URL is no address of a PostgreSQL database.
    """
    import yaml

    if os.environ.get("DAGSTER_HOME"):
        return Path(os.environ["DAGSTER_HOME"])
    home = settings.home / "dagster"
    config = _config(settings, home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(home / "dagster.yaml", yaml.safe_dump(config | (_over_machines(config) if settings.broker_url else {})))
    # Of this process our modules' own records are lines of JSON already.
    config["python_logs"].pop("managed_python_loggers", None)
    config["compute_logs"] = NO_COMPUTE_LOGS
    _write(home / COMMAND_LINE, yaml.safe_dump(config))
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ.setdefault(BATCH, "1000")
    return home


def _config(settings: Settings, home: Path) -> dict[str, Any]:
    """The project's `dagster.yaml` for a home; what it names by variable is put into the environment."""
    import yaml

    config = yaml.safe_load(project_file("dagster.yaml").read_text())
    # A plain `dagster dev` reads these folders relative to the project; here they must hold from anywhere.
    config["storage"] = storage_in(home / "storage")
    if _told_of_postgresql(settings):
        # The address has a password in it: the file says only where it is to be found.
        config["storage"] = storage_at({"env": POSTGRESQL})
    if broker := plain(settings.broker_url):
        os.environ[BROKER] = broker
    config["compute_logs"]["config"]["base_dir"] = str(home / "logs")
    config["local_artifact_storage"]["config"]["base_dir"] = str(home)
    config["concurrency"]["runs"]["max_concurrent_runs"] = settings.runs_at_once
    if settings.log_format == "json":
        config["python_logs"] |= {"dagster_handler_config": dagster_handlers(), "managed_python_loggers": [OURS]}
        # Also where a file says so, and not the environment: child processes must know.
        os.environ[LOG_FORMAT] = settings.log_format
    return config


def _over_machines(config: Mapping[str, Any]) -> dict[str, Any]:
    """What differs where workers carry the runs. One that is lost is started once more within minutes."""
    return {
        "run_launcher": launcher_config(),
        "run_coordinator": {
            "module": "xero_pipeline.operations.run_coordinator",
            "class": "RetriesFirstCoordinator",
        },
        # Assets that fail of themselves say that they are not meant (defs/assets/per_organisation.py).
        "run_retries": {"enabled": True, "max_retries": 3, "retry_on_asset_or_op_failure": True},
        # How long a run waits for a worker says nothing; whether it got lost on its way, workers find out.
        "run_monitoring": {**config["run_monitoring"], "poll_interval_seconds": 15, "start_timeout_seconds": 21_600},
        "compute_logs": NO_COMPUTE_LOGS,
    }


def storage_in(folder: Path) -> dict[str, object]:
    """The setting `storage` of a Dagster whose history is in files."""
    return {"custom": {**STORAGE, "config": {"base_dir": str(folder)}}}


def storage_at(address: str | Mapping[str, str]) -> dict[str, object]:
    """The setting `storage` of a Dagster whose history is in PostgreSQL.

    Args:
        address: For psycopg2, or where Dagster finds it.
    """
    return {"custom": {**POSTGRESQL_STORAGE, "config": {"postgres_url": address}}}


def _told_of_postgresql(settings: Settings) -> bool:
    """Put the address of Dagster's PostgreSQL into the environment, for this process and those it starts."""
    if settings.dagster_url is None:
        return False
    url = dagster_address(settings.dagster_url.get_secret_value())
    # The driver that Dagster's own library knows.
    os.environ[POSTGRESQL] = url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    return True


def _write(path: Path, text: str) -> None:
    """Write whole or not at all: a Dagster that starts meanwhile must not read half a file."""
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


@contextmanager
def open_instance(settings: Settings) -> Generator[dg.DagsterInstance]:
    """Dagster's history of this home.

    Args:
        settings: Where our home is.

    Raises:
        ConfigurationError: Dagster's PostgreSQL does not let us in.
    """
    import dagster as dg

    home = prepare_home(settings)
    # Two processes that open a fresh home at once can break its databases for good.
    with FileLock(home / "opening.lock"), _explained():
        ours = (home / COMMAND_LINE).exists()
        instance = dg.DagsterInstance.from_config(str(home), COMMAND_LINE) if ours else dg.DagsterInstance.get()
        instance.get_runs_count()
    with instance:
        fail_lost_runs(instance)
        yield instance


def read_log_handlers_once(instance: dg.DagsterInstance) -> None:
    """Keep Dagster from configuring Python's logging anew for every run.

    `logging.config.dictConfig` takes the lock of all logging, then those of its handlers; a run in another thread that
    is just writing an event holds a handler's and wants the other.
    """
    with warnings.catch_warnings():
        # Dagster calls this setting of its own new each time.
        warnings.simplefilter("ignore")
        handlers = instance.get_yaml_python_handlers()
    setattr(instance, "get_yaml_python_handlers", lambda: handlers)  # noqa: B010 - no declared attribute


@contextmanager
def _explained() -> Generator[None]:
    """Say which setting is wrong when Dagster's PostgreSQL cannot be reached."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except Exception as error:
        # Dagster tries several times and then raises an error of its own.
        known = error if isinstance(error, DBAPIError) else error.__cause__
        if not isinstance(known, DBAPIError) or POSTGRESQL not in os.environ:
            raise
        raise ConfigurationError(f"{SETTING}: cannot use that database for Dagster's history: {known.orig}") from error
