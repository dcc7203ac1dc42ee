"""`xero-simulator`: serves a simulated Xero on localhost until Ctrl-C."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, BooleanOptionalAction
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from xero_simulator.config import BooksConfig
from xero_simulator.daily_life import DailyLife
from xero_simulator.limits import SimLimits
from xero_simulator.server import serve
from xero_simulator.simulator import Simulator
from xero_simulator.values.days import day_of_books
from xero_simulator.webhooks.events import EVENT_CATEGORIES


def main(words: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        words: Its options; None for those of the process.
    """
    parser = ArgumentParser("xero-simulator", description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--port", type=int, default=8400, help="0 takes a free one")
    parser.add_argument("--organisations", type=int, default=1, help="how many companies")
    parser.add_argument("--invoices", type=int, default=1200, help="invoices and bills of each")
    parser.add_argument("--months", type=int, default=24, help="how far back the books go")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same books")
    parser.add_argument("--limits", action=BooleanOptionalAction, default=True, help="Xero's rate limits")
    parser.add_argument("--advanced", action="store_true", help="apps are of Xero's Advanced tier: journals")
    parser.add_argument("--store", type=Path, help="file that keeps tokens between starts")
    parser.add_argument("--faults", action="store_true", help="let POST /simulator/faults switch faults on")
    _add_daily_life(parser)
    options = parser.parse_args(words)
    if bool(options.webhook_url) != bool(options.webhook_key):
        parser.error("--webhook-url and --webhook-key go together")
    if find_spec("joserfc") is None:
        parser.exit(
            2, 'xero-simulator needs joserfc, which is not installed. Run `pip install "xero-pipeline[simulator]"`.\n'
        )
    try:
        serve_books(
            options.port,
            options.organisations,
            options.invoices,
            options.months,
            options.seed,
            limits=options.limits,
            advanced=options.advanced,
            store=options.store,
            faults=options.faults,
            ready=lambda url: _say(f"The simulated Xero answers at {url}"),
            life=DailyLife(
                options.work_every, options.webhook_url, options.webhook_key, frozenset(options.webhook_categories)
            ),
        )
    except KeyboardInterrupt:
        sys.exit(130)
    except ValueError as wrong:
        parser.error(str(wrong))


def _add_daily_life(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what goes on meanwhile")
    group.add_argument(
        "--work-every",
        type=float,
        default=0,
        metavar="SECONDS",
        help="somebody enters an invoice, pays it, renames its customer, and so on; 0: nobody",
    )
    group.add_argument("--webhook-url", default="", help="where changes are told, signed as Xero signs them")
    group.add_argument("--webhook-key", default="", help="the signing key, XERO_WEBHOOK_KEY of who takes them")
    group.add_argument(
        "--webhook-categories",
        nargs="+",
        default=[*EVENT_CATEGORIES],
        choices=[*EVENT_CATEGORIES],
        metavar="CATEGORY",
        help="what the webhook is subscribed to",
    )


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command


def serve_books(
    port: int,
    organisations: int,
    invoices: int,
    months: int,
    seed: int,
    *,
    limits: bool,
    advanced: bool,
    store: Path | None,
    faults: bool,
    ready: Callable[[str], None],
    life: DailyLife = DailyLife(),  # noqa: B008 (frozen)
) -> None:
    """Serve a simulator whose books end today and grow with the clock, until the process is asked to stop.

    Args:
        invoices: Invoices and bills of each.
        months: How far back the books go.
        seed: The same seed makes the same books.
        limits: Whether it keeps Xero's limits.
        advanced: Whether apps may ask for journals.
        store: A file that keeps tokens between starts.
        faults: Whether faults can be switched on over HTTP.
        ready: Called with the address once it answers.
        life: What goes on in the books meanwhile.
    """
    config = BooksConfig(
        organisations=organisations, invoices=invoices, months=months, seed=seed, today=day_of_books(time.time())
    )
    simulator = Simulator(
        config,
        store_path=store,
        limits=SimLimits() if limits else None,
        advanced=advanced,
        controllable=faults,
        follow_clock=True,
    )
    life.begin(simulator, _say)
    serve(simulator, port, ready)
