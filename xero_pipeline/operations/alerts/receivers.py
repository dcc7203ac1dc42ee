"""The addresses in XERO_ALERTS, as Apprise understands them. What is in one is a secret: nothing here shows it."""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.extras import require_extra

if TYPE_CHECKING:
    from pydantic import SecretStr

    from xero_pipeline.operations.alerts.messages import Message

_BETWEEN = re.compile(r"[\s,;]+(?=[a-z0-9+.-]+://)", re.IGNORECASE)
_TALKATIVE = ("apprise", "urllib3", "requests")
_ANSWERED = re.compile(r"error=(\d{3})\b")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told.

    Args:
        place: In XERO_ALERTS, from 1.
        service: What kind of service it is, such as Slack; empty where the address is no receiver's.
    """

    place: int
    service: str
    _apprise: Any = field(repr=False)

    @property
    def name(self) -> str:
        """What people call it, without anything of its address."""
        return f"address {self.place} of XERO_ALERTS" + (f" ({self.service})" if self.service else "")

    def send(self, message: Message) -> str:
        """Tell it.

        Returns:
            What went wrong; empty where nothing did.
        """
        import apprise

        kind = apprise.NotifyType.SUCCESS if message.is_good else apprise.NotifyType.WARNING
        with _listening() as said:
            try:
                sent = self._apprise.notify(
                    body=message.body, title=message.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT
                )
            except Exception as error:  # noqa: BLE001 - another's plugin; its words may hold the address
                return f"{self.name} could not be told: {type(error).__name__}"
        if sent:
            return ""
        codes = [found[1] for line in said if (found := _ANSWERED.search(line))]
        why = f"it answered {codes[-1]}" if codes else "it cannot be reached, or refuses"
        return f"{self.name} could not be told: {why}"


def receivers(alerts: SecretStr | None) -> Sequence[Receiver]:
    """Those that XERO_ALERTS names; one whose address is wrong has no service.

    Raises:
        ConfigurationError: The extra is not installed.
    """
    addresses = [one for one in _BETWEEN.split((alerts.get_secret_value() if alerts else "").strip()) if one]
    if not addresses:
        return ()
    require_extra("alerts", "XERO_ALERTS", "leave XERO_ALERTS out")
    return tuple(_receiver(place, address) for place, address in enumerate(addresses, 1))


def require_right(known: Sequence[Receiver]) -> None:
    """Refuse a wrong address.

    Raises:
        ConfigurationError: Says which ones are wrong.
    """
    if wrong := [str(one.place) for one in known if not one.service]:
        which = f"address {wrong[0]} is" if len(wrong) == 1 else f"addresses {', '.join(wrong)} are"
        raise ConfigurationError(
            f"XERO_ALERTS: {which} none that Apprise understands: the service is unknown, or a part is missing. "
            "docs/alerts.md has the form of the most common ones."
        )


def _receiver(place: int, address: str) -> Receiver:
    import apprise

    untyped: Any = apprise
    with _listening():
        try:
            plugin = untyped.Apprise.instantiate(address, suppress_exceptions=True)
        except Exception:  # noqa: BLE001 - another's parser; its words may hold the address
            plugin = None
    if not plugin:
        return Receiver(place, "", None)
    if plugin.overflow_mode == apprise.OverflowMode.UPSTREAM:
        # A service that takes only short messages gets several, and refuses none.
        plugin.overflow_mode = apprise.OverflowMode.SPLIT
    alone = untyped.Apprise()
    alone.add(plugin)
    return Receiver(place, str(plugin.service_name), alone)


@contextmanager
def _listening() -> Generator[list[str]]:
    """What Apprise logs meanwhile, and what it sends by: kept here, for it may say addresses."""
    said: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    ear, loggers = Ear(), [logging.getLogger(name) for name in _TALKATIVE]
    before = [(logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.setLevel(logging.WARNING)
        logger.addHandler(ear)
    try:
        yield said
    finally:
        for logger, (propagate, level) in zip(loggers, before, strict=True):
            logger.removeHandler(ear)
            logger.propagate = propagate
            logger.setLevel(level)
