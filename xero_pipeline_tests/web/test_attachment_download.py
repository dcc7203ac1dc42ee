"""A file whose content is kept can be saved from the page of its document, byte for byte, whatever it is called."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from xero_pipeline.sync.details.attachment_store import AttachmentStore
from xero_pipeline_tests.ledger.books import Books
from xero_pipeline_tests.rows import insert
from xero_pipeline_tests.web.conftest import Browser, know_another, served

pytestmark = pytest.mark.slow

NAME = """../a"; filename=x.exe\r\nSet-Cookie: a=b; 株.pdf"""
CONTENT = b"<script>x()</script>" + bytes(range(256))
AT = dt.datetime(2026, 5, 6, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("attachments")) as site:
        yield site


@pytest.fixture(scope="module")
def browser(site):
    """A browser at a page where an invoice has a file that is kept, one that is an older one, and one that is not."""
    with Browser(site) as browser:
        browser.connect()
        know_another(site, tenant_id="t")
        kept = AttachmentStore.to_read(site.services.settings).keep("t", CONTENT)
        with site.services.warehouse.kept_open() as warehouse:
            Books.begin(warehouse)
            books = Books(warehouse)
            books.document("invoices", "i", "ACCREC", [("sales", "60")])
            for key, outcome in (("kept", "stored"), ("i/older", "failed"), ("listed", None)):
                name = NAME if key == "kept" else key
                books.put("attachments", source_table="invoices", source_id="i", document_attachment_id=key,
                          attachment_id=key, file_name=name, mime_type="text/html", content_length=1)  # fmt: skip
                if outcome:
                    with warehouse.writing() as connection:
                        insert(connection, "xero.attachment_files", tenant_id="t", document_attachment_id=key,
                               attachment_id=key, outcome=outcome, stored_path=kept.path, content_sha256=kept.sha256,
                               stored_bytes=kept.size, stored_at=AT, tried_at=AT)  # fmt: skip
            books.keep()
        yield browser


def test_a_file_that_is_kept_is_saved_under_its_name_and_never_shown(browser):
    answer = browser.get("/books/t/attachments/kept")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "Set-Cookie" not in answer.headers
    plain, _, name = answer.headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="a filenamex.exeSet-Cookie ab .pdf"'
    assert unquote(name) == NAME
    assert quote(NAME, safe="") == name


def test_the_document_links_the_files_that_are_kept_and_no_other(browser):
    page = browser.get("/books/t/documents/i").text
    assert page.count("/books/t/attachments/") == 2
    assert 'href="/books/t/attachments/i/older">i/older</a><small> · as it was on ' in page
    assert ">listed</th>" in page
    assert browser.get("/books/t/attachments/i/older").content == CONTENT


def test_a_file_that_was_not_read_or_is_none_says_so(browser):
    answer = browser.get("/books/t/attachments/listed")
    assert (answer.status_code, "XERO_DOCUMENT_DETAILS=attachment-files keeps it" in answer.text) == (404, True)
    assert browser.get("/books/t/attachments/nothing").status_code == 404


@pytest.mark.parametrize(("spoil", "why"), [
    (lambda path: path.unlink(), "cannot be read"),
    (lambda path: path.write_bytes(b"another"), "somebody changed it"),
])  # fmt: skip
def test_a_file_that_is_gone_or_was_changed_is_not_given(site, browser, spoil, why):
    (path,) = (one for one in (Path(site.services.home) / "attachments").rglob("*") if one.is_file())
    path.chmod(0o600)
    spoil(path)
    answer = browser.get("/books/t/attachments/kept")
    path.write_bytes(CONTENT)
    assert answer.status_code == 502
    assert why in answer.text
