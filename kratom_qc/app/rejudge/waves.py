"""Archived batches judged again, some thousands at a time: only what has changed is asked, what
still holds is read back.

A batch whose findings of then are not all there, or where asking raises another doubt, is judged
whole: every limit, over every archived result. One that an earlier version archived is left to
whoever can read its files again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from kratom_qc.app.rejudge.planning import Question, Wave, keys_of, wanted_by
from kratom_qc.archive import rows, tables
from kratom_qc.archive.history import History, Past, coded
from kratom_qc.archive.recall import Wanted, recall
from kratom_qc.domain.batch import Batch
from kratom_qc.domain.certificate import HoldReason, InterpretedCertificate
from kratom_qc.domain.finding import Finding, Outcome
from kratom_qc.domain.limit import Limit
from kratom_qc.domain.verdict import Verdict
from kratom_qc.interpret.batch import put_together
from kratom_qc.interpret.derive import Key
from kratom_qc.interpret.laboratories import CODES as REGISTER
from kratom_qc.judge.markets import Slots, weight
from kratom_qc.judge.verdicts import Judgement, judge
from kratom_qc.rulebooks.changes import Again
from kratom_qc.rulebooks.scope import Rule

DERIVED = (
    "RESULTS-CONTRADICT",
    "TOTAL-CONTRADICTS",
)  # doubts that computing raises, and not a certificate itself
_FINDINGS = ("batch_id", "rulebook", "rule_id", "outcome", "decides")
_PLACES = 20  # bits of a finding's place; its weight stands above them
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a wave. `weights` and `rules` have the shape (batches, slots of markets.Slots):
    how much the worst finding weighs that decides in a slot (NOTHING: none does), and its rule as a
    place in `names`."""

    weights: npt.NDArray[np.int8]
    rules: npt.NDArray[np.int32]
    names: tuple[str, ...]
    findings: pa.Table
    whole: int  # batches judged on everything
    unread: tuple[int, ...]  # batches that this archive cannot answer for


class Judge:
    """Judges waves for one question; a process has one."""

    def __init__(self, question: Question):
        self.question = question
        self.history = History(question.root)
        self.slots = Slots(question.policy.books)
        rules = dict.fromkeys(rule for again in question.agains for rule in again.limits)
        self.numbers = {rule: number for number, rule in enumerate(rules)}
        self.places = [
            {rule: place for place, rule in enumerate(again.limits)} for again in question.agains
        ]

    def wave(self, wave: Wave) -> Judged:
        """The batches of a wave, judged again."""
        return _Wave(self, wave).judged()

    def verdicts(self, wave: Wave) -> list[Verdict]:
        """Whole verdicts of a few batches, in their order, without those that the archive cannot
        answer for."""
        current = _Wave(self, wave)
        batches = current.whole_batches(range(len(wave.pasts)))
        return list(self.judged([batch for _, batch in batches]).verdicts()) if batches else []

    def judged(
        self, batches: Sequence[Batch], only: Mapping[str | None, frozenset[Rule]] | None = None
    ) -> Judgement:
        """Batches put to the engine; `only` names the limits to ask, by product."""
        policy = self.question.policy
        return judge(
            batches,
            policy.books,
            markets=policy.markets,
            home=policy.home,
            on=policy.on,
            hold_overdue=policy.hold_overdue,
            only=only,
        )


