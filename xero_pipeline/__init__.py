"""Xero into a warehouse, with Dagster. For a Dagster project of your own: `XeroComponent`, `build_xero_defs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_pipeline.build_defs import build_xero_defs, xero_assets
    from xero_pipeline.component import XeroComponent
    from xero_pipeline.defs.translator import XeroTableProps, XeroTranslator

__all__ = ["XeroComponent", "XeroTableProps", "XeroTranslator", "build_xero_defs", "xero_assets"]


def __getattr__(name: str) -> object:
    """Load what is asked for: the command line imports this package, too, and must not wait for Dagster."""
    from importlib import import_module

    homes = {
        "XeroComponent": "xero_pipeline.component",
        "XeroTableProps": "xero_pipeline.defs.translator",
        "XeroTranslator": "xero_pipeline.defs.translator",
        "build_xero_defs": "xero_pipeline.build_defs",
        "xero_assets": "xero_pipeline.build_defs",
    }
    if name not in homes:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(homes[name]), name)


def __dir__() -> list[str]:
    """What there is: Dagster looks here for components."""
    return sorted({*globals(), *__all__})
