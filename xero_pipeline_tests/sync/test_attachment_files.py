"""What attachments hold is kept once per content, within the calls and the bytes of the day, and survives a kill."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import httpx
import pytest

from xero_pipeline.errors import AttachmentStoreError, ConfigurationError, XeroUnavailable
from xero_pipeline.operations.health.storage import check_attachments, check_disk
from xero_pipeline.operations.synced_tables import read_synced_tables
from xero_pipeline.operations.synced_tables import told as table_rows
from xero_pipeline.settings import Settings
from xero_pipeline.sync.details.attachment_store import AttachmentStore
from xero_pipeline.sync.details.detail_budget import DetailBudget
from xero_pipeline.sync.details.detail_sync import sync_details
from xero_pipeline.warehouse.progress.attachment_files import AttachmentFiles
from xero_pipeline.warehouse.progress.detail_requests import unanswered
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline_tests.sync.conftest import TENANT, uid
from xero_pipeline_tests.sync.hanging import Hanging

MB = 1_000_000


def listed(**sizes):
    """What a document with some files answers: name -> bytes that are listed."""
    return [
        {"AttachmentID": uid(name), "FileName": name, "MimeType": "text/plain", "ContentLength": size}
        for name, size in sizes.items()
    ]


def sha(content):
    return hashlib.sha256(content).hexdigest()


class Filed(Hanging):
    """The same, whose files can be read."""

    def __init__(self, talk, warehouse):
        super().__init__(talk, warehouse)
        self.contents = {}  # name of the file -> bytes, or an answer instead
        self.downloads = []

    def __call__(self, request):
        parts = request.url.path.removeprefix("/api.xro/2.0/").split("/")
        if len(parts) < 4:
            return super().__call__(request)
        assert request.headers["accept"] == "application/octet-stream"
        name = next(name for name in self.contents if uid(name) == parts[3])
        self.downloads.append(name)
        sent = self.contents[name]
        if isinstance(sent, BaseException):
            raise sent
        return sent if isinstance(sent, httpx.Response) else httpx.Response(200, content=sent, headers=PLAIN)

    def put(self, document, **contents):
        """Files of a document, whose bytes are as given."""
        self.contents |= contents
        self.answers[document, "Attachments"] = listed(**{name: len(one) for name, one in contents.items()})

    def keep(self, store, *, calls=200, mb=1.0, **more):
        """Ask for attachments and files; returns which were read, and what was told."""
        before = len(self.downloads)
        told = sync_details(
            self._client,
            self.warehouse,
            TENANT,
            endpoint("attachments"),
            tally=self.tally,
            budget=DetailBudget(calls, ("attachments",), int(mb * MB)),
            store=store,
            now=lambda: self.now,
            **more,
        )
        self.later(seconds=10)
        self.told = told
        return self.downloads[before:], told.description

    def rows(self, columns):
        return self.kept("attachment_files", columns)


def refused(xero):
    with xero.warehouse.reading() as connection:
        return unanswered(connection, "attachments")


PLAIN = {"Content-Type": "text/plain"}
NO_ROLE = httpx.Response(403, json={"Title": "Forbidden", "Status": 403, "Detail": "AuthorizationUnsuccessful"})
GONE = httpx.Response(404, content=b"The resource you're looking for cannot be found")
DOWN = httpx.Response(503, content=b"offline")


@pytest.fixture
def xero(talk, warehouse):
    xero = Filed(talk, warehouse)
    xero.has("invoices", a={"HasAttachments": True}, b={"HasAttachments": True})
    xero.put("a", one=b"first", two=b"second")
    xero.put("b", other=b"first")
    xero.read()
    return xero


@pytest.fixture
def store(tmp_path):
    return AttachmentStore(tmp_path / "files")


def files_in(store):
    root = Path(store.address)
    return sorted(str(one.relative_to(root)) for one in root.rglob("*") if one.is_file())


def change(xero, document, **contents):
    xero.put(document, **contents)
    xero.has("invoices", **{document: {"HasAttachments": True, "Reference": str(xero.now)}})
    xero.read()


def test_every_file_is_kept_under_its_content_and_the_same_content_once(xero, store):
    read, told = xero.keep(store)
    assert sorted(read) == ["one", "other", "two"]
    assert told == "2 documents asked, 0 wait; 3 files kept (0.0 MB), 0 wait"
    paths = {content: f"{TENANT}/{sha(content)[:2]}/{sha(content)}" for content in (b"first", b"second")}
    assert files_in(store) == sorted(paths.values())
    for content, path in paths.items():
        assert (Path(store.address) / path).read_bytes() == content
    found = xero.rows("attachment_id, outcome, content_sha256, stored_path, stored_bytes")
    assert found == sorted(
        (uid(name), "stored", sha(content), paths[content], len(content)) for name, content in xero.contents.items()
    )


def test_files_are_for_their_owner_only(xero, store):
    xero.keep(store)
    for one in (Path(store.address), *Path(store.address).rglob("*")):
        assert stat.S_IMODE(one.stat().st_mode) & 0o077 == 0


def test_nothing_is_read_twice_and_only_what_changed_again(xero, store):
    xero.keep(store)
    assert xero.keep(store)[0] == []
    change(xero, "a", one=b"first, corrected", two=b"second")
    assert xero.keep(store)[0] == ["one"]
    assert tuple(
        (Path(store.address) / path).read_bytes()
        for path, identity in xero.rows("stored_path, attachment_id")
        if identity == uid("one")
    ) == (b"first, corrected",)
    assert len(files_in(store)) == 3, "what was kept before stays"


def test_a_file_that_hangs_on_two_documents_is_read_once(xero, store):
    xero.put("b", one=b"first")
    assert sorted(xero.keep(store)[0]) == ["one", "two"]
    assert len(set(xero.rows("document_attachment_id"))) == 3
    assert {path for path, identity in xero.rows("stored_path, attachment_id") if identity == uid("one")} == {
        f"{TENANT}/{sha(b'first')[:2]}/{sha(b'first')}"
    }


def test_all_is_read_again_where_everything_is_asked_for(xero, store):
    xero.keep(store)
    assert sorted(xero.keep(store, full=True)[0]) == ["one", "other", "two"]
    assert xero.keep(store)[0] == []


def test_files_share_the_calls_of_the_day_with_the_documents(xero, store):
    read, told = xero.keep(store, calls=3)
    assert len(read) == 1
    assert told == "2 documents asked, 0 wait; 1 file kept (0.0 MB), 2 wait"
    assert (xero.told.waiting, xero.told.files_waiting) == (0, 2)
    with xero.warehouse.reading() as connection:
        (row,) = read_synced_tables(connection, TENANT, [endpoint("attachments")], [], file_bytes=MB)
    (row,) = table_rows([row], {"waiting": [], "put_aside": []}, xero.now)
    assert (row["state"], row["why"]) == ("waiting", "2 files to be read, some with each sync.")
    assert xero.keep(store, calls=3)[0] == []
    xero.later(days=1)
    assert len(xero.keep(store, calls=3)[0]) == 2


def test_the_bytes_of_a_day_are_a_limit_and_what_is_larger_than_all_of_them_is_named(xero, store):
    xero.put("a", one=b"1" * 700_000, two=b"2" * 600_000)
    xero.put("b", other=b"3" * 1_200_000)
    assert len(xero.keep(store, mb=1)[0]) == 1
    assert xero.keep(store, mb=1)[0] == []
    xero.later(days=1)
    assert len(xero.keep(store, mb=1)[0]) == 1
    assert xero.rows("outcome, why_not_stored")[-1] == (
        "too_large", "1.2 MB: XERO_ATTACHMENT_MB allows less in a day",
    )  # fmt: skip
    with xero.warehouse.reading() as connection:
        assert AttachmentFiles(connection, TENANT, MB).waiting().too_large == 1
    xero.later(days=1)
    assert xero.keep(store, mb=2)[0] == ["other"]


def test_named_documents_are_asked_whatever_the_calls_of_the_day_are(xero, store):
    assert xero.keep(store, calls=0, documents=[uid("b")])[0] == ["other"]


def test_a_file_that_is_gone_stops_no_other_and_is_not_asked_for_again(xero, store):
    xero.contents["one"] = GONE
    read, told = xero.keep(store)
    assert len(read) == 3
    assert told.endswith("2 files kept (0.0 MB), 1 refused, 0 wait")
    (why,) = [why for outcome, why in xero.rows("outcome, why_not_stored") if outcome == "refused"]
    assert "cannot be found" in why
    assert xero.keep(store)[0] == []


def test_a_refused_file_is_told_until_its_document_lost_it(xero, store):
    xero.contents["one"] = GONE
    xero.keep(store)
    with xero.warehouse.reading() as connection:
        assert [one.source_table for one in unanswered(connection, "attachments")] == ["attachments"]
    change(xero, "a", two=b"second")
    xero.keep(store)
    with xero.warehouse.reading() as connection:
        assert unanswered(connection, "attachments") == []


def test_a_file_that_was_refused_is_told_no_more_once_it_is_kept_as_that_of_another_document(xero, store):
    xero.put("b", one=b"first")
    xero.contents["one"] = NO_ROLE
    xero.keep(store, documents=[uid("a")])
    xero.contents["one"] = b"first"
    xero.keep(store, documents=[uid("b")])
    xero.keep(store)
    assert {outcome for (outcome,) in xero.rows("outcome")} == {"stored"}
    assert refused(xero) == []


def test_a_file_that_was_refused_is_told_no_more_once_it_is_too_large(xero, store):
    xero.contents["one"] = NO_ROLE
    xero.keep(store)
    change(xero, "a", one=b"1" * 2_000_000, two=b"second")
    xero.later(days=1)
    xero.keep(store)
    assert ("too_large",) in xero.rows("outcome")
    assert refused(xero) == []


def test_a_refused_file_is_asked_for_again_with_its_document(xero, store):
    xero.contents["one"] = GONE
    xero.keep(store)
    xero.contents["one"] = b"first"
    assert xero.keep(store, documents=[uid("a")])[0] == ["one"]
    assert refused(xero) == []


def test_an_outage_keeps_what_was_read_and_the_rest_is_asked_for_the_next_time(xero, store):
    xero.contents["two"] = DOWN
    with pytest.raises(XeroUnavailable):
        xero.keep(store)
    kept = set(xero.rows("attachment_id, outcome"))
    assert (uid("two"), "failed") in kept
    xero.contents["two"] = b"second"
    assert set(xero.keep(store)[0]) == {"one", "two", "other"} - {
        name for name in xero.contents if (uid(name), "stored") in kept
    }


def test_what_was_kept_stays_known_where_its_new_content_is_refused(xero, store):
    xero.keep(store)
    change(xero, "b", other=b"first, corrected")
    xero.contents["other"] = GONE
    xero.keep(store)
    found = {identity: rest for identity, *rest in xero.rows("attachment_id, outcome, content_sha256")}
    assert found[uid("other")] == ["refused", sha(b"first")]


def test_whoever_is_killed_between_file_and_row_leaves_nothing_wrong(xero, store, monkeypatch):
    """The file is there and no row says so: it is read once more, and found."""
    with monkeypatch.context() as patched:
        patched.setattr(AttachmentFiles, "note", _killed)
        with pytest.raises(KeyboardInterrupt):
            xero.keep(store)
    before = files_in(store)
    assert len(before) == 1
    assert xero.rows("outcome") == []
    xero.keep(store)
    assert set(before) < set(files_in(store))
    assert xero.rows("outcome") == [("stored",)] * 3


def _killed(*_, **__):
    raise KeyboardInterrupt


def test_a_file_cut_short_by_a_full_disk_is_written_anew(xero, store):
    xero.keep(store)
    (path,) = {path for path, size in xero.rows("stored_path, stored_bytes") if size == 6}
    os.truncate(Path(store.address) / path, 3)
    xero.keep(store, full=True)
    assert (Path(store.address) / path).read_bytes() == b"second"


def test_a_place_that_cannot_be_written_is_named_with_the_remedy(xero, tmp_path):
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(AttachmentStoreError, match="XERO_ATTACHMENT_FILES"):
        xero.keep(AttachmentStore(tmp_path / "taken"))
    assert xero.rows("outcome") == []


def test_an_object_store_keeps_the_same_content_once(xero, s3):
    store = AttachmentStore(s3)
    assert len(xero.keep(store)[0]) == 3
    for path, digest in xero.rows("stored_path, content_sha256"):
        assert sha(store._storage.read(path)) == digest
    assert len(list(store._storage.files(TENANT))) == 2


def test_without_a_place_only_names_are_read(xero):
    read, told = xero.keep(None)
    assert (read, told) == ([], "2 documents asked, 0 wait")


def test_postgresql_keeps_the_same_files(talk, postgresql_url, store):
    with Warehouse(postgresql_url).kept_open() as warehouse:
        xero = Filed(talk, warehouse)
        xero.has("invoices", a={"HasAttachments": True}, b={"HasAttachments": True})
        xero.put("a", one=b"first", two=b"22")
        xero.put("b", one=b"first", big=b"3" * 1_200_000)
        xero.read()
        assert sorted(xero.keep(store)[0]) == ["one", "two"]
        assert xero.keep(store, mb=2)[0] == ["big"]
        change(xero, "a", one=b"first", two=b"22, corrected")
        xero.contents["two"] = GONE
        assert xero.keep(store, mb=2)[0] == ["two"]
        assert sorted(xero.rows("outcome, stored_bytes")) == [
            ("refused", 2), ("stored", 5), ("stored", 5), ("stored", 1_200_000),
        ]  # fmt: skip
        assert len(xero.keep(store, full=True, mb=4)[0]) == 3


class Home:
    """What doctor looks at."""

    def __init__(self, folder, **settings):
        self.settings = Settings.load(pipeline_home=folder, _env_file=None, **settings)


def test_doctor_tries_the_place_where_files_are_kept_and_no_other(tmp_path, s3):
    chosen = {"document_details": "attachment-files"}
    assert [*check_attachments(Home(tmp_path, attachment_files=s3, document_details="attachments"))] == []
    (one,) = check_attachments(Home(tmp_path, **chosen))
    assert (one.state, one.told) == ("ok", f"{tmp_path}/attachments is not there yet, and can be made in {tmp_path}")
    (one,) = check_attachments(Home(tmp_path, **chosen, attachment_files=s3))
    assert one.state == "ok"
    (one,) = check_attachments(Home(tmp_path, **chosen, attachment_files="s3://no-such-bucket/files"))
    assert (one.state, "NoSuchBucket" in one.told) == ("problem", True)
    assert len([*check_disk(Home(tmp_path, **chosen, attachment_files=str(tmp_path / "elsewhere")))]) == 2


def test_an_address_that_cannot_be_used_is_refused_at_the_start_by_the_name_of_its_setting(tmp_path):
    with pytest.raises(ConfigurationError, match=r"XERO_ATTACHMENT_FILES: ftp:// is not supported"):
        Home(tmp_path, attachment_files="ftp://host/files")


def test_files_are_read_only_where_that_was_chosen_and_then_listed_too(tmp_path):
    assert Home(tmp_path, document_details="attachments").settings.attachment_bytes is None
    chosen = Home(tmp_path, document_details="attachment-files, history", attachment_mb=3).settings
    assert chosen.document_details == ("attachments", "attachment-files", "history")
    assert chosen.attachment_bytes == 3 * MB
