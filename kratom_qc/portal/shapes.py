"""The shapes of what the API answers, for its description. `docs` of a field say what it means."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Open(BaseModel):
    """More may be added; what is there stays."""

    model_config = ConfigDict(extra="allow")


class Error(BaseModel):
    """Why a request was not served, in a sentence."""

    error: str
    status: int


class Acknowledged(BaseModel):
    """The certificate is on the disk; `address` says what becomes of it."""

    sha256: Sha256
    address: str


class Stands(Open):
    """A batch with its newest verdict and what people decided; both are null where others speak of
    the batch too, until a person has compared."""

    batch_id: str
    verdict: Literal["PASS", "HOLD", "FAIL"] | None
    disposition: str | None


class Batch(Stands):
    """A batch as `check --json` prints it."""

    markets: dict[str, Literal["PASS", "HOLD", "FAIL"]] | None = None
    results: list[dict[str, Any]] | None = None
    findings: list[dict[str, Any]] | None = None
    unread: list[dict[str, Any]] | None = None


class Certificate(Open):
    """A file as `check --json` prints it, or that it waits to be judged."""

    file: str
    sha256: Sha256
    status: Literal["waiting", "judged", "refused"]
    refusals: list[dict[str, Any]]
    batches: list[Batch]


class Batches(BaseModel):
    """A page of batches; `after` begins the next one, null on the last."""

    batches: list[Stands]
    after: int | None


class Limits(BaseModel):
    """Limits as `limits list --json` prints them."""

    on: str
    limits: list[dict[str, Any]]


class Rulebook(BaseModel):
    """A rulebook that counts in a market."""

    id: str
    title: str
    version: str
    sha256: Sha256
    checked_on: str


class Market(Limits):
    """A market with the rulebooks that count in it, its own last."""

    market: str
    title: str
    rulebooks: list[Rulebook]
