"""Shards: every organisation is in exactly one, the same on every machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.settings import Settings
from xero_pipeline.shard import Shard

TENANT = "00000000-0000-4000-8000-000000000001"


@given(st.uuids(), st.integers(1, 64))
def test_every_organisation_is_in_exactly_one_shard(tenant, count):
    assert sum(Shard(number, count).has(str(tenant)) for number in range(1, count + 1)) == 1


def test_it_is_the_same_one_in_every_process_and_version():
    """What was partitioned by it would be somewhere else otherwise."""
    assert [number for number in range(1, 9) if Shard(number, 8).has(TENANT)] == [2]


def test_shards_have_about_as_much_each():
    tenants = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(8_000)]
    counts = [sum(Shard(number, 8).has(one) for one in tenants) for number in range(1, 9)]
    assert min(counts) > 900 and max(counts) < 1_100


@pytest.mark.parametrize("text", ["3", "0/8", "9/8", "3/0", "a/b", "3/8/2", "-1/8"])
def test_what_is_no_shard_is_refused_with_what_one_looks_like(text, monkeypatch):
    monkeypatch.setenv("XERO_SHARD", text)
    with pytest.raises(ConfigurationError, match=r"XERO_SHARD.* such as 3/8"):
        Settings.load()
