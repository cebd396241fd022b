"""The ledger's tables: the journal, and the current state that is derived from it alone.

All tables but the journal and the credentials can be made again from it at any time
(`kratom_qc.ledger.state`); nothing is written to them in any other way.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table

METADATA = MetaData()

JOURNAL = Table(
    "journal",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("at", String, nullable=False),  # UTC, ISO 8601 with microseconds
    Column("actor", String, nullable=False),
    Column("act", String, nullable=False),
    Column("subject", String, nullable=False),  # a file's hash, a batch, a pass
    Column("before", String, nullable=False),  # canonical JSON, "null" where there is none
    Column("after", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("previous", String(64), nullable=False),  # the hash of the entry before it
    Column("hash", String(64), nullable=False),  # SHA-256 over all columns above
)
FILES = Table(
    "files",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("name", String, nullable=False),  # under which it came first
    Column("size", Integer, nullable=False),
    Column("status", String, nullable=False, index=True),  # waiting, judged, refused
    Column("program", String),  # that read it
    Column("tries", Integer, nullable=False),  # by this program, which met trouble of the machine
    Column("why", String),  # it was refused
    Column("sequence", Integer, nullable=False),  # of its first delivery
)
DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("route", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("at", String, nullable=False),
    Column("vendor", String, index=True),  # whose it is; null: of nobody whom the portal knows
)
CERTIFICATES = Table(  # which file speaks of which batch
    "certificates",
    METADATA,
    Column("batch_id", String, primary_key=True),
    Column("sha256", String(64), primary_key=True, index=True),
    Column("pass_id", String, nullable=False),  # that holds what was read of it
    Column("sequence", Integer, nullable=False),
    Column("same_as", String(64)),  # the file that said the same before
    Column("amended_by", String(64)),  # the file that a person let take its place
)
TRACES = Table(  # what a copy or a twin of a certificate would share
    "traces",
    METADATA,
    Column("trace", String, primary_key=True),
    Column("batch_id", String, primary_key=True),
)
LOTS = Table(  # that refused files name: they are held until a person has looked
    "lots",
    METADATA,
    Column("lot", String, primary_key=True),  # equal for two ways to write one
    Column("sha256", String(64), primary_key=True),
    Column("name", String, nullable=False),  # of the file
    Column("why", String, nullable=False),  # it was refused
    *(Column(name, String, nullable=False) for name in ("said", "sheet", "cell")),
)
TERMS = Table(  # by which a pass judges
    "terms",
    METADATA,
    Column("hash", String(64), primary_key=True),
    Column("made", String, nullable=False),  # JSON
)
PASSES = Table(
    "passes",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),  # of its beginning
    Column("pass_id", String, nullable=False, unique=True),
    Column("judged_on", String, nullable=False),
    Column("judged_at", String, nullable=False),
    Column("program", String, nullable=False),
    Column("holds", String, nullable=False),  # JSON: path in the store → SHA-256
    Column("terms", String(64)),  # null: nobody kept them
)
BATCHES = Table(
    "batches",
    METADATA,
    Column("batch_id", String, primary_key=True),
    Column("first", Integer, nullable=False, index=True),  # the entry that judged it first
    Column("changed", Integer, nullable=False, index=True),  # the newest entry about it
    Column("product", String),
    Column("laboratory", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("before", String, nullable=False),  # the verdict before that one, "" for the first
    Column("reason", String, nullable=False),  # the main one
    Column("judged_on", String, nullable=False),
    Column("judged_at", String, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the pass that judged it last
    Column("pass_id", String, nullable=False),
    Column("basis", String(64), nullable=False),  # a hash of all that the verdict rests on
    Column("outcome", String(64), nullable=False),  # … of what a person decides on
    Column("disposition", String, nullable=False),
    Column("by_person", Boolean, nullable=False),  # else it follows from the verdict
    Column("decided", Integer),  # the entry that decided it
    Column("amended", Integer),  # the newest entry that let a certificate give way
    Column("proposed", Integer),  # the entry that waits for a second person
    Index("ix_batches_open", "disposition", "verdict", "sequence"),
    # What `ledger.search` asks: what waits, in the order it came, and what somebody filters by.
    Index("ix_batches_waiting", "disposition", "verdict", "by_person", "proposed", "first"),
    Index("ix_batches_proposed", "proposed"),
    *(
        Index(f"ix_batches_by_{name}", name, "first")
        for name in ("verdict", "disposition", "product", "laboratory")
    ),
)
USERS = Table(  # people, and programs that have a name of their own
    "users",
    METADATA,
    Column("name", String, primary_key=True),
    Column("full_name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("vendor", String),  # whose certificates a vendor's user may see
    Column("password", String(64), nullable=False),  # SHA-256 of what CREDENTIALS keeps
    Column("public_key", String(64)),  # Ed25519, by which what they sign is checked
    Column("is_enabled", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the newest entry about it
)
TOKENS = Table(  # by which programs show whose they are
    "tokens",
    METADATA,
    Column("token_id", String, primary_key=True),
    Column("user", String, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),  # of the token
    Column("is_enabled", Boolean, nullable=False),
    Column("at", String, nullable=False),
)
STATE = (FILES, DELIVERIES, CERTIFICATES, TRACES, LOTS, TERMS, PASSES, BATCHES, USERS, TOKENS)
CREDENTIALS = Table(  # what may not stand in a journal that is read, copied and exported
    "credentials",
    METADATA,
    Column("name", String, primary_key=True),
    Column("password", String, nullable=False),  # Argon2id, as a PHC string
    Column("key", String),  # their Ed25519 key, which only their password opens
)
