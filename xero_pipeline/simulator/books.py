"""Writing an organisation's books from a seed."""

from __future__ import annotations

from xero_pipeline.simulator.chart import add_accounts
from xero_pipeline.simulator.company import Company
from xero_pipeline.simulator.config import BooksConfig
from xero_pipeline.simulator.country import country_of, name_of
from xero_pipeline.simulator.settings_lists import add_settings
from xero_pipeline.simulator.workbench import Workbench


def build_company(config: BooksConfig, index: int) -> Company:
    """Write the books of one organisation.

    Args:
        config: Size, seed and last day of the books.
        index: The organisation's place in the list, from 0.
    """
    bench = Workbench(config, index, name_of(index), country_of(index))
    add_accounts(bench)
    add_settings(bench)
    return Company(bench)
