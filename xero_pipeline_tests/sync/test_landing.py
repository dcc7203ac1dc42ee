"""The landing zone: whole files or none, in order, for the owner only, and every damage is named."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from xero_pipeline.errors import LandingError
from xero_pipeline.sync.landing.file_format import Checkpoint, unpack
from xero_pipeline.sync.landing.folder import Folder
from xero_pipeline.sync.landing.store import LandedBatch, Landing
from xero_pipeline.sync.landing.zstandard import decompress
from xero_pipeline.warehouse.store import Cursor
from xero_pipeline.xero.http.response import ApiResponse, Envelope
from xero_pipeline.xero.quota.rate_limits import Limits
from xero_pipeline.xero.reports.parse_statements import TrackingCategory
from xero_pipeline_tests.sync.conftest import OURS, SERVER_TIME, TENANT

BODY = b'{\n "Invoices": [{"Total": 1.10, "Name": "\xc3\x9cber"}]\n}'


@pytest.fixture
def landing(warehouse, tmp_path):
    return Landing(tmp_path / "landing", warehouse)


def kept(landing, *what):
    """The path of what is kept in a folder."""
    return Path(landing.address) / landing.keep(*what)


def answer(body=BODY, at=SERVER_TIME, **more):
    return ApiResponse(
        envelope=Envelope.read(body),
        status=200,
        wire_bytes=9,
        server_time=at,
        limits=Limits(),
        path="Invoices",
        seconds=0.1,
        **more,
    )


def arrival(at=OURS, **more):
    told = {"tenant_id": TENANT, "table": "invoices", "subject": "invoices", "kind": "changes", "at": at}
    return LandedBatch(**(told | more))


def read(landing, gaps=None):
    return list(landing.read(TENANT, ["invoices"], gaps=gaps))


def test_what_was_kept_is_read_again_byte_for_byte_with_all_that_was_said_of_it(landing):
    cursor = Cursor(TENANT, "invoices", SERVER_TIME, OURS, 2)
    marks = Checkpoint(cursor=cursor, seen=("a", "b"), as_of=OURS, gone=("c",))
    told = arrival(marks=marks, months=(date(2026, 1, 1),), categories=(TrackingCategory("c", "Region", {"N": "n"}),))
    asked = answer(params={"page": "1", "where": 'Date >= "x"'}, modified_since=SERVER_TIME - timedelta(days=1))
    path = kept(landing, told, [asked, answer(b"{}")])
    (back,) = read(landing)
    assert (back.address, back.head.arrival) == (str(path), told)
    assert [one.body for one in back.answers] == [BODY, b"{}"]
    first = back.answers[0]
    assert (first.params, first.modified_since, first.server_time) == (
        asked.params,
        asked.modified_since,
        SERVER_TIME,
    )


def test_the_folder_says_whose_what_and_when_by_xeros_clock_and_only_the_owner_looks_inside(landing):
    path = kept(landing, arrival(datetime(2026, 11, 21, 1, tzinfo=UTC)), [answer()])
    assert path.relative_to(landing.address).as_posix() == (
        f"{TENANT}/invoices/2026-11-20/20261121T010000.000000Z-1.json.zst"
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert {one.stat().st_mode & 0o777 for one in list(path.parents)[:4]} == {0o700}
    assert [one.name for one in path.parent.iterdir()] == [path.name], "no draft is left"


def test_the_order_is_that_of_arrival_even_if_our_clock_stands_still_goes_back_or_midnight_is_near(landing):
    times = [0, 0, -3600, 3600, 3600, 7200, 0]
    days = [0, 1, 0, 0, 1, 1, 1]
    for number, (seconds, day) in enumerate(zip(times, days, strict=True)):
        told = arrival(OURS + timedelta(seconds=seconds), marks=Checkpoint(gone=(str(number),)))
        Landing(landing.address, landing._warehouse).keep(told, [answer(at=SERVER_TIME + timedelta(days=day))])
    assert [one.head.arrival.marks.gone for one in read(landing)] == [(str(n),) for n in range(len(times))]


def test_two_processes_that_take_the_same_place_both_keep_theirs(landing, monkeypatch):
    monkeypatch.setattr(Folder, "files", lambda self, home, newest=0: [])
    paths = [kept(landing, arrival(marks=Checkpoint(gone=(name,)))) for name in "ab"]
    monkeypatch.undo()
    assert [path.name.partition("Z-")[2] for path in paths] == ["1.json.zst", "2.json.zst"]
    assert [one.head.arrival.marks.gone for one in read(landing)] == [("a",), ("b",)]


@pytest.mark.parametrize("harm", ["short", "changed", "empty", "no zstd"])
def test_a_damaged_file_is_named_with_what_to_do(landing, harm):
    path = kept(landing, arrival(), [answer()])
    whole = path.read_bytes()
    broken = {
        "short": whole[:-3],
        "changed": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
        "empty": b"",
        "no zstd": BODY,
    }
    path.write_bytes(broken[harm])
    with pytest.raises(LandingError, match=path.name) as found:
        read(landing)
    assert "rebuild --incomplete" in str(found.value)


def test_a_file_of_a_newer_version_is_refused_as_such(landing, monkeypatch):
    from xero_pipeline.sync.landing import file_format

    monkeypatch.setattr(file_format, "FORMAT", 2)
    path = kept(landing, arrival())
    monkeypatch.undo()
    with pytest.raises(LandingError, match="newer version"):
        unpack(str(path), path.read_bytes)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_removed_file_is_named_by_the_one_behind_it(landing, missing):
    paths = [kept(landing, arrival(), [answer()]) for _ in range(3)]
    paths[missing].unlink()
    with pytest.raises(LandingError, match=rf"lacks the file {paths[missing].name}.*before {paths[missing + 1].name}"):
        read(landing)
    gaps: list[str] = []
    assert [one.address for one in read(landing, gaps)] == [str(path) for path in paths if path != paths[missing]]
    assert len(gaps) == 1


def test_a_landing_zone_that_was_switched_on_late_says_so(landing, warehouse):
    from xero_pipeline_tests.warehouse.answers import tables_of

    body = b'{"Invoices": [{"InvoiceID": "11111111-1111-1111-1111-111111111111"}]}'
    warehouse.merge(tables_of("invoices", [body], wrapper="Invoices", tenant_id=TENANT, synced_at=OURS))
    landing.keep(arrival())
    landing.keep(arrival())
    with pytest.raises(LandingError, match="the warehouse had rows already"):
        read(landing)
    gaps: list[str] = []
    assert len(read(landing, gaps)) == 2
    assert len(gaps) == 1, "only the first one is late"
    landing.keep(arrival(tenant_id="another"))
    assert len(list(landing.read("another"))) == 1


def test_a_folder_that_cannot_be_made_stops_with_what_to_do(warehouse, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LandingError, match="Nothing was put into the warehouse") as found:
        Landing(tmp_path / "file" / "landing", warehouse).keep(arrival())
    assert found.value.organisation == TENANT


FULL_DISK = """
import resource, sys
from pathlib import Path
from xero_pipeline.errors import LandingError
from xero_pipeline.sync.landing.store import Landing
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.sync.test_landing import answer, arrival
import os
landing = Landing(Path(sys.argv[1]), Warehouse(sys.argv[2]))
landing.keep(arrival(), [answer()])
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    landing.keep(arrival(), [answer(b'{"Name":"%s"}' % os.urandom(9999).hex().encode())])
except LandingError as error:
    print(error)
"""


def test_a_disk_without_room_leaves_no_half_file_and_what_was_kept_before(landing, duckdb_url):
    command = [sys.executable, "-c", FULL_DISK, landing.address, duckdb_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be written" in done.stdout
    assert "Make room" in done.stdout
    path = Path(read(landing)[0].address)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_it_is_json_for_everybody(landing):
    path = kept(landing, arrival(), [answer()])
    head, _, body = decompress(path.read_bytes()).partition(b"\n")
    assert json.loads(head)["arrival"]["table"] == "invoices"
    assert body == BODY + b"\n"
