"""What QA does: see what waits for a person, look at a batch, decide and sign, ask the vendor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from kratom_qc.app import reports
from kratom_qc.app.accepting import papers_of
from kratom_qc.app.mending import listing, spoken
from kratom_qc.app.printing import beside_earlier, kept_report, rendered
from kratom_qc.app.questions import ANSWERED, ASKED, said, say
from kratom_qc.app.review import Dossier, Ruling, approve, decide, dossier, propose
from kratom_qc.app.shown import Shown
from kratom_qc.app.signing import Signer, WrongPassword
from kratom_qc.domain.disposition import DECISIONS, takes_people
from kratom_qc.domain.errors import InputNotFound, KratomQCError
from kratom_qc.domain.roles import Action
from kratom_qc.ledger.entries import Act
from kratom_qc.ledger.search import MOST_COUNTED, Waiting, Wanted, count_waiting, search, waiting
from kratom_qc.portal import downloads, kept_pages
from kratom_qc.portal.errors import Refusal
from kratom_qc.portal.forms import form_of
from kratom_qc.portal.guard import Visitor, who
from kratom_qc.portal.house import House, InHouse
from kratom_qc.portal.pages import Onward, page
from kratom_qc.report.formats import Format
from kratom_qc.report.formats import Request as Printed

router = APIRouter()
Reader = Annotated[Visitor, Depends(who(Action.SEE_ALL))]
Decider = Annotated[Visitor, Depends(who(Action.DECIDE))]
Owner = Annotated[Visitor, Depends(who(Action.SEE_OWN))]
_KINDS = {Format.PDF: "application/pdf", Format.XLSX: downloads.XLSX, Format.HTML: "text/html"}


@router.get("/review")
def review(
    house: InHouse, visitor: Reader, show: Waiting | None = None, after: Onward = None
) -> Response:
    """What waits for a person, the oldest first; without `show`, what waits first of all."""
    counts = count_waiting(house.store.ledger)
    chosen = show or next((kind for kind in Waiting if counts[kind]), Waiting.PASS)
    batches, older = waiting(house.store.ledger, chosen, after or 0)
    refused = house.people.tally().get("refused", 0)
    return page(
        "review.html",
        visitor,
        counts=counts,
        most_counted=MOST_COUNTED,
        chosen=chosen,
        batches=batches,
        older=older,
        refused=refused,
    )


@router.get("/batches")
def batches(house: InHouse, visitor: Reader, request: Request, after: Onward = None) -> Response:
    """Every batch that matches, the newest first."""
    asked = {name: request.query_params.get(name, "").strip() for name in _FILTERS}
    matches = search(house.store.ledger, Wanted(**asked), after)
    query = "&".join(f"{name}={quote(value)}" for name, value in asked.items() if value)
    return page("batches.html", visitor, found=matches, asked=asked, again=query)


_FILTERS = ("batch_id", "verdict", "disposition", "product", "laboratory")


@router.get("/batches/{batch_id:path}/page")
def batch_page(house: InHouse, _visitor: Reader, batch_id: str) -> Response:
    """The page of a batch, as its newest pass wrote it."""
    kept = reports.page(house.store.root, house.store.ledger, batch_id)
    return kept_pages.answer(kept.page)


@router.get("/batches/{batch_id:path}/report.{form}")
def report(house: InHouse, _visitor: Reader, batch_id: str, form: Format) -> Response:
    """A batch to print, keep or send."""
    kept = kept_report(house.store.root, house.store.ledger, batch_id)
    kept = beside_earlier(house.store.root, kept)
    return downloads.attachment(rendered(kept, Printed(form)), f"{batch_id}.{form}", _KINDS[form])


@router.get("/batches/{batch_id:path}")
def batch(house: InHouse, visitor: Reader, batch_id: str) -> Response:
    """A batch as a person decides on it, with its sheets beside what was understood."""
    return batch_answer(house, visitor, batch_id)


def batch_answer(
    house: House,
    visitor: Visitor,
    batch_id: str,
    *,
    wrong: str = "",
    wrong_texts: str = "",
    given: Mapping[str, str] | None = None,
) -> Response:
    """The page of a batch; `wrong` is what was wrong with a decision, `wrong_texts` with the
    reading of texts, each with what was `given`."""
    with house.store.ledger.one_state():
        record = dossier(house.store.root, batch_id)
        shown = Shown(house.store, None)
        verdict = shown.batch(batch_id).verdict
        files = [shown.file(paper.known.sha256) for paper in record.papers]
    known = record.batch
    return page(
        "batch.html",
        visitor,
        status=400 if wrong or wrong_texts else 200,
        found=record,
        unread=papers_of(house.store.root, verdict, files) if verdict else (),
        wrong_texts=wrong_texts,
        verdict=verdict,
        sentences=spoken(verdict) if verdict else (),
        files=[(file, listing(file).fixes, house.drawn(None, file)) for file in files],
        said=said(record.history),
        proposal=_proposal(record),
        two={
            name for name in DECISIONS if takes_people(name, known.verdict, known.disposition) > 1
        },
        decisions=DECISIONS,
        newest=record.history[-1].sequence,
        wrong=wrong,
        given=given or {},
    )


def _proposal(dossier: Dossier) -> Mapping[str, str] | None:
    """What another person's signature waits for."""
    of = [event for event in dossier.history if event.sequence == dossier.batch.proposed]
    return {**of[0].made, "because": of[0].reason, "at": of[0].at} if of else None


