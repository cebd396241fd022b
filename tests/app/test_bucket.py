"""A store in a bucket, on a server of its own that speaks S3; what counts there is what the ledger said."""

from __future__ import annotations

import io
import json
import shutil
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import obstore
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from kratom_qc.app import reports
from kratom_qc.app.after import after_pass
from kratom_qc.app.archive_query import ask, ask_bucket
from kratom_qc.app.backup import restore
from kratom_qc.app.compaction import compact
from kratom_qc.app.evidence import export_batch
from kratom_qc.app.publishing import publish_to_bucket
from kratom_qc.app.retention import Word, retire
from kratom_qc.app.review import Ruling, decide
from kratom_qc.app.store import Store, ledger_of
from kratom_qc.app.verification import verify
from kratom_qc.archive.bucket import Bucket
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import InputNotFound, StoreError, UsageError
from tests.app.stores import LEAD, certificate, clock, passed, policy, verdicts

URL = "s3://archive/kratom"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """Two passes; the second makes L-PASS FAIL and refuses a file."""
    root = tmp_path_factory.mktemp("bucket")
    passed(root, **{batch: certificate(batch, lead) for batch, lead in LEAD.items()})
    passed(root, more=certificate("L-PASS", "0.9"), closed=b"Lot No.,L-09\nno results\n")
    return root


