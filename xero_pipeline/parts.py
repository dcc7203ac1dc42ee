"""The name under which scripts written for 0.3 import what `container` makes."""

from xero_pipeline.container import Services as Parts

__all__ = ["Parts"]
