"""What SQL of a program that nobody trusts may call: functions that only compute, in DuckDB or in PostgreSQL.

None of them reads a file, a setting or another session, sends, waits, or makes a value of any size it likes.
"""

from __future__ import annotations

_BY_SUBJECT = {
    "sums": "any_value arg_max arg_min array_agg avg bool_and bool_or count count_if every list max max_by median",
    "more sums": "min min_by mode percentile_cont percentile_disc stddev stddev_pop stddev_samp string_agg sum var_pop",
    "windows": "cume_dist dense_rank first first_value lag last last_value lead nth_value ntile percent_rank rank "
    "row_number",
    "numbers": "abs ceil ceiling exp floor greatest least ln log mod power round sign sqrt trunc",
    "text": "btrim char_length concat concat_ws contains initcap left length lower ltrim position regexp_matches",
    "more text": "regexp_replace replace reverse right rtrim split_part starts_with strpos substr substring trim upper",
    "days": "age current_date date date_add date_diff date_part date_sub date_trunc datediff day dayname dayofweek",
    "more days": "dayofyear extract isodow last_day make_date month monthname now quarter strftime strptime to_char "
    "to_date to_timestamp week year",
    "null and types": "bigint cast char coalesce decimal if ifnull integer nullif numeric time timestamp timestamptz "
    "try_cast varchar",
    "JSON": "json_array_elements json_array_length json_extract json_extract_path_text json_extract_string",
    "rows": "cube grouping rollup unnest",
}
FUNCTIONS = frozenset(name for names in _BY_SUBJECT.values() for name in names.split())
"""By their names, in small letters."""

_WORDS = """
all and any as between by case distinct else except exists filter from group having ilike in intersect is join lateral
like limit materialized not offset on or order over partition select sets some then union using values when where within
"""
BEFORE_BRACKETS = frozenset(_WORDS.split())
"""Words of SQL that a bracket may follow."""
