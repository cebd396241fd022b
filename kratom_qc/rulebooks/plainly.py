"""A limit in plain words, for lists, pages, suites and Data Docs: what it asks, how it stands,
where it comes from."""

from __future__ import annotations

import re
from datetime import date

from kratom_qc import vocabulary
from kratom_qc.domain.interval import plain
from kratom_qc.domain.limit import (
    AmountLimit,
    Attestation,
    Ban,
    CertificateLimit,
    DecisionRule,
    DescribedLimit,
    Limit,
    NoStatute,
    NotDetectedLimit,
    ProductClassLimit,
    ProfileLimit,
    Rounding,
    UnreadRule,
    WhenMissing,
)
from kratom_qc.rulebooks.dates import PENDING, decides, stands
from kratom_qc.rulebooks.printed import Figure, figures
from kratom_qc.vocabulary import product_forms, wording

_SHORT = 60  # signs of a change that is told in full
_OPERATORS = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}


def plainly(limit: Limit) -> str:
    """What a limit asks and by whom, in one sentence: `Lead below 1.2 ppm, Utah R70-580-5`."""
    return f"{asks(limit)}, {citation(limit)}"


def asks(limit: Limit) -> str:
    """What a limit asks, from its data: the printed text may be in the source's own words."""
    subject = wording.subject_name(limit.subject)
    match limit:
        case AmountLimit():
            return f"{subject} {_figure(limit)}"
        case NotDetectedLimit():
            return f"{subject} {_absence(limit)}"
        case DescribedLimit():
            return f"{subject} described by the laboratory, and nothing said against it"
        case ProductClassLimit():
            return f"only {_forms(limit.requires)} may be sold"
        case CertificateLimit():
            fields = [name.replace("_", " ") for name in limit.requires]
            return f"every certificate states {_listed(fields)}"
        case ProfileLimit():
            leaf_analytes = [wording.subject_name(analyte) for analyte in limit.absent]
            return f"no {subject} without {_listed(leaf_analytes)}"
        case UnreadRule():
            return f"nobody has located what this rule says: {limit.text}"
        case Ban() | NoStatute():
            return limit.text
        case Attestation():
            return f"{limit.text} (no laboratory can show it)"


def _figure(limit: AmountLimit) -> str:
    """The figures as the source prints them; the linter has compared them with the data. Where it
    prints no operator, the one the data took it for."""
    read = [figure for figure in figures(limit.text) if figure.operator] or list(
        figures(limit.text)[:1]
    )
    implied = ">=" if limit.acceptance_interval.high is None else "<="
    basis = "" if limit.basis in ("as received", *_SAID_BY_UNITS) else " of the dry weight"
    if [figure.operator for figure in read] == [">=", "<="]:
        return f"{wording.shown(read[0].number)}–{_amount(read[1])}{basis}"
    parts = [f"{_OPERATORS[figure.operator or implied]} {_amount(figure)}" for figure in read]
    return " and ".join(parts) + basis


_SAID_BY_UNITS = ("per serving", "per container", "per day", "per unit")


def _amount(figure: Figure) -> str:
    unit = vocabulary.basis_in(figure.unit)[1] if figure.unit != ": 1" else ""
    return f"{wording.shown(figure.number)} {unit}".strip()


def _absence(limit: NotDetectedLimit) -> str:
    if limit.portion is not None:
        return f"absent in {plain(limit.portion)} g"
    if limit.lod_at_most is not None:
        depth = f"{plain(limit.lod_at_most)} {wording.unit_name(limit.unit)}"
        return f"not detected, by a method that sees {depth}"
    return "not detected"


def _forms(products: tuple[str, ...]) -> str:
    return _listed([product_forms()[product].lower() for product in products])


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def citation(limit: Limit) -> str:
    """The document a limit comes from: the first words of its source."""
    return re.split(r"[;,(]\s|\s\(|;|,", limit.because, maxsplit=1)[0].strip()


def standing(limit: Limit, day: date) -> str:
    """How a limit stands on a day, and whether it decides: `in force since 2023-02-27`, `proposed,
    from 2026-11-13`."""
    status, decides = stands(limit, day)
    words = wording.status_words(status, limit.effective_from, limit.effective_to)
    if status == PENDING:
        return f"may stand since {limit.pending_from}, and nobody knows whether it does"
    if status in ("not yet in force", "expired"):
        end = limit.effective_from if status == "not yet in force" else limit.effective_to
        words = f"{status}, {'from' if status == 'not yet in force' else 'ended'} {end}"
    return words if decides else f"{words}; {why_not(limit)}"


def why_not(limit: Limit) -> str:
    """Why a limit never decides."""
    if limit.screen:
        return "warns only"
    if limit.advisory:
        return f"advisory: {limit.advisory}"
    if isinstance(limit, Attestation):
        return "a condition, never decides"
    return "does not decide"


_ALWAYS_KNOWN = (Ban, UnreadRule, NoStatute, ProductClassLimit)


def silence(limit: Limit) -> str:
    """What it means where a batch says nothing about a limit; nothing for limits that never decide
    or always know."""
    if isinstance(limit, _ALWAYS_KNOWN) or not decides(limit):
        return ""
    if limit.when_missing == WhenMissing.NOTE:
        return f"not tested is noted: {limit.silence_because}"
    declared_only = isinstance(limit, AmountLimit) and limit.declared_only
    return "not declared asks nothing" if declared_only else "not tested holds the batch"


def decision(limit: Limit) -> str:
    """How conformity is decided, in words; nothing for limits that compare no amount."""
    rule = decision_rule(limit)
    if isinstance(limit, AmountLimit) and limit.default_uncertainty is not None:
        rule += f"; U taken as {plain(limit.default_uncertainty * 100)} % where none is stated"
    return rule


def scope(limit: Limit) -> str:
    """The products a limit speaks of; nothing where it speaks of all its rulebook's."""
    return _forms(limit.products) if limit.products else ""


def changed(limit: Limit) -> str:
    """Which limit an override replaces and what it changes; of long texts only that they did."""
    if not limit.overrides:
        return ""
    changes = [
        change if len(change) <= _SHORT else f"{change.partition(':')[0]} changed"
        for change in limit.changes
    ]
    return f"{limit.overrides}: {'; '.join(changes)}"


def decision_rule(limit: Limit) -> str:
    """How conformity is decided, in words (ISO/IEC 17025:2017 7.8.6 asks a report to state it)."""
    if not isinstance(limit, AmountLimit):
        return ""
    if limit.decision_rule == DecisionRule.GUARDED:
        width = "U" if limit.guard_factor == 1 else f"{plain(limit.guard_factor)}·U"
        parts = [f"guard band w = {width} (ILAC-G8:09/2019 4.2.3)"]
    else:
        parts = ["simple acceptance (ILAC-G8:09/2019 4.2.1)"]
    if limit.rounding != Rounding.NONE:
        parts.append("result rounded to the limit's digits (USP General Notices 7.20)")
    if limit.multiplier is not None:
        parts.append(f"criterion times {plain(limit.multiplier)}")
    if limit.lower_bound_sum:
        parts.append("lower-bound sum")
    return "; ".join(parts)
