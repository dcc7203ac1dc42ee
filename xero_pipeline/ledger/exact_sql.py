"""Exact division, which the databases write differently: amounts in base currency and shares; what stands for values.

DuckDB divides decimals as floating point, so whole numbers are divided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CENT = "CAST(0.01 AS NUMERIC(3, 2))"


def to_base_sql(dialect: str, amount: str, rate: str) -> str:
    """SQL: an amount in base currency, `amount / rate` rounded half up (away from zero) to the cent, as Xero rounds.

    Args:
        dialect: `duckdb` or `postgresql`.
        amount: SQL of NUMERIC with at most 4 decimals.
        rate: SQL of NUMERIC with at most 10 decimals, positive: units of the currency for one unit of base currency.
    """
    # amount / 10^4 over rate / 10^10, in cents: amount times 10^8 over rate.
    quotient = half_up_sql(dialect, f"{whole_sql(dialect, amount, 4)} * 100000000", whole_sql(dialect, rate, 10))
    return f"(CASE WHEN {rate} = 1 THEN CAST(ROUND({amount}, 2) AS NUMERIC(19, 4)) ELSE {quotient} END)"


def known_rate_sql(rate: str, currency: str, base_currency: str) -> str:
    """SQL: the rate of a document; 1 in base currency, where Xero leaves it out at times, NULL where nobody knows it.

    Args:
        rate: SQL of what Xero says.
        currency: SQL of the document's currency.
        base_currency: SQL of the organisation's.
    """
    in_base = f"{currency} IS NULL OR {currency} = {base_currency}"
    return f"COALESCE(CASE WHEN {rate} > 0 THEN {rate} END, CASE WHEN {in_base} THEN 1 END)"


def share_sql(dialect: str, amount: str, part: str, whole: str) -> str:
    """SQL: the share `amount * part / whole`, rounded half up to the cent.

    Args:
        dialect: `duckdb` or `postgresql`.
        amount: SQL of NUMERIC with at most 4 decimals: what is shared out.
        part: SQL of such a number: of the whole.
        whole: SQL of such a number, positive.
    """
    numerator = f"{whole_sql(dialect, amount, 4)} * {whole_sql(dialect, part, 4)}"
    return half_up_sql(dialect, numerator, f"({whole_sql(dialect, whole, 4)} * 100)")


def rate_sql(dialect: str, foreign: str, base: str) -> str:
    """SQL: the rate `foreign / base` with six decimals, as Xero writes rates; cut off, not rounded.

    Args:
        dialect: `duckdb` or `postgresql`.
        foreign: SQL of NUMERIC with at most 4 decimals.
        base: SQL of such a number, of the same sign and not 0.
    """
    numerator, denominator = f"{whole_sql(dialect, foreign, 4)} * 1000000", whole_sql(dialect, base, 4)
    millionths = f"DIV({numerator}, {denominator})" if dialect == "postgresql" else f"(({numerator}) // {denominator})"
    return f"CAST(CAST({millionths} AS NUMERIC(25, 0)) * CAST(0.000001 AS NUMERIC(7, 6)) AS NUMERIC(20, 10))"


def half_up_sql(dialect: str, numerator: str, denominator: str) -> str:
    """SQL: cents as an amount of money, the quotient of two whole numbers rounded half away from zero.

    Args:
        dialect: `duckdb` or `postgresql`.
        numerator: SQL of a whole number.
        denominator: SQL of a positive whole number.
    """
    twice = f"2 * ABS({numerator}) + {denominator}"
    floor = f"DIV({twice}, 2 * {denominator})" if dialect == "postgresql" else f"(({twice}) // (2 * {denominator}))"
    cents = f"SIGN({numerator}) * {floor}"
    return f"CAST(CAST({cents} AS NUMERIC(17, 0)) * {_CENT} AS NUMERIC(19, 4))"


def whole_sql(dialect: str, number: str, decimals: int) -> str:
    """SQL: a decimal number times a power of ten, as a whole number wide enough to be multiplied.

    Args:
        dialect: `duckdb` or `postgresql`.
        number: SQL of NUMERIC with at most so many decimals.
    """
    kind = "NUMERIC" if dialect == "postgresql" else "HUGEINT"
    return f"CAST({number} * {10**decimals} AS {kind})"


def digest_sql(dialect: str, columns: Sequence[str]) -> str:
    """SQL: a whole number that stands for some values: another one, as good as certainly, when one of them changes.

    A NULL counts where it stands, and is no empty text. Nothing is joined into a text first, which would cost more.

    Args:
        dialect: `duckdb` or `postgresql`.
        columns: SQL of the values.
    """
    values = ", ".join(columns)
    return f"HASH_RECORD_EXTENDED(ROW({values}), 0)" if dialect == "postgresql" else f"HASH({values})"
