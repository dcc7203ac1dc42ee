"""On which basis income and expenses count: accrual, by the day of the document; cash, by the day it is settled."""

from __future__ import annotations

from typing import Literal

Basis = Literal["accrual", "cash"]
