"""What nobody knew of is told and stops nothing; of a page with one bad record everything else is loaded."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from xero_pipeline.warehouse.parse.declared_fields import children_of, declared_record, enum_columns, required_columns
from xero_pipeline.warehouse.parse.schema_drift import WORDS_PER_BATCH
from xero_pipeline.warehouse.schema.catalogue import table_group
from xero_pipeline.xero.endpoints import catalogue, endpoint
from xero_pipeline_tests.simulator.helpers import let_in
from xero_pipeline_tests.warehouse.answers import FIRST, TENANT, envelope, invoice, line, tables_of, uid

RECORDS = [row.table for row in catalogue()]


def watched(collection, *records, wrapper="Invoices"):
    """The tables of an answer, what was noticed, and the faults of the records that were put aside."""
    drift, refused = [], []
    tables = tables_of(
        collection,
        [envelope(*records, wrapper=wrapper)],
        wrapper=wrapper,
        tenant_id=TENANT,
        synced_at=FIRST,
        notice=drift.append,
        refuse=refused.append,
    )
    return tables, drift, refused


def noticed(*records):
    return {(d.kind, d.path, d.value): (d.records, d.record_id) for d in watched("invoices", *records)[1]}


def full(name, **more):
    """An invoice with everything an invoice always has."""
    given = {"Type": "ACCREC", "Date": "/Date(1700000000000)/", "CurrencyCode": "NZD", "LineAmountTypes": "Exclusive"}
    return invoice(name, **{**given, "SubTotal": 1, "Total": 1, **more})


def odd(record):
    """The same record, so that Arrow's reader refuses it and it is read one by one."""
    return {**record, "Overpayments": ""}


class Books(dict):
    """Records by collection; hypothesis prints its arguments."""

    def __repr__(self):
        return "books"


@pytest.fixture(scope="module")
def books(small_simulator):
    """Records of every collection, as a book of some months has them."""
    http = let_in(small_simulator)
    found = Books()
    for row in catalogue():
        answer = http.get(row.path, params={**row.params, "page": "1"} if "page" in row.paging else dict(row.params))
        assert answer.status_code == 200, answer.text
        found[row.table] = json.loads(answer.content)[row.wrapper]
    return found


@pytest.fixture(scope="module")
def small_simulator():
    from datetime import date

    from xero_simulator.config import BooksConfig
    from xero_simulator.simulator import Simulator

    return Simulator(BooksConfig(today=date(2026, 11, 1), organisations=1, invoices=150, months=6), limits=None)


@pytest.mark.parametrize("quirk", [lambda record: record, odd], ids=["quick", "careful"])
def test_an_unknown_field_is_told_once_with_its_place_and_how_many_records_have_it(quirk):
    records = [
        full("a", New={"Deep": [1]}, lines=[line("a1", Twice=1), line("a2", Twice=None)]),
        full("b", lines=[line("b1", Twice="x"), line("b2", Twice="y")]),
        quirk(full("c")),
    ]
    found = noticed(*records)
    assert found == {("field", "New", ""): (1, uid("a")), ("field", "LineItems[].Twice", ""): (2, uid("a"))}
    samples = {d.path: d.sample for d in watched("invoices", *records)[1]}
    assert samples == {"New": '{"Deep":[1]}', "LineItems[].Twice": "1"}


def test_a_field_that_is_now_a_text_and_now_a_number_is_told_all_the_same():
    assert set(noticed(full("a", New=1), full("b", New="x"), full("c", New=[1]))) == {("field", "New", "")}


def test_a_field_that_is_only_ever_null_is_nothing_new():
    assert noticed(full("a", New=None)) == {}


def test_what_is_inside_of_an_embedded_document_is_known_from_its_own_collection():
    contact = {"ContactID": uid("c"), "Phones": [{"PhoneType": "FAX"}], "Brand": "new"}
    assert set(noticed(full("a", Contact=contact))) == {("field", "Contact.Brand", "")}


def test_the_text_double_of_a_day_and_what_xero_says_of_writes_are_known_everywhere():
    more = {"DueDateString": "2026-01-01T00:00:00", "HasErrors": False, "ValidationErrors": [{"Message": "x"}]}
    assert noticed(full("a", lines=[line("a1", ValidationErrors=[])], **more)) == {}


def test_an_unknown_word_is_told_and_its_row_is_loaded():
    tables, drift, _ = watched("invoices", full("a", Status="FROZEN"), full("b"), full("c", Status="FROZEN"))
    assert [(d.kind, d.path, d.value, d.records, d.record_id) for d in drift] == [
        ("value", "Status", "FROZEN", 2, uid("a"))
    ]
    assert tables["invoices"]["status"].to_pylist() == ["FROZEN", "AUTHORISED", "FROZEN"]


def test_a_field_that_became_free_text_does_not_flood_the_notes():
    records = [full(str(n), LineAmountTypes=f"kind {n}") for n in range(WORDS_PER_BATCH + 10)]
    assert len(noticed(*records)) == WORDS_PER_BATCH


def test_a_field_that_every_record_had_is_missed_but_not_of_deleted_ones():
    without = full("a")
    del without["Total"]
    deleted = {**without, "InvoiceID": uid("b"), "Status": "DELETED"}
    assert noticed(without, deleted, full("c")) == {("missing", "Total", ""): (1, uid("a"))}


def test_nothing_is_noticed_in_books_as_xero_documents_them(books):
    for name, records in books.items():
        assert records, name
        assert watched(name, *records, wrapper=endpoint(name).wrapper)[1:] == ([], []), name


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_declared_known_points_at_columns_and_collections_that_exist(name):
    assert children_of((declared_record(name),), "no such field") == ()
    for word in enum_columns(name):
        assert len(word.known) >= 1, word
    assert {column for column, _ in required_columns(name)} <= {column.name for column in table_group(name)[0].columns}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def paths_in(value, path=()):
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from paths_in(inner, (*path, step))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(RECORDS), record=st.integers(0, 7), field=st.integers(0, 300), new=JSON)
@example("invoices", 0, 0, "a\x00b")
@example("invoices", 0, 2, 10**400)
@example("invoices", 0, 3, {"": {"": 1}})
@example("batch_payments", 0, 259, [None, None])
@example("invoices", 0, 41, {"": None, ".": 1, "a[].b": [[{"[]": 1}]]})
def test_whatever_one_field_says_its_record_is_loaded_or_put_aside_alone(books, name, record, field, new):
    records = books[name][:8]
    place = record % len(records)
    paths = list(paths_in(records[place]))
    path = paths[field % len(paths)]
    spoilt = [replaced(record, path, new) if n == place else record for n, record in enumerate(records)]

    tables, _, refused = watched(name, *spoilt, wrapper=endpoint(name).wrapper)

    loaded = Counter(tables[name]["raw"].to_pylist())
    whole = [json.dumps(record) for n, record in enumerate(spoilt) if n != place]
    assert len(refused) <= 1
    assert loaded == Counter(whole if refused else [*whole, json.dumps(spoilt[place])])
    if refused:
        assert json.loads(refused[0].raw) == spoilt[place]
