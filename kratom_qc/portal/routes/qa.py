"""What QA does: see what waits for a person, look at a batch beside the laboratory's sheet, decide
and sign, ask the vendor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kratom_qc.app import questions, review
from kratom_qc.app.mending import spoken
from kratom_qc.app.pictures import pictures_of
from kratom_qc.app.printing import kept_report, rendered
from kratom_qc.app.restored import restored
from kratom_qc.app.signing import Signer, WrongPassword
from kratom_qc.domain.disposition import DECISIONS, Disposition, takes_people
from kratom_qc.domain.errors import UsageError
from kratom_qc.domain.roles import Action
from kratom_qc.domain.verdict import Decision
from kratom_qc.ledger.ledger import KnownBatch
from kratom_qc.ledger.search import Wanted, search
from kratom_qc.portal import downloads, kept_pages
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.forms import form_of
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import page
from kratom_qc.report.formats import Format
from kratom_qc.report.formats import Request as Asked

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]
Decider = Annotated[Visitor, Depends(who(Action.DECIDE))]
_KINDS = {"pdf": "application/pdf", "xlsx": downloads.XLSX}
_SHOWN = 100  # batches of the queue


@router.get("/review")
def queue(house: InHouse, visitor: Reader) -> Response:
    """What waits for a person: first what another has proposed, then what is on hold, the worst."""
    waiting = house.store.ledger.open_batches(_SHOWN)
    ordered = sorted(waiting, key=lambda one: one.proposed is None)
    return page("review.html", visitor, batches=ordered, tally=house.store.ledger.tally())


@router.get("/batches")
def find(
    house: InHouse,
    visitor: Reader,
    batch_id: Annotated[str, Query(max_length=400)] = "",
    verdict: str = "",
    disposition: str = "",
    after: Annotated[int | None, Query(ge=0, lt=2**62)] = None,
) -> Response:
    """Every batch, some at a time, by how its id begins, its verdict and where it stands."""
    wanted = Wanted(batch_id, verdict, disposition)
    found = search(house.store.ledger, wanted, after)
    return page(
        "batches.html",
        visitor,
        found=found,
        wanted=wanted,
        verdicts=list(Decision),
        dispositions=list(Disposition),
    )


@router.get("/batches/{batch_id:path}/page")
def batch_page(house: InHouse, _visitor: Reader, batch_id: str) -> Response:
    """The page of a batch, with the laboratory's own sheet beside what was understood of it."""
    report = kept_report(house.store.root, house.store.ledger, batch_id)
    pictures = pictures_of(house.store.root, report)
    return kept_pages.answer(rendered(report, Asked(Format.HTML), pictures).decode("utf-8"))


@router.get("/batches/{batch_id:path}/report.{kind}")
def printed(house: InHouse, _visitor: Reader, batch_id: str, kind: str) -> Response:
    """The page as a file to keep: PDF or XLSX."""
    if kind not in _KINDS:
        raise Refusal(404, "A batch is printed as pdf or xlsx.")
    report = kept_report(house.store.root, house.store.ledger, batch_id)
    content = rendered(report, Asked(Format(kind)))
    return downloads.attachment(content, f"{batch_id}.{kind}", _KINDS[kind])


@router.get("/review/{batch_id:path}")
def batch(house: InHouse, visitor: Reader, batch_id: str) -> Response:
    """A batch as a person decides on it."""
    return _batch(house, visitor, batch_id)


def _batch(
    house: House, visitor: Visitor, batch_id: str, wrong: str = "", status: int = 200
) -> Response:
    dossier = review.dossier(house.store.root, batch_id)
    known = dossier.batch
    verdict = restored(house.store.root, [batch_id]).get(batch_id)
    proposal = house.store.ledger.entry(known.proposed) if known.proposed is not None else None
    return page(
        "batch.html",
        visitor,
        status=status,
        batch=known,
        dossier=dossier,
        sentences=spoken(verdict) if verdict else (),
        newest=dossier.history[-1].sequence,
        proposal=proposal,
        choices=_choices(known),
        said=questions.said(house.store.ledger, batch_id),
        wrong=wrong,
    )


def _choices(known: KnownBatch) -> dict[str, int]:
    """What may be decided, and how many people it takes."""
    return {one: takes_people(one, known.verdict, known.disposition) for one in DECISIONS}


@router.post("/review/{batch_id:path}/decision")
async def decide(request: Request, house: InHouse, visitor: Decider, batch_id: str) -> Response:
    """Decide, propose to a second person, or approve what another proposed; signed with the
    password that is given again, on exactly what was shown."""
    fields = await form_of(request, visitor)
    try:
        stands = await run_in_threadpool(_decided, house, visitor, batch_id, fields)
    except UsageError as error:
        wrong = 401 if isinstance(error, WrongPassword) else 409
        return await run_in_threadpool(_batch, house, visitor, batch_id, str(error), wrong)
    _tell(visitor, stands)
    return RedirectResponse(_address(batch_id), 303)


def _decided(house: House, visitor: Visitor, batch_id: str, fields: Mapping[str, str]) -> str:
    """Where the batch stands then, in words."""
    if house.failures.locked(visitor.name):
        raise UsageError("too many wrong passwords; try again in some minutes")
    newest = fields.get("newest", "")
    if not fields.get("seen") or not newest.isdecimal():
        raise UsageError("the form does not say what was shown; open the page again")
    ruling = review.Ruling(
        fields.get("decision", ""),
        fields.get("because", ""),
        (visitor.name,),
        fields["seen"],
        int(newest),
    )
    signer = Signer(house.people, visitor.user, fields.get("password", ""), datetime.now(UTC))
    root, known = house.store.root, house.store.ledger.batches([batch_id]).get(batch_id)
    try:
        if fields.get("approves") == "yes":
            stands = review.approve(root, batch_id, ruling, signer)
        elif known and takes_people(ruling.decision, known.verdict, known.disposition) > 1:
            review.propose(root, batch_id, ruling, signer)
            return f"{batch_id} is proposed; a second person approves it."
        else:
            stands = review.decide(root, batch_id, ruling, signer)
    except WrongPassword:
        house.failures.failed(visitor.name)
        raise
    return f"{batch_id} is {stands.disposition}."


@router.post("/review/{batch_id:path}/question")
async def ask(request: Request, house: InHouse, visitor: Decider, batch_id: str) -> Response:
    """Ask the vendor about a batch."""
    fields = await form_of(request, visitor)
    ledger = house.store.ledger
    if batch_id not in await run_in_threadpool(ledger.batches, [batch_id]):
        raise Refusal(404, "There is no such batch.")
    text = fields.get("text", "")
    await run_in_threadpool(questions.say, ledger, questions.ASKED, batch_id, text, visitor.name)
    _tell(visitor, "The vendor sees your question.")
    return RedirectResponse(_address(batch_id), 303)


def _tell(visitor: Visitor, sentence: str) -> None:
    if visitor.session:
        visitor.session.told.append(sentence)


def _address(batch_id: str) -> str:
    from urllib.parse import quote

    return f"/review/{quote(batch_id)}"
