"""An assistant names an organisation as a person does on the command line."""

from __future__ import annotations

from datetime import date

import pytest

from xero_pipeline.assistants.organisations import KnownOrganisation, chosen
from xero_pipeline.errors import ConfigurationError

DAY = date(2026, 11, 30)
EVERYONE = [
    KnownOrganisation("T-1-00000001", "Kowhai Trail Outfitters", "NZD", "NZ", DAY),
    KnownOrganisation("T-2-00000002", "Twin (00000002)", "NZD", "NZ", DAY),
    KnownOrganisation("T-3-00000003", "Twin (00000003)", "NZD", "NZ", DAY),
]


@pytest.mark.parametrize(
    ("wanted", "place"), [("Kowhai", 0), (" kowhai trail outfitters ", 0), ("t-2-00000002", 1), ("00000003", 2)]
)
def test_a_name_a_part_that_no_other_has_or_an_id_is_enough(wanted, place):
    assert chosen(EVERYONE, wanted) is EVERYONE[place]


@pytest.mark.parametrize("wanted", [None, "", " ", "twin", "t", "nobody"])
def test_what_may_be_several_or_none_is_refused_with_what_is_allowed(wanted):
    with pytest.raises(ConfigurationError, match="its name, a part that no other name has, or its tenant id"):
        chosen(EVERYONE, wanted)


def test_the_only_one_need_not_be_named():
    assert chosen(EVERYONE[:1], None) is EVERYONE[0]