class _Wave:
    """One wave being judged. The worst finding of every batch and slot is held as one number: its
    weight above its place, so that the largest is the first of the worst."""

    def __init__(self, judge: Judge, wave: Wave):
        self.judge = judge
        self.wave = wave
        self.agains = judge.question.agains
        self.register = judge.question.policy.laboratories
        self.worst: Numbers = np.zeros((len(wave.pasts), judge.slots.size), np.int64)
        self.named: dict[tuple[int, int], str] = {}  # (batch, place) → a rule that is no limit's
        self.found: dict[int, list[Finding]] = {}

    def judged(self) -> Judged:
        counts = self._kept()
        expected = np.array([len(self.agains[alike].kept) for alike in self.wave.alike])
        doubtful = {int(at) for at in np.nonzero(counts != expected)[0]}
        doubtful |= {
            at for at, past in enumerate(self.wave.pasts) if self._may_lose_doubts(at, past)
        }
        doubtful |= self._asked_again(
            [at for at in range(len(self.wave.pasts)) if at not in doubtful]
        )
        self.worst[list(doubtful)] = 0
        whole = self.whole_batches(sorted(doubtful))
        if whole:
            judgement = self.judge.judged([batch for _, batch in whole])
            for (at, _), findings in zip(whole, judgement.findings(), strict=True):
                self._take(at, findings)
        unread = tuple(at for at in range(len(self.wave.pasts)) if at not in self.found)
        return self._result(len(whole), unread)

    def _may_lose_doubts(self, at: int, past: Past) -> bool:
        return self.agains[self.wave.alike[at]].fewer and any(
            hold_reason.rule_id in DERIVED for hold_reason in past.hold_reasons
        )

    # ------------------------------------------------------------ what still holds

    def _kept(self) -> Numbers:
        """Read back the findings that still hold; returns how many of every batch."""
        numbers, pasts = self.judge.numbers, self.wave.pasts
        places = self._places()
        slots = np.array([self.judge.slots.of(*rule) for rule in numbers], np.int64)
        bans = np.array([limit.kind == "ban" for limit in self._limits.values()])
        rulebooks = {book: at for at, book in enumerate(dict.fromkeys(book for book, _ in numbers))}
        rules = {rule: at for at, rule in enumerate(dict.fromkeys(rule for _, rule in numbers))}
        number_of = np.full(
            (len(rulebooks) + 1, len(rules) + 1), -1, np.int64
        )  # the last for what has no code (-1)
        for (book, rule_id), one in numbers.items():
            number_of[rulebooks[book], rules[rule_id]] = one
        weights = {str(outcome): weight(outcome, "") for outcome in Outcome}
        alike = np.array(self.wave.alike)
        counts = np.zeros(len(pasts), np.int64)
        for pass_id in dict.fromkeys(past.pass_id for past in pasts):
            ours = {past.batch_id: at for at, past in enumerate(pasts) if past.pass_id == pass_id}
            for table in self.judge.history.blocks("findings", pass_id, _FINDINGS):
                batch = coded(table["batch_id"], ours)
                if (batch < 0).all():
                    continue
                number = number_of[
                    coded(table["rulebook"], rulebooks), coded(table["rule_id"], rules)
                ]
                place = np.where((batch >= 0) & (number >= 0), places[alike[batch], number], -1)
                counts += np.bincount(batch[place >= 0], minlength=len(counts))
                decides = (place >= 0) & table["decides"].to_numpy()
                heavy = coded(table["outcome"], weights)[decides]
                rule = number[decides]
                heavy = np.where(
                    bans[rule] & (heavy == weights["FAIL"]), weight(Outcome.FAIL, "ban"), heavy
                )
                np.maximum.at(
                    self.worst, (batch[decides], slots[rule]), _key(heavy, place[decides])
                )
        return counts

    def _places(self) -> Numbers:
        """Of every Again and limit the place of the limit among all that are asked; -1 where its
        finding does not hold."""
        places = np.full((len(self.agains), len(self.judge.numbers)), -1, np.int64)
        for row in set(self.wave.alike):
            for rule in self.agains[row].kept:
                places[row, self.judge.numbers[rule]] = self.judge.places[row][rule]
        return places

    @cached_property
    def _limits(self) -> dict[Rule, Limit]:
        known = {rule: limit for again in self.agains for rule, limit in again.limits.items()}
        return {rule: known[rule] for rule in self.judge.numbers}

    # ------------------------------------------------------------ what is asked again

    def _asked_again(self, members: Sequence[int]) -> set[int]:
        """Ask what has changed. Returns the batches where this raises another doubt than was known."""
        by_again: dict[int, list[int]] = {}
        for at in members:
            by_again.setdefault(self.wave.alike[at], []).append(at)
        agains = [self.agains[row] for row in by_again]
        wanted = wanted_by(again.limits[rule] for again in agains for rule in again.asked)
        if self.register.hold:  # what lies outside a laboratory's scope is asked of every result
            wanted = Wanted()
        certificates = self._recalled(members, wanted)
        doubtful: set[int] = set()
        rounds: list[
            dict[str | None, tuple[Again, list[int]]]
        ] = []  # one run of the engine asks a product one way
        for again, group in zip(agains, by_again.values(), strict=True):
            place = next((one for one in rounds if again.product not in one), None)
            if place is None:
                rounds.append(place := {})
            place[again.product] = again, group
        for one in rounds:
            doubtful |= self._ask(one, certificates)
        return doubtful

    def _ask(
        self,
        groups: Mapping[str | None, tuple[Again, list[int]]],
        certificates: Mapping[int, Sequence[InterpretedCertificate]],
    ) -> set[int]:
        """Ask what has changed of batches of several products, in one run of the engine."""
        batches: list[tuple[int, Batch]] = []
        for again, group in groups.values():
            keys = keys_of(limit for rule, limit in again.limits.items() if rule in again.asked)
            batches += [
                (at, self._batch(at, certificates[at], keys, known=True))
                for at in group
                if at in certificates
            ]
        doubtful = {
            at
            for at, batch in batches
            if len(batch.hold_reasons) > len(self._doubts(at, certificates[at]))
        }
        sure = [(at, batch) for at, batch in batches if at not in doubtful]
        if sure:
            only = {product: again.asked for product, (again, _) in groups.items()}
            judgement = self.judge.judged([batch for _, batch in sure], only)
            for (at, _), findings in zip(sure, judgement.findings(), strict=True):
                self._take(at, findings)
        return doubtful

    def whole_batches(self, members: Sequence[int]) -> list[tuple[int, Batch]]:
        """Batches with everything that limits ask for, each with its place; without those that
        cannot be recalled."""
        certificates = self._recalled(members, Wanted()) if members else {}
        keys = {
            row: keys_of(self.agains[row].limits.values())
            for row in {self.wave.alike[at] for at in members}
        }
        return [
            (at, self._batch(at, certificates[at], keys[self.wave.alike[at]], known=False))
            for at in members
            if at in certificates
        ]

    def _recalled(
        self, members: Sequence[int], wanted: Wanted
    ) -> dict[int, tuple[InterpretedCertificate, ...]]:
        pasts = [self.wave.pasts[at] for at in members]
        found = recall(self.judge.history, self.wave.passes, pasts, wanted)
        return {
            at: found[past.batch_id]
            for at, past in zip(members, pasts, strict=True)
            if past.batch_id in found
        }

    def _batch(
        self,
        at: int,
        certificates: Sequence[InterpretedCertificate],
        keys: Sequence[Key],
        *,
        known: bool,
    ) -> Batch:
        """A batch as it was put together then; its computed doubts are `known`, or raised again."""
        past = self.wave.pasts[at]
        hold_reasons = [
            hold_reason
            for hold_reason in self._doubts(at, certificates)
            if known or hold_reason.rule_id not in DERIVED
        ]
        return put_together(
            past.batch_id, past.product, certificates, past.facts, hold_reasons, (), keys
        )

    def _doubts(
        self, at: int, certificates: Sequence[InterpretedCertificate]
    ) -> tuple[HoldReason, ...]:
        """The doubts of then; what the register of laboratories says is as of the new day."""
        past, policy = self.wave.pasts[at], self.judge.question.policy
        seen = (
            (policy.laboratories.seen(one, policy.on) for one in certificates)
            if self.register.hold
            else ()
        )
        register = [hold_reason for one in seen for hold_reason in one.hold_reasons]
        if {
            hold_reason for hold_reason in past.hold_reasons if hold_reason.rule_id in REGISTER
        } == set(register):
            return past.hold_reasons
        return (
            *(
                hold_reason
                for hold_reason in past.hold_reasons
                if hold_reason.rule_id not in REGISTER
            ),
            *register,
        )

    def _take(self, at: int, findings: list[Finding]) -> None:
        """What was found of a batch, beside what still holds."""
        places = self.judge.places[self.wave.alike[at]]
        self.found[at] = findings
        for more, finding in enumerate(findings):
            place = places.get((finding.rulebook, finding.rule_id), -1)
            if place < 0:
                place = len(places) + more
                self.named[at, place] = finding.rule_id
            if finding.decides:
                kind = finding.source.kind if finding.source is not None else ""
                where = at, self.judge.slots.of(finding.rulebook, finding.rule_id)
                self.worst[where] = max(
                    self.worst[where], _key(weight(finding.outcome, kind), place)
                )

    # ------------------------------------------------------------ the result

    def _result(self, whole: int, unread: tuple[int, ...]) -> Judged:
        weights = (self.worst + (1 << _PLACES) - 1 >> _PLACES) - 1
        places = ((weights + 1) << _PLACES) - self.worst
        names: dict[str, int] = {
            rule: at for at, rule in enumerate(dict.fromkeys(rule for _, rule in self._limits))
        }
        rules = np.full(self.worst.shape, -1, np.int32)
        for row in set(self.wave.alike):
            of = np.array([names[rule] for _, rule in self.agains[row].limits] or [0])
            mine = (
                (np.array(self.wave.alike) == row)[:, None]
                & (weights >= 0)
                & (places < len(self.agains[row].limits))
            )
            rules[mine] = of[places[mine]]
        for at, column in zip(*np.nonzero((weights >= 0) & (rules < 0)), strict=True):
            name = self.named[int(at), int(places[at, column])]
            rules[at, column] = names.setdefault(name, len(names))
        made = [rows.finding_row(one, past.batch_id) for at, past in enumerate(self.wave.pasts)
                for one in self.found.get(at, ())]  # fmt: skip
        question = self.judge.question
        findings = tables.table("findings", made, question.name, question.policy.on)
        return Judged(weights.astype(np.int8), rules, tuple(names), findings, whole, unread)


def _key(heavy: Numbers | int, place: Numbers | int) -> Numbers:
    return np.asarray((np.asarray(heavy) + 1 << _PLACES) - place, np.int64)
