"""From an amount to a place on the picture, and the round amounts at which the grid has its lines.

Amounts become floats here and nowhere else: a pixel needs no cents.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_ROUND = ((math.sqrt(50), 10), (math.sqrt(10), 5), (math.sqrt(2), 2), (0, 1))
"""From which number on a step is which round one: about as many lines as were asked for."""

_NEARLY = 1e-9
_UNITS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight one.

    Args:
        low: The amount at `start`.
        high: The amount at `end`.
        step: Between two lines of the grid.
        start: In pixels, as `end`.
    """

    low: float
    high: float
    step: float
    start: float
    end: float

    def at(self, amount: Decimal | float) -> float:
        """Where an amount is."""
        return self.start + (float(amount) - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The amounts of the grid, zero among them."""
        first, last = math.ceil(self.low / self.step - _NEARLY), math.floor(self.high / self.step + _NEARLY)
        return [self.step * number for number in range(first, last + 1)]


def scale_of(amounts: Iterable[Decimal], start: float, end: float, steps: int = 5) -> Scale:
    """A scale that holds some amounts and zero.

    Args:
        steps: About so many steps of the grid.
    """
    every = [0.0, *map(float, amounts)]
    low, high = min(every), max(every)
    rough = (high - low) / steps or 0.2
    tens = 10.0 ** math.floor(math.log10(rough))
    step = next(tens * number for least, number in _ROUND if rough / tens >= least)
    low = -_outward(-low, step)
    return Scale(low, _outward(high, step) or (step if not low else 0), step, start, end)


def _outward(amount: float, step: float) -> float:
    """The next line of the grid; an amount that is next to nothing gets no line for itself."""
    return amount if amount < step / 4 else step * math.ceil(amount / step - _NEARLY)


def short(amount: float) -> str:
    """An amount of the grid: 1.5M, 20k, 0."""
    for size, unit in _UNITS:
        if abs(amount) >= size:
            return _signed(f"{amount / size:.10g}{unit}")
    return _signed(f"{amount:.10g}")


def whole(amount: Decimal) -> str:
    """An amount without its cents."""
    return _signed(f"{amount:,.0f}")


def cents(amount: Decimal) -> str:
    """An amount with its cents."""
    return _signed(f"{amount:,.2f}")


def per_cent(share: Decimal) -> str:
    """A figure in per cent."""
    return _signed(f"{share:.1f} %")


def _signed(text: str) -> str:
    return text.replace("-", "−")