# ---------------------------------------------------------------- decisions


@router.post("/batches/{batch_id:path}/decide")
async def decided(request: Request, house: InHouse, visitor: Decider, batch_id: str) -> Response:
    """Decide on a batch and sign: at once, or as a proposal where that takes two people."""
    fields = await form_of(request, visitor)
    return await run_in_threadpool(_decided, house, visitor, batch_id, fields)


def _decided(house: House, visitor: Visitor, batch_id: str, fields: Mapping[str, str]) -> Response:
    """The page again, with what is wrong, or the page after it."""
    ruling = Ruling(
        decision=fields.get("decision", ""),
        because=fields.get("because", ""),
        people=(visitor.name,),
        seen=fields.get("seen", ""),
        newest=_number(fields.get("newest", "")),
    )
    if not ruling.seen or ruling.newest is None:
        raise Refusal(400, "The form does not say what was seen; open the batch again.")
    if house.failures.locked(visitor.name):
        raise Refusal(429, "Too many wrong passwords; try again in some minutes.")
    signer = Signer(house.people, visitor.user, fields.get("password", ""), datetime.now(UTC))
    try:
        message = _way(house, batch_id, ruling)(signer)
    except WrongPassword as error:
        if house.failures.failed(visitor.name):
            house.store.ledger.add(visitor.name, Act("sign-in locked", visitor.name, {}))
            house.sessions.end_all(visitor.name)
        return batch_answer(house, visitor, batch_id, wrong=str(error), given=fields)
    except InputNotFound:
        raise
    except KratomQCError as error:
        return batch_answer(house, visitor, batch_id, wrong=str(error), given=fields)
    house.failures.forget(visitor.name)
    reports.refresh(house.store.root, house.store.ledger)
    if visitor.session:
        visitor.session.told.append(message)
    return RedirectResponse(f"/batches/{quote(batch_id)}", 303)


def _way(house: House, batch_id: str, ruling: Ruling) -> Callable[[Signer], str]:
    """How a decision is made: what two people take is proposed by one and approved by another."""
    root = house.store.root
    known = dossier(root, batch_id).batch

    def approved(signer: Signer) -> str:
        return f"{batch_id} is {approve(root, batch_id, ruling, signer).disposition}."

    def proposed(signer: Signer) -> str:
        propose(root, batch_id, ruling, signer)
        return f"{batch_id}: your proposal waits for another person's signature."

    def alone(signer: Signer) -> str:
        return f"{batch_id} is {decide(root, batch_id, ruling, signer).disposition}."

    if ruling.decision == "approve":
        return approved
    takes_two = takes_people(ruling.decision, known.verdict, known.disposition) > 1
    return proposed if takes_two else alone


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


# ---------------------------------------------------------------- questions


@router.post("/batches/{batch_id:path}/ask")
async def ask(request: Request, house: InHouse, visitor: Decider, batch_id: str) -> Response:
    """Ask the vendor about a batch."""
    fields = await form_of(request, visitor)
    text = fields.get("text", "")
    await run_in_threadpool(dossier, house.store.root, batch_id)
    await run_in_threadpool(say, house.store.ledger, ASKED, batch_id, visitor.name, text)
    return RedirectResponse(f"/batches/{quote(batch_id)}", 303)


@router.post("/certificates/{sha256}/answer")
async def answer(request: Request, house: InHouse, visitor: Owner, sha256: str) -> Response:
    """Answer what was asked about a batch of one's own."""
    fields = await form_of(request, visitor)
    batch_id, text = fields.get("batch_id", ""), fields.get("text", "")

    def answered() -> None:
        batches = Shown(house.store, visitor.vendor).file(sha256).batches
        if not any(batch.batch_id == batch_id and batch.known for batch in batches):
            raise InputNotFound(batch_id)
        say(house.store.ledger, ANSWERED, batch_id, visitor.name, text)

    await run_in_threadpool(answered)
    return RedirectResponse(f"/certificates/{sha256}", 303)
