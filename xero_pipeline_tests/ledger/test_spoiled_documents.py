"""Whatever is wrong with some documents, the ledger of the others stands, and nothing is left out silently."""

from __future__ import annotations

from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from xero_pipeline.ledger.posting.rules import IDLE
from xero_pipeline_tests.ledger.spoiling import BESIDE, KEYS, books_to_spoil, spoils
from xero_pipeline_tests.thoroughness import so_many

# Of every record that ought to post: its id, and the document that is told of it if it does not. What comes to nothing
# has no journal; advances post as the money that made them.
OUGHT_TO_POST = "\nUNION ALL ".join((
    *(f"SELECT {KEYS[name]} AS id, {KEYS[name]} AS told, '{name}' AS kind FROM xero.{name} WHERE NOT is_deleted "
      f"AND (status IS NULL OR status NOT IN {IDLE}) AND {amount}"
      for name, amount in (
          ("invoices", "(total <> 0 OR total IS NULL)"),
          ("credit_notes", "(total <> 0 OR total IS NULL)"),
          ("bank_transactions", "(total <> 0 OR total IS NULL) "
                                "AND COALESCE(type, '') NOT IN ('RECEIVE-TRANSFER', 'SPEND-TRANSFER')"),
          ("bank_transfers", "(amount <> 0 OR amount IS NULL)"),
          ("manual_journals", "manual_journal_id IN (SELECT manual_journal_id FROM xero.manual_journal_lines "
                              "WHERE line_amount <> 0)"),
      )),
    f"SELECT payment_id, COALESCE(invoice_id, credit_note_id, prepayment_id, overpayment_id), 'payments' "
    f"FROM xero.payments WHERE NOT is_deleted AND (status IS NULL OR status NOT IN {IDLE}) "
    "AND (amount <> 0 OR amount IS NULL)",
))  # fmt: skip
SILENT = f"""
SELECT o.id, o.told, o.kind FROM ({OUGHT_TO_POST}) AS o
WHERE o.id NOT IN (SELECT journal_id FROM ledger.journals)
AND NOT EXISTS (SELECT 1 FROM ledger.documents AS d WHERE d.document_id IN (o.id, o.told) AND d.problem IS NOT NULL)
"""
BESIDE_IDS = {*BESIDE, "beside p", "beside credit used"}
LINES = (
    "SELECT journal_id, line_number, journal_date, account_id, net_amount, foreign_amount, description "
    "FROM ledger.journal_lines ORDER BY journal_id, line_number"
)


def test_spoiled_documents_stop_no_other_and_are_named(books):
    books_to_spoil(books)
    assert books.problems() == {}
    before = lines(books)
    for name in KEYS:
        books.change(f"CREATE TABLE {name}_before AS SELECT * FROM xero.{name}")
    on_postgresql = books.warehouse.dialect.engine(read_only=True).dialect.name == "postgresql"

    @settings(
        max_examples=so_many(100, 4) if on_postgresql else so_many(500, 12),
        derandomize=True, deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
    )  # fmt: skip
    @given(st.lists(spoils(), min_size=1, max_size=4))
    def stands(statements):
        try:
            for statement in statements:
                note(statement)
                books.change(statement)
            told = books.problems()
            assert books.unbalanced() == []
            assert beside(lines(books)) == beside(before)
            assert not BESIDE_IDS & set(told)
            assert books.warehouse.query(SILENT).to_pylist() == []
        finally:
            for name in KEYS:
                books.change(f"DELETE FROM xero.{name}")
                books.change(f"INSERT INTO xero.{name} SELECT * FROM {name}_before")

    stands()
    # What was corrected posts again.
    assert books.problems() == {}
    assert lines(books) == before


def lines(books):
    return [tuple(row.values()) for row in books.warehouse.query(LINES).to_pylist()]


def beside(found):
    return [line for line in found if line[0] in BESIDE_IDS]
