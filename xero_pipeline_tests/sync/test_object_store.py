"""The landing zone in an object store promises what a folder does, and tells no secret."""

from __future__ import annotations

import subprocess
import sys
import threading
import traceback
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

from xero_pipeline.errors import ConfigurationError, LandingError, LandingUnreachable
from xero_pipeline.operations.health.storage import check_disk, check_landing
from xero_pipeline.settings import Settings
from xero_pipeline.sync.landing import object_store
from xero_pipeline.sync.landing.file_format import Checkpoint
from xero_pipeline.sync.landing.object_store import ObjectStore
from xero_pipeline.sync.landing.store import Landing, storage_at
from xero_pipeline_tests.sync.conftest import KEY_ID, OURS, SECRET_KEY, SERVER_TIME, TENANT, store_variables
from xero_pipeline_tests.sync.test_landing import BODY, answer, arrival, read
from xero_pipeline_tests.thoroughness import proof


@pytest.fixture
def landing(warehouse, s3):
    return Landing(s3, warehouse)


@contextmanager
def a_store_that_answers(status, body=""):
    """A server that says the same to everything."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_PUT = do_POST = do_DELETE = answer

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Elsewhere:
    """The objects as another program sees them, through Amazon's own client."""

    def __init__(self, server, landing):
        bucket, _, self._prefix = landing.address.removeprefix("s3://").partition("/")
        self._bucket = boto3.resource("s3", endpoint_url=server).Bucket(bucket)

    def paths(self):
        return [one.key.removeprefix(f"{self._prefix}/") for one in self._bucket.objects.all()]

    def at(self, path):
        return self._bucket.Object(f"{self._prefix}/{path}")


def test_what_was_kept_is_an_object_under_the_prefix_and_is_read_again_byte_for_byte(landing, s3_server):
    path = landing.keep(arrival(), [answer(), answer(b"{}")])
    assert path == f"{TENANT}/invoices/2026-11-20/20261120T120000.000000Z-1.json.zst"
    assert Elsewhere(s3_server, landing).paths() == [path]
    (back,) = read(landing)
    assert back.address == f"{landing.address}/{path}"
    assert [one.body for one in back.answers] == [BODY, b"{}"]
    assert (landing.tenants(), landing.subjects(TENANT)) == ([TENANT], ["invoices"])


def test_the_order_is_that_of_arrival_even_if_our_clock_goes_back_or_midnight_is_near(landing):
    steps = [(0, 0), (0, 1), (-3600, 0), (3600, 0), (3600, 1), (0, 1)]
    for number, (seconds, days) in enumerate(steps):
        told = arrival(OURS + timedelta(seconds=seconds), marks=Checkpoint(gone=(str(number),)))
        Landing(landing.address, landing._warehouse).keep(told, [answer(at=SERVER_TIME + timedelta(days=days))])
    assert [one.head.arrival.marks.gone for one in read(landing)] == [(str(n),) for n in range(len(steps))]


WRITER = """
import sys
from xero_pipeline.sync.landing.file_format import Checkpoint
from xero_pipeline.sync.landing.store import Landing
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline_tests.sync.test_landing import arrival
landing = Landing(sys.argv[1], Warehouse(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    print(landing.keep(arrival(marks=Checkpoint(gone=(f"{sys.argv[3]}{number}",)))), flush=True)
"""


@proof
@pytest.mark.slow
def test_two_processes_at_once_keep_all_of_theirs_each_in_its_order(landing, tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", WRITER, landing.address]
    writers = [subprocess.Popen([*command, f"duckdb:///{tmp_path}/{one}.duckdb", one], **pipes) for one in "ab"]
    assert [one.stdout.readline() for one in writers] == ["ready\n", "ready\n"]
    for one in writers:
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate()[0].split() for one in writers]
    assert len({*said[0], *said[1]}) == 24, "no name was given twice"
    found = [one.head.arrival.marks.gone[0] for one in read(landing)]
    for who in "ab":
        assert [one for one in found if one.startswith(who)] == [f"{who}{number}" for number in range(12)]


def test_a_file_whose_confirmation_was_lost_is_kept_once(s3):
    store = ObjectStore(s3)
    assert store.publish(b"rows", "a/b/day", iter(["1", "2"])) == "1"
    assert store.publish(b"rows", "a/b/day", iter(["1", "2"])) == "1"
    assert store.publish(b"other rows", "a/b/day", iter(["1", "2"])) == "2"
    assert (store.read("a/b/day/1"), store.read("a/b/day/2")) == (b"rows", b"other rows")


@proof
@pytest.mark.slow
def test_more_objects_than_one_answer_of_the_store_lists_are_all_found(s3):
    store, names = ObjectStore(s3), [f"{number:05}" for number in range(1_003)]
    for name in names:
        store.publish(b"", "tenant/items/2026-11-20", iter([name]))
    assert sorted(store.files("tenant/items")) == [f"2026-11-20/{name}" for name in names]
    assert sorted(store.files("tenant/items", newest=1)) == [f"2026-11-20/{name}" for name in names]


def test_an_object_that_is_damaged_or_missing_is_named(landing, s3_server):
    paths = [landing.keep(arrival(), [answer()]) for _ in range(3)]
    elsewhere = Elsewhere(s3_server, landing)
    elsewhere.at(paths[0]).put(Body=b"short")
    elsewhere.at(paths[1]).delete()
    gaps: list[str] = []
    assert [one.address for one in read(landing, gaps)] == [f"{landing.address}/{paths[2]}"]
    assert [f"{landing.address}/{paths[0]} cannot be read" in gaps[0], "lacks the file" in gaps[1]] == [True, True]


