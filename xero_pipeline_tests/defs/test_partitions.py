"""Partition keys, sorted out and put together again."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.defs.partitions import months_by_organisation, report_key, runs_of_neighbours

MONTHS = st.dates(date(2015, 1, 1), date(2035, 12, 31)).map(lambda day: day.replace(day=1))


@given(st.sets(st.tuples(MONTHS, st.uuids().map(str))))
def test_report_keys_come_back_as_months_of_organisations(wanted):
    found = months_by_organisation(report_key(month, tenant) for month, tenant in wanted)
    assert {(month, tenant) for tenant, months in found.items() for month in months} == wanted
    assert all(months == sorted(months) for months in found.values())


@given(st.lists(st.integers(), unique=True), st.data())
def test_stretches_cover_what_is_wanted_once_and_nothing_else(order, data):
    keys = [str(number) for number in order]
    wanted = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    stretches = list(runs_of_neighbours(keys, wanted, at_most=4))
    assert sorted(key for stretch in stretches for key in stretch) == sorted(wanted)
    for stretch in stretches:
        assert len(stretch) <= 4
        start = keys.index(stretch[0])
        assert keys[start : start + len(stretch)] == stretch
