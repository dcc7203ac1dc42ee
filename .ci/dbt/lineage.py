"""One lineage: every table that dbt_xero reads is an asset of ours, and its balance sheet comes from our invoices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import dagster as dg
from definitions import DBT, defs  # pyright: ignore[reportMissingImports] - the project's own

RAW, STATEMENT = dg.AssetKey(["raw", "xero", "invoices"]), "xero__balance_sheet_report"


def upstream(
    specs: Mapping[dg.AssetKey, dg.AssetSpec], key: dg.AssetKey, known: set[dg.AssetKey]
) -> Iterator[dg.AssetKey]:
    """What an asset is made of, and what that is made of."""
    for dep in specs[key].deps:
        if dep.asset_key not in known:
            known.add(dep.asset_key)
            yield dep.asset_key
            yield from upstream(specs, dep.asset_key, known)


def main() -> None:
    """Says what was found, or stops."""
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    sources = json.loads((DBT / "target" / "manifest.json").read_text())["sources"].values()
    tables = {dg.AssetKey([one["source_name"], one["name"]]) for one in sources}
    ours = {key for key, spec in specs.items() if "xero/asset" in spec.tags}
    assert tables, "dbt_xero has no source"
    assert tables <= ours, f"no assets of ours: {tables - ours}"
    (statement,) = [key for key in specs if key.path[-1] == STATEMENT]
    above = set(upstream(specs, statement, set()))
    assert RAW in above, f"{STATEMENT} does not come from {RAW.to_user_string()}"
    models = sum("dbt" in spec.kinds for spec in specs.values())
    print(
        f"one lineage: {models} models of dbt, {len(tables)} tables of ours that they read, "
        f"{len(above)} assets above {STATEMENT}"
    )


main()
