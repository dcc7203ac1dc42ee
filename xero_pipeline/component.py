"""Xero as a part of somebody else's Dagster project: the component, for a `defs.yaml`."""

# No `from __future__ import annotations` here: Dagster resolves the annotations of a component as they are.

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import dagster as dg
from dagster.components import Resolver, scaffold_component
from dagster.components.utils.translation import TranslationFn, TranslationFnResolver
from pydantic import BaseModel, Field

from xero_pipeline.build_defs import PREFIX, build_xero_defs
from xero_pipeline.defs.assets.subset import Result
from xero_pipeline.defs.translator import XeroTableProps, XeroTranslator


def _props(props: XeroTableProps) -> Mapping[str, Any]:
    return {"props": props, "name": props.name, "schema": props.schema}


class XeroScaffoldParams(BaseModel):
    """What `dg scaffold defs xero_pipeline.XeroComponent` may be told."""

    key_prefix: str | None = Field(None, description="Comes before every asset key, such as raw or raw/erp.")
    collections: str | None = Field(None, description="Names such as invoices, separated by commas. Default: all.")
    reports: str | None = Field(None, description="Names such as profit_and_loss, separated by commas. Default: all.")


class XeroScaffolder(dg.Scaffolder[XeroScaffoldParams]):
    """Writes the `defs.yaml` of a `XeroComponent`."""

    @classmethod
    def get_scaffold_params(cls) -> type[XeroScaffoldParams]:
        """What the command may be told."""
        return XeroScaffoldParams

    def scaffold(self, request: dg.ScaffoldRequest[XeroScaffoldParams]) -> None:
        """Write the file.

        Args:
            request: Where, and what the person said.
        """
        told = request.params
        lists = {"collections": told.collections, "reports": told.reports}
        attributes: dict[str, Any] = {"key_prefix": told.key_prefix} if told.key_prefix else {}
        attributes |= {name: text.replace(",", " ").split() for name, text in lists.items() if text is not None}
        scaffold_component(request, attributes)


@dg.scaffold_with(XeroScaffolder)
@dataclass
class XeroComponent(dg.Component, dg.Resolvable):
    """A company's books out of Xero: every accounting record and report as tables in DuckDB or PostgreSQL.

    Settings and secrets come from the environment (XERO_CLIENT_ID and others), never from this file. One of these is
    enough for a project; it reads all organisations that are connected.
    """

    key_prefix: Annotated[
        str | Sequence[str], Resolver.default(description="Comes before every asset key: raw, raw/erp or a list.")
    ] = ()
    groups: Annotated[
        str | Mapping[str, str] | None,
        Resolver.default(description="One group for all assets, or your names for ours, such as banking: cash."),
    ] = None
    owners: Annotated[
        Sequence[str], Resolver.default(description="People or teams: jane@example.com, team:finance.")
    ] = field(default_factory=tuple)
    collections: Annotated[
        Sequence[str] | None,
        Resolver.default(description="Names such as invoices, each with all its tables. Default: all."),
    ] = None
    reports: Annotated[
        Sequence[str] | None,
        Resolver.default(
            description="Names such as profit_and_loss, all pulled by themselves. Default: all there are, pulled as "
            "the settings say."
        ),
    ] = None
    schedules: Annotated[bool, Resolver.default(description="Whether the daily sync comes along.")] = True
    sensors: Annotated[
        bool, Resolver.default(description="Whether new organisations and months that are due are seen.")
    ] = True
    checks: Annotated[bool, Resolver.default(description="Whether the checks come along.")] = True
    name_prefix: Annotated[
        str, Resolver.default(description="Before the names of jobs, ops, schedules, sensors and groups.")
    ] = PREFIX
    app: Annotated[
        str,
        Resolver.default(
            description="A name for another Xero app, such as uk: its secrets are in XERO_UK_CLIENT_ID and so on."
        ),
    ] = ""
    dbt_source: Annotated[
        str | None,
        Resolver.default(
            description="The name of a source in a dbt project, xero for dbt_xero: the tables in Fivetran's layout "
            "come along as its tables, so that its models follow ours in the lineage."
        ),
    ] = None
    translation: Annotated[TranslationFn[XeroTableProps], TranslationFnResolver[XeroTableProps](_props)] | None = None

    def get_asset_spec(self, props: XeroTableProps) -> dg.AssetSpec:
        """The asset of a table; override it in a subclass to choose keys, groups or descriptions in Python."""
        spec = XeroTranslator().get_asset_spec(props)
        return self.translation(spec, props) if self.translation else spec

    def execute(self, context: dg.AssetExecutionContext, work: Iterator[Result]) -> Iterator[Result]:
        """Does the work of a run of any op of ours; override it in a subclass to do something before or after.

        ```python
        class OurXero(XeroComponent):
            def execute(self, context, work):
                context.log.info("Xero begins")
                yield from super().execute(context, work)
                context.log.info("Xero is done")
        ```

        Args:
            context: Of the run, with its keys and partitions.
            work: Done as it is iterated. What it yields is to be yielded: materialisations and results of checks, to
                which metadata may be added.
        """
        del context
        yield from work

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Everything of ours for the project."""
        return build_xero_defs(
            key_prefix=self.key_prefix,
            translator=_OfComponent(self),
            groups=self.groups,
            owners=self.owners,
            collections=self.collections,
            reports=self.reports,
            schedules=self.schedules,
            sensors=self.sensors,
            checks=self.checks,
            name_prefix=self.name_prefix,
            app=self.app,
            execute=self.execute,
            dbt_source=self.dbt_source,
        )


class _OfComponent(XeroTranslator):
    def __init__(self, component: XeroComponent) -> None:
        self._component = component

    def get_asset_spec(self, props: XeroTableProps) -> dg.AssetSpec:
        return self._component.get_asset_spec(props)
