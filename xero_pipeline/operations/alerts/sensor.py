"""The sensor that tells people what they have to know at once. It asks for no run, and calls nobody but receivers."""

# No `from __future__ import annotations` here: Dagster reads the annotations of sensors as they are.

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from xero_pipeline.defs.resources import TOKEN_STORE, glance, token_store_of
from xero_pipeline.errors import WarehouseBusy

if TYPE_CHECKING:
    from xero_pipeline.container import Services
    from xero_pipeline.defs.naming import Naming
    from xero_pipeline.settings import Settings

ALERTS = "alerts"
EVERY_SECONDS = 120


def alert_sensors(settings: "Settings", naming: "Naming") -> Sequence[dg.SensorDefinition]:
    """The sensor, where XERO_ALERTS names somebody to tell."""
    if settings.alerts is None:
        return ()

    @dg.sensor(  # pyright: ignore[reportUnknownMemberType] - Dagster's own signature
        name=naming.named(ALERTS),
        required_resource_keys={naming.resource(TOKEN_STORE)},
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the addresses in XERO_ALERTS what needs somebody: once, and again when it is over. Who "
        "cannot be reached is told with the next look.",
    )
    def tick(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        token_store = token_store_of(context, naming)
        if begun := token_store.first_sync():
            return dg.SkipReason(begun)
        order = context.instance.get_dynamic_partitions(naming.organisations)
        try:
            sent, problems = tell(token_store.services, context.instance, order)
        except WarehouseBusy as busy:
            return dg.SkipReason(f"The warehouse is in use, the next tick looks again: {busy.message}")
        for problem in problems:
            context.log.warning(problem)
        told = [f"Told {sent} of those in XERO_ALERTS."] if sent else []
        told += [f"{'; '.join(problems)}. The next tick tries again."] if problems else []
        return dg.SkipReason(" ".join(told) or "There is nothing new to tell.")

    return (tick,)


def tell(services: "Services", instance: dg.DagsterInstance, order: Sequence[str]) -> tuple[int, Sequence[str]]:
    """Look at everything, and tell whoever has to be told.

    Args:
        order: Tenant ids in the order of their partitions.

    Returns:
        How many receivers were told, and why others could not be.

    Raises:
        ConfigurationError: An address is wrong.
        WarehouseBusy: Another process held the file all the time.
    """
    from xero_pipeline.operations.alerts.alert_kinds import look
    from xero_pipeline.operations.alerts.delivery import deliver
    from xero_pipeline.operations.alerts.receivers import receivers, require_right
    from xero_pipeline.operations.alerts.runs import last_runs

    known = receivers(services.settings.alerts)
    require_right(known)
    done = deliver(services, look(services, glance(services), last_runs(instance, order)), known)
    return done.sent, done.problems
