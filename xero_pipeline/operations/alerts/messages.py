"""What is told at once, as one message: however many organisations it is about, it stays short."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from xero_pipeline.operations.alerts.alert_kinds import ALERTS, FAILED, Alert

if TYPE_CHECKING:
    from xero_pipeline.settings import Settings

NAMED = 10
"""Organisations of a kind that are named; of the others it is told how many they are."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of plain text.

    Args:
        title: A line.
        is_good: Whether it only says what is over.
    """

    title: str
    body: str
    is_good: bool


class Links:
    """Addresses of pages, where the settings say what address people have for them.

    Args:
        settings: Have `XERO_WEB_URL`, and `XERO_DAGSTER_UI` if it was set.
    """

    def __init__(self, settings: Settings) -> None:
        self._page = settings.web_url or ""
        self._dagster = settings.dagster_ui if "dagster_ui" in settings.model_fields_set else ""

    def of(self, alert: Alert) -> str:
        """Where the matter is shown, with a space before each; empty where nobody knows."""
        found = [f"{self._page}/books/{alert.tenant_id}"] if self._page and alert.tenant_id else []
        found += [f"{self._dagster}/runs/{alert.run_id}"] if self._dagster and alert.run_id else []
        return "".join(f" {link}" for link in found)

    @property
    def all(self) -> str:
        """The page of all organisations, in a line of its own."""
        return f"\nAll organisations: {self._page}/" if self._page else ""


def alert(news: Sequence[Alert], over: Collection[str], links: Links) -> Message:
    """The one message about everything that is new, and everything that is over.

    Args:
        news: The worst first.
        over: Labels of what is over.
    """
    lines = [*_news(news, links), *_over(over)]
    told = [f"{len(news):,} {'needs' if len(news) == 1 else 'need'} somebody"] if news else []
    told += [f"{len(over):,} solved"] if over else []
    if len(news) == 1 and not over:
        told = [ALERTS[news[0].kind].label]
    return Message(f"xero_pipeline: {', '.join(told)}", "\n".join(lines) + links.all, is_good=not news)


def trial(links: Links) -> Message:
    """The message of a person who wants to see whether messages arrive."""
    return Message(
        "xero_pipeline: a test message", f"Alerts will arrive here. Nothing is wrong.{links.all}", is_good=True
    )


def _news(news: Sequence[Alert], links: Links) -> Iterator[str]:
    for kind, group in groupby(news, lambda one: one.kind):
        alerts = list(group)
        yield f"{ALERTS[kind].label} ({len(alerts):,})"
        for one in alerts[:NAMED]:
            count = f": {one.count:,}" if one.count > 1 and kind != FAILED else ""
            yield f"- {one.name}{count}{links.of(one)}"
        yield from _and_more(len(alerts))
        yield f"  {ALERTS[kind].remedy}"


def _over(over: Collection[str]) -> Iterator[str]:
    if over:
        yield f"Solved ({len(over):,})"
        yield from (f"- {label}" for label in sorted(over)[:NAMED])
        yield from _and_more(len(over))


def _and_more(count: int) -> Iterator[str]:
    if count > NAMED:
        yield f"- and {count - NAMED:,} more"