REFUSAL = f"""<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>{SECRET_KEY}</Message>
<AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId></Error>"""


def test_a_refusal_stops_before_the_warehouse_and_tells_no_secret(warehouse, monkeypatch):
    with a_store_that_answers(403, REFUSAL) as server:
        store_variables(monkeypatch, server)
        with pytest.raises(LandingError, match=r"it answers 403 Forbidden \(AccessDenied\)\. Nothing was put") as found:
            Landing("s3://bucket/landing", warehouse).keep(arrival())
    assert found.value.organisation == TENANT
    told = "".join(traceback.format_exception(found.value))
    assert [word for word in (SECRET_KEY, KEY_ID) if word in told] == []


def test_a_store_that_is_out_of_reach_is_no_gap_of_a_rebuild(landing, monkeypatch):
    landing.keep(arrival())
    monkeypatch.setattr(object_store, "PATIENCE", timedelta(0))
    store_variables(monkeypatch, "http://127.0.0.1:9")
    gaps: list[str] = []
    with pytest.raises(LandingUnreachable, match="cannot be read: it does not answer.*Check the network") as found:
        list(Landing(landing.address, landing._warehouse).read(TENANT, ["invoices"], gaps=gaps))
    assert gaps == []
    assert SECRET_KEY not in str(found.value)
    # Between the list and the file, too.
    files = landing.read(TENANT, ["invoices"], gaps=gaps)
    with a_store_that_answers(503) as server:
        store_variables(monkeypatch, server)
        monkeypatch.setattr(ObjectStore, "read", lambda self, path: ObjectStore(self.address).folders())
        with pytest.raises(LandingUnreachable, match="503"):
            next(files)
    assert gaps == []


def test_an_answer_that_is_no_status_is_told_without_addresses_and_quotations():
    told = f'Generic GCS error: invalid value "{SECRET_KEY}" at https://store/?sig={SECRET_KEY} <Key>{SECRET_KEY}</Key>'
    assert object_store._in_words(ValueError(told)) == "Generic GCS error: invalid value … at …"
    told = "Error performing PUT http://169.254.169.254/latest/api/token in 1s - HTTP error: error sending request"
    assert "names no credentials" in object_store._in_words(ValueError(told))


class Home:
    """What the checks of storage need of the services."""

    def __init__(self, folder, place):
        self.settings = Settings.load(pipeline_home=folder, landing=place, _env_file=None)


def test_doctor_writes_to_it_and_leaves_nothing_behind(s3, tmp_path):
    (one,) = check_landing(Home(tmp_path, s3))
    assert (one.state, one.told) == ("ok", f"{s3} can be written to, and refuses a name that is taken")
    store = ObjectStore(s3)
    assert [*store.files("")] == []
    assert len([*check_disk(Home(tmp_path, s3))]) == 1, "the disk of another is none of ours"


def test_doctor_sees_a_bucket_that_is_not_there_and_a_store_where_names_collide(s3, tmp_path, monkeypatch):
    (one,) = check_landing(Home(tmp_path, "s3://no-such-bucket/landing"))
    assert (one.state, "it answers 404 Not Found (NoSuchBucket)" in one.told) == ("problem", True)
    with a_store_that_answers(200) as server:
        store_variables(monkeypatch, server)
        (one,) = check_landing(Home(tmp_path, s3))
    assert (one.state, "ignores If-None-Match" in one.told) == ("problem", True)


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_doctor_writes_to_a_folder_too(tmp_path, prefix):
    (one,) = check_landing(Home(tmp_path, f"{prefix}{tmp_path}/far/away"))
    assert (one.state, one.told) == ("ok", f"{tmp_path}/far/away is not there yet, and can be made in {tmp_path}")
    (tmp_path / "file").write_text("")
    (one,) = check_landing(Home(tmp_path, f"{prefix}{tmp_path}/file"))
    assert one.state == "problem"
    assert [*check_landing(Home(tmp_path, None))] == []


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("ftp://host/landing", "ftp:// is not supported here. Supported are a folder"),
        (f"s3://{KEY_ID}:{SECRET_KEY}@bucket/landing", "credentials belong into the variables of the store"),
        (f"az://container/landing?sig={SECRET_KEY}", "credentials belong into the variables of the store"),
        ("s3://", "must name a bucket"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_the_start_and_not_repeated(place, told):
    with pytest.raises(ConfigurationError, match=told) as found:
        Settings.load(landing=place, _env_file=None)
    assert SECRET_KEY not in "".join(traceback.format_exception(found.value))


@pytest.mark.parametrize(
    ("address", "kind", "variables"),
    [
        ("s3://bucket/landing", "S3Store", {}),
        ("gs://bucket/landing", "GCSStore", {"GOOGLE_SKIP_SIGNATURE": "true"}),
        ("az://container/landing", "AzureStore", {"AZURE_STORAGE_ACCOUNT_NAME": "books"}),
    ],
)
def test_each_store_is_known_by_its_address_and_its_own_variables(monkeypatch, address, kind, variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    store = storage_at(address)
    assert (store.address, type(store._store).__name__, store._store.prefix) == (address, kind, "landing")


def test_a_folder_needs_no_extra_and_an_object_store_says_which(monkeypatch):
    monkeypatch.setattr("xero_pipeline.extras.find_spec", lambda name: None)
    assert Settings.load(landing="/srv/landing", _env_file=None).landing == "/srv/landing"
    with pytest.raises(ConfigurationError, match=r'needs obstore.*pip install "xero-pipeline\[object-store\]"'):
        Settings.load(landing="s3://bucket/landing", _env_file=None)
