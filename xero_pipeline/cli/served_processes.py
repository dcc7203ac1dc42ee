"""What `run` serves: Dagster's UI, its daemon and the web page, each in a child process."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from xero_pipeline.cli.interrupts import counting_signals
from xero_pipeline.errors import XeroPipelineError
from xero_pipeline.operations.child_processes import Child, Children
from xero_pipeline.operations.lost_runs import socket_folder_prefix

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings
    from xero_pipeline.web.address import Address

STOP_SECONDS = 5.0
"""For runs to note in Dagster's history that they were stopped; what is left then is killed."""

READY_SECONDS = 180.0
"""A page that does not answer so long after its start is not waited for any more."""

_POLL_SECONDS = 0.1
_UI, _PAGE, _CODE = "Dagster UI", "web page", "Dagster's code server"


class ServedProcesses:
    """Starts them, waits for them, ends them. The child processes load their modules from the beginning on.

    Args:
        settings: What the user set; Dagster's home is prepared.
        page: Where the web page listens.
        host: Where the Dagster UI listens.
    """

    def __init__(self, settings: Settings, page: Address, host: str, port: int, dagster_ui: str) -> None:
        self._settings = settings
        self._logging = ["--log-format", "json"] if settings.log_format == "json" else []
        self._page = page
        self._dagster_ui = dagster_ui
        # Under the system's own temporary folder: the path of a socket may have about 100 letters.
        self._folder = Path(tempfile.mkdtemp(prefix=socket_folder_prefix()))
        self._socket = self._folder / "code"
        self._workspace = self._folder / "workspace.yaml"
        self._children = Children(_print_line)
        self._code = self._children.prepare(
            _CODE,
            "dagster._cli:main",
            ["api", "grpc", "--socket", str(self._socket), *_OURS, "--log-level", "error", *self._logging],
            imports=("dagster._grpc.server", "xero_pipeline.definitions"),
        )
        where = ["-w", str(self._workspace), "-h", host, "-p", str(port)]
        self._ui = self._children.prepare(
            _UI,
            "dagster_webserver.cli:main",
            [*where, "--dagster-log-level", "error", *self._logging],
            imports=("dagster_webserver.app",),
        )
        self._web = self._children.prepare(
            _PAGE,
            "xero_pipeline.cli.commands.web:beside",
            [page.host, str(page.port), dagster_ui],
            imports=_PAGE_IMPORTS,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with counting_signals() as signals:
            self._children.stop(patience=STOP_SECONDS, hurry=lambda: bool(signals))
            shutil.rmtree(self._folder, ignore_errors=True)
            _note_stopped_runs(self._settings)

    def start(self) -> None:
        """Serve, and wait until both pages answer."""
        import yaml

        served = {"socket": str(self._socket), "location_name": "xero_pipeline"}
        self._workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": served}]}))
        self._code.start()
        self._web.start()
        # A webserver that finds no code server says so for ten seconds, in its pages and with a traceback here.
        self._wait(self._socket.exists)
        self._ui.start()
        self._wait(lambda: _answers(f"{self._dagster_ui}/server_info") and _answers(_reached(self._page)))

    def start_daemon(self) -> None:
        """From now on schedules and sensors work, and runs that people start."""
        words = ["run", "-w", str(self._workspace), "--log-level", "error", *self._logging]
        self._children.prepare("Dagster's daemon", "dagster._daemon.cli:main", words).start()

    def watch(self) -> None:
        """Wait until somebody stops this process.

        Raises:
            XeroPipelineError: A service ended by itself.
        """
        while True:
            self._require_all()
            time.sleep(5 * _POLL_SECONDS)

    def _wait(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + READY_SECONDS
        while not ready() and time.monotonic() < until:
            self._require_all()
            time.sleep(_POLL_SECONDS)

    def _require_all(self) -> None:
        ended = self._children.ended()
        if ended is None:
            return
        # Where a signal reaches every process (systemd), it may have reached the child first.
        time.sleep(5 * _POLL_SECONDS)
        raise XeroPipelineError(_told_of(ended))


_OURS = (
    *("--module-name", "xero_pipeline.definitions"),
    *("--location-name", "xero_pipeline"),
    "--inject-env-vars-from-instance",
)
_PAGE_IMPORTS = ("dagster", "uvicorn", "xero_pipeline.web.server", "xero_pipeline.operations.dagster_home")


def _told_of(ended: Child) -> str:
    return (
        f"The {ended.name} stopped unexpectedly (exit code {ended.process.returncode}), so everything was stopped. Its "
        "output is above. Run the same command again; `xero-pipeline doctor` checks what it depends on."
    )


def _print_line(line: str) -> None:
    """What a service printed goes to the error stream; above the progress display, while there is one."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{line}\n")


def _answers(url: str) -> bool:
    import httpx

    try:
        httpx.get(url, trust_env=False, timeout=5)
    except httpx.HTTPError:
        return False
    return True


def _reached(page: Address) -> str:
    """The page's address on this machine, whatever people call it."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared, not bound
    host = everywhere.get(page.host, f"[{page.host}]" if ":" in page.host else page.host)
    return f"http://{host}:{page.port}/"


def _note_stopped_runs(settings: Settings) -> None:
    """Runs of the daemon that were killed did not note it themselves."""
    from xero_pipeline.operations.dagster_home import open_instance

    with suppress(Exception), open_instance(settings):
        return
