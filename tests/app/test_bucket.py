"""The archive in a bucket, on a server of its own that speaks S3; what counts there is what the ledger said."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import obstore
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from kratom_qc.app.archive_query import ask, ask_bucket
from kratom_qc.app.compaction import compact
from kratom_qc.app.publishing import publish_to_bucket
from kratom_qc.archive.bucket import Bucket, Counted
from kratom_qc.archive.tables import SCHEMAS
from kratom_qc.domain.errors import StoreError, UsageError
from tests.app.stores import clock
from tests.tools.archives import add_pass, made_by_chance

URL = "s3://archive/kratom"


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


def names(bucket: S3Store) -> set[str]:
    return {one["path"] for some in obstore.list(bucket) for one in some}


def same_answers(store: Path) -> None:
    for name in SCHEMAS:
        sql = f"SELECT * FROM {name} ORDER BY ALL"
        assert list(ask_bucket(URL, sql).rows) == list(ask(store, sql).rows)


def test_what_counts_is_published_once_and_read_as_in_the_store(bucket, tmp_path):
    store = made_by_chance(tmp_path / "store", 2, 3, 4, clock=clock)
    with pytest.raises(StoreError, match="no archive was published"):
        ask_bucket(URL, "FROM verdicts")
    assert publish_to_bucket(store.root, URL, "me") == 8
    assert publish_to_bucket(store.root, URL, "me") == 0
    same_answers(store.root)
    obstore.put(bucket, "archive/results/stranger.parquet", b"not ours")
    add_pass(store, 2, 3, 4)
    assert publish_to_bucket(store.root, URL, "me") == 4
    same_answers(store.root)
    compact(store.root, "me", clock)
    assert publish_to_bucket(store.root, URL, "me") == 4
    same_answers(store.root)
    assert len(names(bucket)) == 12 + 4 + 2, "a reader that has begun still finds what was replaced"
    add_pass(store, 3, 3, 4)
    publish_to_bucket(store.root, URL, "me")
    same_answers(store.root)
    assert len(names(bucket)) == 4 + 4 + 2
    assert "archive/results/stranger.parquet" in names(bucket)


def test_a_publishing_that_was_interrupted_is_not_seen_and_goes_on(tmp_path, monkeypatch):
    store = made_by_chance(tmp_path / "store", 1, 3, 4, clock=clock)
    publish_to_bucket(store.root, URL, "me")
    before = list(ask_bucket(URL, "SELECT * FROM results ORDER BY ALL").rows)
    add_pass(store, 1, 3, 4)
    send = Bucket._send

    def cut_off(self: Bucket, root: Path, path: str) -> None:
        if "findings" in path:
            raise KeyboardInterrupt
        send(self, root, path)

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, "_send", cut_off)
        with pytest.raises(KeyboardInterrupt):
            publish_to_bucket(store.root, URL, "me")
    assert list(ask_bucket(URL, "SELECT * FROM results ORDER BY ALL").rows) == before
    publish_to_bucket(store.root, URL, "me")
    same_answers(store.root)


def test_of_two_that_publish_at_once_one_is_told(bucket, tmp_path, monkeypatch):
    store = made_by_chance(tmp_path / "store", 1, 3, 4, clock=clock)
    read, numbers = Bucket.counted, count()

    def meanwhile(self: Bucket) -> object:
        found = read(self)
        made = {"head": str(next(numbers)), "files": {}, "passes": {}, "replaced": []}
        obstore.put(bucket, "counted.json", json.dumps(made).encode())
        return found

    for _ in range(2):  # where nothing was there, and where something was
        with monkeypatch.context() as patch:
            patch.setattr(Bucket, "counted", meanwhile)
            with pytest.raises(StoreError, match="somebody else published"):
                publish_to_bucket(store.root, URL, "me")


def test_damage_and_wrong_urls_are_told(bucket, tmp_path):
    store = made_by_chance(tmp_path / "store", 1, 300, 4, clock=clock)
    publish_to_bucket(store.root, URL, "me")
    (path,) = (name for name in names(bucket) if "archive/findings" in name)
    content = bytearray(obstore.get(bucket, path).bytes())
    column = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(4)
    content[column.dictionary_page_offset + column.total_compressed_size - 1] ^= 1
    obstore.put(bucket, path, bytes(content))
    with pytest.raises(StoreError, match="cannot be read"):
        list(ask_bucket(URL, "FROM findings").rows)
    with pytest.raises(UsageError, match="is no bucket; write"):
        Bucket("nothing")
    with pytest.raises(StoreError, match="cannot be"):
        Bucket("s3://no-such-bucket/x").publish(store.root, Counted("1:a", {}, {}))