@pytest.fixture
def root(made, tmp_path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "place"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(autouse=True)
def bucket(server, monkeypatch) -> S3Store:
    """An empty bucket, and the environment that leads to it."""
    urllib.request.urlopen(urllib.request.Request(f"{server}/moto-api/reset", method="POST"))
    urllib.request.urlopen(urllib.request.Request(f"{server}/archive", method="PUT"))
    settings = {"ENDPOINT_URL": server, "ALLOW_HTTP": "true", "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}
    for name, value in {**settings, "REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return S3Store("archive", prefix="kratom")


def names(bucket: S3Store, under: str = "") -> set[str]:
    return {one["path"] for some in obstore.list(bucket, under) for one in some}


def same_answers(store: Path) -> None:
    for name in SCHEMAS:
        sql = f"SELECT * FROM {name} ORDER BY ALL"
        assert list(ask_bucket(URL, sql).rows) == list(ask(store, sql).rows)


def test_what_counts_is_published_once_and_read_as_in_the_store(bucket, root):
    store = root / "store"
    with pytest.raises(StoreError, match="no archive was published"):
        ask_bucket(URL, "FROM verdicts")
    publish_to_bucket(store, URL, "me")
    assert {name.partition("/")[0] for name in names(bucket)} == {
        *("raw", "archive", "rulebooks", "journal", "counted.json")
    }
    assert len(names(bucket, "raw")) == 5
    assert (publish_to_bucket(store, URL, "me"), publish_to_bucket(store, URL, "me")) == (0, 0)
    same_answers(store)
    obstore.put(bucket, "archive/results/stranger.parquet", b"not ours")
    passed(root, third=certificate("L-NEW", "0.3"))
    assert publish_to_bucket(store, URL, "me") == 6, "a certificate, four tables and the pages"
    same_answers(store)
    compact(store, "me", clock)
    assert publish_to_bucket(store, URL, "me") == 5
    same_answers(store)
    assert len(names(bucket, "archive")) == 15 + 5 + 1, "a reader that has begun still finds what was replaced"
    publish_to_bucket(store, URL, "me")
    same_answers(store)
    assert len(names(bucket, "archive")) == 5 + 1
    assert "archive/results/stranger.parquet" in names(bucket)


@pytest.fixture
def in_bucket(root, monkeypatch) -> Path:
    """A store whose settings name the bucket, published by what follows a pass."""
    monkeypatch.setenv("KRATOM_QC_BUCKET", URL)
    after_pass(Store(root / "store", clock), policy(root))
    return root


def test_what_is_not_in_the_folder_is_brought_from_the_bucket(in_bucket, monkeypatch):
    """The folder is then what was last asked for: certificates, tables, pages and rulebooks come when somebody does."""
    store = in_bucket / "store"
    page = reports.page(store, ledger_of(store), "L-PASS")

    def lose() -> None:
        for name in ("raw", "archive", "rulebooks"):
            shutil.rmtree(store / name, ignore_errors=True)

    shutil.move(store / "ledger.sqlite", in_bucket)  # as with a database: the folder is an empty one
    shutil.rmtree(store)
    monkeypatch.setenv("KRATOM_QC_LEDGER", f"sqlite:///{in_bucket / 'ledger.sqlite'}")
    store.mkdir()
    assert reports.page(store, ledger_of(store), "L-PASS") == page
    same_answers(store)
    lose()
    Store(store, clock)
    found = verify(store, replay=True)
    assert (found.differences, found.replayed, found.unanswered) == ((), 3, 0)
    lose()
    Store(store, clock)
    assert verdicts(passed(in_bucket, again2=certificate("L-HOLD", "0.9"))) == ["L-HOLD FAIL"], "on both certificates"
    after_pass(Store(store, clock), policy(in_bucket))
    shutil.rmtree(store / "archive" / "findings")
    assert compact(store, "me", clock).after == 1
    export_batch(store, "L-FAIL", in_bucket / "evidence", "me")


def test_a_store_is_made_of_a_bucket_and_of_no_damaged_one(in_bucket, bucket, monkeypatch):
    store, made = in_bucket / "store", in_bucket / "made"
    before = ledger_of(store).batches()
    shutil.move(store, in_bucket / "lost")
    monkeypatch.delenv("KRATOM_QC_BUCKET")
    restore(URL, made, "me", clock)
    assert ledger_of(made).batches() == before
    assert verify(made, replay=True).differences == ()
    assert publish_to_bucket(made, URL, "me") == 0, "and goes on where the other ended"
    for path in ("raw", "archive/findings", "rulebooks", "journal"):
        name = min(names(bucket, path))
        content = bytes(obstore.get(bucket, name).bytes())
        middle = len(content) // 2
        for damaged in (content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :], b"", None):
            if damaged is None:
                obstore.delete(bucket, name)
            else:
                obstore.put(bucket, name, damaged)
            with pytest.raises(StoreError):
                restore(URL, in_bucket / "again", "me", clock)
            assert not (in_bucket / "again").exists()
        obstore.put(bucket, name, content)
    with pytest.raises(InputNotFound, match="nothing was published"):
        restore("s3://archive/elsewhere", in_bucket / "again", "me", clock)


def test_the_bucket_of_another_store_is_left_alone(root, tmp_path, bucket):
    publish_to_bucket(root / "store", URL, "me")
    before = {name: bytes(obstore.get(bucket, name).bytes()) for name in names(bucket)}
    (tmp_path / "other").mkdir()
    passed(tmp_path / "other", one=certificate("L-1", "0.4"))
    with pytest.raises(StoreError, match="another store"):
        publish_to_bucket(tmp_path / "other" / "store", URL, "me")
    assert {name: bytes(obstore.get(bucket, name).bytes()) for name in names(bucket)} == before


def test_what_was_deleted_after_its_term_is_gone_from_the_bucket_too(root, bucket):
    store, word = root / "store", Word("A. Novak", "the term has passed")
    publish_to_bucket(store, URL, "me")
    decide(store, "L-FAIL", Ruling("rejected", "lead", ("A. Novak",)))
    assert retire(store, ["L-FAIL"], word, lambda: datetime(2033, 1, 1, tzinfo=UTC)) == 1
    publish_to_bucket(store, URL, "me")
    same_answers(store)
    left = [name for name in names(bucket) if not name.startswith("journal")]
    assert [name for name in left if b"L-FAIL" in bytes(obstore.get(bucket, name).bytes())] == []
    assert len(names(bucket, "raw")) == 4


def test_a_publishing_that_was_interrupted_is_not_seen_and_goes_on(root, monkeypatch):
    store = root / "store"
    publish_to_bucket(store, URL, "me")
    before = list(ask_bucket(URL, "SELECT * FROM results ORDER BY ALL").rows)
    passed(root, third=certificate("L-NEW", "0.3"))
    keep = Bucket.keep

    def cut_off(self: Bucket, path: str, content: bytes) -> None:
        if "findings" in path:
            raise KeyboardInterrupt
        keep(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "keep", cut_off)
        with pytest.raises(KeyboardInterrupt):
            publish_to_bucket(store, URL, "me")
    assert list(ask_bucket(URL, "SELECT * FROM results ORDER BY ALL").rows) == before
    publish_to_bucket(store, URL, "me")
    same_answers(store)


def test_of_two_that_publish_at_once_one_is_told(bucket, root, monkeypatch):
    read, numbers = Bucket.counted, count()

    def meanwhile(self: Bucket) -> object:
        found = read(self)
        made = {"head": [next(numbers), ""], "files": {}, "passes": {}, "replaced": []}
        obstore.put(bucket, "counted.json", json.dumps(made).encode())
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "counted", meanwhile)
        with pytest.raises(StoreError, match="somebody else published"):
            publish_to_bucket(root / "store", URL, "me")


def test_damage_and_wrong_urls_are_told(bucket, root):
    store = root / "store"
    publish_to_bucket(store, URL, "me")
    path = min(names(bucket, "archive/findings"))
    content = bytearray(obstore.get(bucket, path).bytes())
    column = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(4)
    content[column.dictionary_page_offset + column.total_compressed_size - 1] ^= 1
    obstore.put(bucket, path, bytes(content))
    with pytest.raises(StoreError, match="cannot be read"):
        list(ask_bucket(URL, "FROM findings").rows)
    with pytest.raises(UsageError, match="is no bucket; write"):
        Bucket("nothing")
    with pytest.raises(StoreError, match="cannot be"):
        publish_to_bucket(store, "s3://no-such-bucket/x", "me")
    table = min((store / "archive" / "verdicts").iterdir())
    table.write_bytes(table.read_bytes() + b"?")
    obstore.delete(bucket, "counted.json")
    with pytest.raises(StoreError, match="not what was committed"):
        publish_to_bucket(store, URL, "me")
