"""Whatever a contact, an account or a document is called in Xero: on the pages of the books it is text."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import unquote

import pytest
from sqlalchemy import text

from xero_pipeline.settings import Settings
from xero_pipeline.warehouse.enclosures import Enclosures
from xero_pipeline.web.books.options import STATEMENT_PAGES
from xero_pipeline.web.cached_read import CachedReads
from xero_pipeline_tests.files.workbook_reader import read_workbook
from xero_pipeline_tests.ledger.books import Books
from xero_pipeline_tests.web.conftest import Browser, know_another, served

pytestmark = pytest.mark.slow

NAME = """</title></select><script>x()</script>"'><img src=x onerror=x()>{{7*7}} 株式会社 \r\nSet-Cookie: a=b"""
MONTH = "from=2026-01-01&to=2026-01-31"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A browser at a page whose organisation, accounts, contacts and documents all have that name."""
    with served(tmp_path_factory.mktemp("hostile")) as site, Browser(site) as browser:
        browser.connect()
        know_another(site, tenant_id="t", name=NAME)
        with site.services.warehouse.kept_open() as warehouse:
            Books.begin(warehouse)
            books = Books(warehouse)
            books.put("contacts", contact_id="c", name=NAME)
            books.document(
                "invoices", "i", "ACCREC", [("sales", "60")], invoice_number=NAME, contact_id="c", reference=NAME,
                due_date=dt.date(2026, 1, 20),
            )  # fmt: skip
            hang_on(books, source_table="invoices", source_id="i")
            with warehouse.writing() as connection:
                connection.execute(text("UPDATE xero.accounts SET name = :name"), {"name": NAME})
                connection.execute(text("UPDATE xero.invoice_line_items SET description = :name"), {"name": NAME})
            books.keep()
        yield browser


def hang_on(books, **document):
    """A file and an entry of its history."""
    books.put(
        "attachments", **document, document_attachment_id="i/a", attachment_id="a", file_name=NAME, mime_type=NAME,
        content_length=2_878_711, include_online=True,
    )  # fmt: skip
    books.put(
        "document_history", **document, history_entry_id="i/1", entry=1,
        changed_at=dt.datetime(2026, 1, 6, tzinfo=dt.UTC), changed_by=NAME, changes="Note", details=NAME,
    )  # fmt: skip


def test_the_documents_of_one_contact_say_whose_they_are(hostile):
    answer = hostile.get("/books/t/statements/aged-receivables-documents?contact=c&to=2026-01-31")
    assert "<h1>Aged receivables of &lt;/title&gt;" in answer.text
    file = hostile.get("/books/t/files/aged-receivables-documents.xlsx?contact=c&to=2026-01-31")
    assert any(text.startswith("Contact: </title>") for text in read_workbook(file.content)[0].texts)


def test_a_document_shows_the_files_and_the_history_that_were_read_of_it(hostile):
    text = hostile.get("/books/t/documents/i").text
    files, history = text.partition('id="attachments"')[2].split('id="history"')
    assert "2.9 MB" in files
    assert "the customer sees it" in files
    assert "6 Jan 2026, 00:00 UTC" in history
    assert history.count("&lt;script&gt;x()") >= 2


@pytest.mark.parametrize(("link", "shown"), [("https://in.xero.com/a?b=1&c=2", True), ("javascript:x()", False)])
def test_the_customers_link_is_shown_where_xero_is_the_real_one_and_only_if_it_is_an_address(
    hostile, monkeypatch, link, shown
):
    monkeypatch.setattr(Settings, "mode", "live")
    monkeypatch.setattr("xero_pipeline.web.books.document_page.enclosures_of", lambda *_: Enclosures([], [], link))
    monkeypatch.setattr(CachedReads, "look", lambda reads, _, look: reads.read(look))
    text = hostile.get("/books/t/documents/i").text
    assert ('href="https://in.xero.com/a?b=1&amp;c=2"' in text) is shown
    assert "javascript:" not in text


def paths():
    yield from (f"/books/t/statements/{name}?{MONTH}" for name in STATEMENT_PAGES)
    yield f"/books/t/statements/general-ledger?{MONTH}&account=sales"
    yield from ("/books/t/documents/i", "/books/t/closed-periods", "/books/t/checks", "/books/t")


@pytest.mark.parametrize("path", list(paths()))
def test_a_name_is_text_on_every_page(hostile, path):
    page = hostile.get(path)
    assert page.status_code == 200
    assert "&lt;script&gt;x()" in page.text
    assert re.findall(r"<script(?! src=\"/static/page\.js\")|<img src=x|</title></select>", page.text) == []
    assert ">49" not in page.text


@pytest.mark.parametrize("name", ["profit-and-loss.csv", "profit-and-loss.xlsx", "statements.xlsx"])
def test_a_name_is_no_part_of_a_header(hostile, name):
    sent = hostile.get(f"/books/t/files/{name}?{MONTH}")
    assert sent.status_code == 200
    told = re.fullmatch(
        r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''([\w.%-]+)", sent.headers["content-disposition"], re.ASCII
    )
    assert "株式会社" in unquote(told[1])
    assert "set-cookie" not in sent.headers
