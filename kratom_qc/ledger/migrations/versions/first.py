"""The journal, which nobody can change or delete from, and the tables derived from it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE = """
CREATE TRIGGER journal_no_{verb} BEFORE {verb} ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
"""
_POSTGRESQL = """
CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses();
"""


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Make every table."""
    _journal()
    _files()
    _batches()
    _people()


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *map(_text, ("at", "actor", "act", "subject", "before", "after", "reason")),
        _text("previous", 64),
        _text("hash", 64),
    )
    op.create_index("ix_journal_subject", "journal", ["subject", "sequence"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL)
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(verb=verb))


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(64), primary_key=True),
        _text("name"),
        _number("size"),
        _text("status"),
        sa.Column("program", sa.String),
        _number("tries"),
        sa.Column("why", sa.String),
        _number("sequence"),
    )
    op.create_index("ix_files_status", "files", ["status"])
    op.create_table(
        "deliveries",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        _text("sha256", 64),
        *map(_text, ("name", "route", "actor", "at")),
        sa.Column("vendor", sa.String),
    )
    op.create_index("ix_deliveries_sha256", "deliveries", ["sha256"])
    op.create_index("ix_deliveries_vendor", "deliveries", ["vendor"])


def _batches() -> None:
    op.create_table(
        "certificates",
        sa.Column("batch_id", sa.String, primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        _text("pass_id"),
        _number("sequence"),
        sa.Column("same_as", sa.String(64)),
        sa.Column("amended_by", sa.String(64)),
    )
    op.create_index("ix_certificates_sha256", "certificates", ["sha256"])
    op.create_table(
        "traces",
        sa.Column("trace", sa.String, primary_key=True),
        sa.Column("batch_id", sa.String, primary_key=True),
    )
    op.create_table(
        "lots",
        sa.Column("lot", sa.String, primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        *map(_text, ("name", "why", "said", "sheet", "cell")),
    )
    op.create_index("ix_lots_sha256", "lots", ["sha256"])
    op.create_table("terms", sa.Column("hash", sa.String(64), primary_key=True), _text("made"))
    op.create_table(
        "passes",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("pass_id", sa.String, nullable=False, unique=True),
        *map(_text, ("judged_on", "judged_at", "program", "holds")),
        sa.Column("terms", sa.String(64)),
    )
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.String, primary_key=True),
        _number("first"),
        _number("changed"),
        sa.Column("product", sa.String),
        *map(_text, ("laboratory", "verdict", "before", "reason", "judged_on", "judged_at")),
        _number("sequence"),
        _text("pass_id"),
        _text("basis", 64),
        _text("outcome", 64),
        _text("disposition"),
        sa.Column("by_person", sa.Boolean, nullable=False),
        sa.Column("decided", sa.Integer),
        sa.Column("amended", sa.Integer),
        sa.Column("proposed", sa.Integer),
    )
    op.create_index("ix_batches_first", "batches", ["first"])
    op.create_index("ix_batches_changed", "batches", ["changed"])
    op.create_index("ix_batches_open", "batches", ["disposition", "verdict", "sequence"])
    waiting = ["disposition", "verdict", "by_person", "proposed", "first"]
    op.create_index("ix_batches_waiting", "batches", waiting)
    op.create_index("ix_batches_proposed", "batches", ["proposed"])
    for name in ("verdict", "disposition", "product", "laboratory"):
        op.create_index(f"ix_batches_by_{name}", "batches", [name, "first"])


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String, primary_key=True),
        *map(_text, ("full_name", "role")),
        sa.Column("vendor", sa.String),
        _text("password", 64),
        sa.Column("public_key", sa.String(64)),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        _number("sequence"),
    )
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.String, primary_key=True),
        _text("user"),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("is_enabled", sa.Boolean, nullable=False),
        _text("at"),
    )
    op.create_table(
        "credentials",
        sa.Column("name", sa.String, primary_key=True),
        _text("password"),
        sa.Column("key", sa.String),
    )
