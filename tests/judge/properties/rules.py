"""Rulebooks and batches by chance: limits at and around the values, of every kind, loaded by the real loader.

A rule is a mapping of TOML keys; its printed text is made of its data, so that the linter has nothing to say.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.interval import Interval
from kratom_qc.domain.limit import Rulebook
from kratom_qc.domain.result import Result
from tests.factory import batches_of, book, interpreted, limit, result, rulebooks, span
from tests.judge.properties.pure import Bench, Case, pick

Rule = dict[str, Any]
MG, CFU = "mg/kg", "cfu/g"
GRID = ("0.1", "0.25", "0.5", "1", "1.2", "2.0", "3")  # where limits and values meet
HAIR = Decimal("1E-20")
SUBJECTS = {"lead": MG, "cadmium": MG, "7-hydroxymitragynine": MG, "tamc": CFU}
ALL = ("lead", "cadmium", "7-hydroxymitragynine", "mitragynine-pseudoindoxyl", "mitragynine", "tamc")
SUMS = {"7-oh-and-mp": MG, "7-oh-to-mitragynine": "1", "7-oh-share": "% of total alkaloids"}
NOT_LAW: tuple[Rule, ...] = (
    *({"status": status} for status in ("proposed", "withdrawn", "superseded", "compendial", "guidance", "industry")),
    {"advisory": "for information"},
    {"screen": True},
    {"effective_from": "2027"},
    {"effective_to": "2025-12"},
)
WORDS = {
    "ban": "may not be sold",
    "described": "characteristic odour",
    "unread": "a rule that nobody located",
    "attestation": "not sold to children",
    "profile": "7-OH without mitragynine",
}
NOTED = {"when_missing": "note", "silence_because": "the law orders no test"}


def worded(rule: Rule) -> Rule:
    """The rule with the text that its numbers print."""
    kind = rule["kind"]
    if kind == "amount":
        strict, unit = rule.get("strict", False), rule["unit"]
        ends = [
            ("min", "more than" if strict else "not less than"),
            ("max", "less than" if strict else "not more than"),
        ]
        text = " and ".join(f"{words} {rule[end]} {unit}" for end, words in ends if end in rule)
    elif kind == "not_detected":
        text = f"absent in {rule['portion']} g" if "portion" in rule else "not detected"
        text += f", LOD {rule['lod_at_most']} mg/kg or less" if "lod_at_most" in rule else ""
    else:
        text = " and ".join(rule.get("requires", ())).replace("_", " ") or WORDS[kind]
    return {**rule, "text": text}


def toml(rule: Rule, **more: object) -> str:
    """The rule as `[[limit]]`, in force on primary evidence unless it says otherwise."""
    fields = {**worded(rule), **more}
    return limit(fields.pop("id"), fields.pop("of", ""), fields.pop("text"), **fields)


def override(rule: Rule, own: Rule) -> str:
    """`[[override]]` of a rule with these keys, and the text they make."""
    text = worded({**rule, **own})["text"]
    fields = {**own, **({"text": text} if text != worded(rule)["text"] else {})}
    nothing = dict.fromkeys(("kind", "of", "text", "status", "evidence"), "")
    return limit(rule["id"], **{**nothing, "because": "a test says so, section 2", **fields}).replace(
        "[[limit]]", "[[override]]"
    )


# ---------------------------------------------------------------- rules by chance

DECISION_RULES: tuple[Rule, ...] = (
    *({},) * 4,
    {"decision_rule": "guarded"},
    {"decision_rule": "guarded", "guard": "0.5"},
    {"decision_rule": "guarded", "default_uncertainty": "20"},
)
decision_rules = st.sampled_from(DECISION_RULES)


@st.composite
def amounts(draw: st.DrawFn, at: str = "R") -> Rule:
    """A limit on an amount: one end or both, strict or not, rounded, guarded, multiplied, on an analyte or a sum."""
    of = pick(draw, [*SUBJECTS] * 3 + [*SUMS])
    unit = {**SUBJECTS, **SUMS}[of]
    low, high = sorted((pick(draw, GRID), pick(draw, GRID)), key=Decimal)
    ends = pick(draw, [{"max": high}] * 3 + [{"min": low}, {"min": low, "max": high}])
    rule = {"id": at, "kind": "amount", "of": of, "unit": unit, **ends, **pick(draw, DECISION_RULES)}
    rule |= pick(draw, [{}, {}, {"strict": True}, {"rounding": "usp-7.20"}])
    if of == "tamc" and "max" in rule and pick(draw, (False, True)):
        rule |= {"multiplier": pick(draw, ["1", "2", "5"]), "multiplier_because": "USP <2021>"}
    if of == "7-oh-and-mp" and pick(draw, (False, True)):
        rule |= {"sum": "lower_bound", "sum_because": "the law says so"}
    return rule


def others(at: str = "R") -> st.SearchStrategy[Rule]:
    """A limit that asks for no amount, or for none to be there."""
    kinds: list[Rule] = [
        {"kind": "not_detected", "of": "mgm-15"},
        {"kind": "not_detected", "of": "mgm-15", "lod_at_most": "0.25", "unit": MG},
        {"kind": "not_detected", "of": "salmonella", "portion": "25"},
        {"kind": "not_detected", "of": "salmonella", "portion": "100"},
        {"kind": "ban"},
        {"kind": "product_class", "requires": ["leaf_powder", "crushed_leaf"]},
        {"kind": "product_class", "requires": ["extract"]},
        {"kind": "certificate", "requires": ["laboratory", "method"]},
        {"kind": "described", "of": "odour"},
        {"kind": "unread"},
        {"kind": "attestation"},
        {"kind": "profile", "screen": True, "present": "7-hydroxymitragynine", "absent": ["mitragynine"]},
    ]
    return st.sampled_from(kinds).map(lambda rule: {"id": at, **rule})


def rules(at: str = "R") -> st.SearchStrategy[Rule]:
    """A rule of any kind, on any standing."""
    standing = st.sampled_from([*[{}] * 8, NOTED, {"evidence": "memory"}, {"products": ["leaf_powder"]}, *NOT_LAW])
    kinds = st.one_of(amounts(at), amounts(at), others(at))
    return st.tuples(kinds, standing).map(lambda pair: {**pair[1], **pair[0]})


def loaded(**books: str) -> dict[str, Rulebook]:
    """Rulebooks through the real loader. Those of products get a wide limit on all that is found: a hazard without any
    limit would hold every batch. Raises RulebookError as it does."""
    folder = _folder()
    for file in folder.iterdir():
        file.unlink()
    return rulebooks(
        folder, **{name: text + _wide() if 'kind = "product"' in text else text for name, text in books.items()}
    )


@cache
def _wide() -> str:
    wide = ({"id": f"WIDE-{number}", "kind": "amount", "of": of, "max": "1000000"} for number, of in enumerate(ALL))
    return "\n" + "\n".join(toml({**rule, "unit": SUBJECTS.get(rule["of"], MG), **NOTED}) for rule in wide)


@cache
def _folder() -> Path:
    """One folder for all: making and removing thousands of them takes longer than reading them."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


# ---------------------------------------------------------------- batches by chance


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """At a number of the grid, a hair beside it, censored or bounded below."""
    low, high = sorted(Decimal(pick(draw, GRID)) for _ in range(2))
    low = max(Decimal(0), low + pick(draw, [Decimal(0), Decimal(0), HAIR, -HAIR]))
    kinds = [Interval.exactly(low)] * 4 + [Interval.below(high), Interval.below(high, open_=False)]
    return pick(draw, [*kinds, span(low, None, True), span(low, None), span("0", None)])


def rests_on(of: str) -> str:
    """What a rule on this subject is changed through."""
    through = {"7-oh-and-mp": "7-hydroxymitragynine", "7-oh-share": "7-hydroxymitragynine"}
    return {**through, "7-oh-to-mitragynine": "mitragynine"}.get(of, of)


@st.composite
def met(draw: st.DrawFn, rule: Rule) -> Interval:
    """An interval at the ends of a rule: on them, a hair or half a last digit beside them, or far."""
    ends = [Decimal(rule[end]) * Decimal(rule.get("multiplier", "1")) for end in ("min", "max") if end in rule]
    digits = [Decimal(1).scaleb(int(end.as_tuple().exponent)) / 2 for end in ends]
    near = [end + step * half for end, half in zip(ends, digits, strict=True) for step in (0, 0, 0, 1, -1)]
    low, high = sorted((pick(draw, (*near, Decimal("0.05"))), pick(draw, (*near, Decimal(5)))))
    low = max(Decimal(0), low + pick(draw, (Decimal(0), Decimal(0), Decimal(0), HAIR, -HAIR)))
    high = max(low, high)
    kinds = [Interval.exactly(low)] * 3 + [Interval.below(high), Interval.below(high, open_=False), Interval(low, high)]
    return pick(draw, [*kinds, span(low, None, True), span(low, None)])


@st.composite
def results(draw: st.DrawFn, of: str) -> Result:
    """One result as a laboratory may state it."""
    more: dict[str, Any] = {"method": pick(draw, ["in house", "in house", ""])}
    if of == "odour":
        flags = pick(draw, [(), (), ("unclear",), ("does-not-conform",)])
        return result(of, span("0", None), "", text="leafy", flags=flags, certificate=pick(draw, CERTIFICATES), **more)
    value = draw(intervals())
    if of in ("mgm-15", "salmonella"):
        found = pick(draw, [True, False, False, None])
        reach = value.high if found is False else None
        more |= {"detected": found, "detection_limit": reach}
        more["portion"] = pick(draw, [None, Decimal(25), Decimal(100)]) if of == "salmonella" else None
        value = span("0", None, True) if found else Interval.below(reach)
    else:
        more |= {
            "detected": True if value.low > 0 else False if value.high is not None else None,
            "uncertainty": pick(draw, [None, Decimal("0.1"), Decimal("0.25")]),
            "resolution": Decimal("0.01"),
        }
    return result(of, value, CFU if of in ("tamc", "salmonella") else MG, certificate=pick(draw, CERTIFICATES), **more)


CERTIFICATES = ("a" * 64, "a" * 64, "a" * 64, "b" * 64)
_EXACT = {"uncertainty": Decimal("0.01"), "resolution": Decimal("0.01"), "detected": True, "method": "in house"}
CLEAN = {
    **{of: result(of, span("0.05", "0.05"), CFU if of == "tamc" else MG, **_EXACT) for of in ALL},
    "mitragynine": result("mitragynine", span("9", "9"), **_EXACT),
    "mgm-15": result(
        "mgm-15", span("0", "0.05", False, True), detected=False, detection_limit=Decimal("0.05"), method="in house"
    ),
    "salmonella": result(
        "salmonella",
        span("0", "0.01", False, True),
        CFU,
        detected=False,
        detection_limit=Decimal("0.01"),
        portion=Decimal(100),
        method="in house",
    ),
    "odour": result("odour", span("0", None), "", text="leafy", method="nose"),
}


_CHANGED = st.lists(st.sampled_from(sorted(CLEAN)), max_size=4)


@st.composite
def batches(draw: st.DrawFn, batch_id: str = "B") -> list[InterpretedCertificate]:
    """The certificates of one batch: clean but for some results that are drawn anew, lost, or stated twice."""
    found = {of: [one] for of, one in CLEAN.items()}
    for of in draw(_CHANGED):
        again = pick(draw, ["anew", "anew", "anew", "lost", "twice"])
        found[of] = [*(found[of] if again == "twice" else ()), *([draw(results(of))] if again != "lost" else ())]
    product = pick(draw, ["leaf_powder"] * 6 + ["extract", None])
    stated = [one for several in found.values() for one in several]
    return [
        interpreted(batch_id, *(one for one in stated if one.certificate == sha), product=product, sha256=sha)
        for sha in dict.fromkeys(one.certificate for one in stated)
    ]


def case(
    certificates: Sequence[InterpretedCertificate], books: Mapping[str, Rulebook], markets: Sequence[str] = ("zz",)
) -> Case:
    """One batch to be judged by these rulebooks, every market a home market."""
    return Case(tuple(batches_of(certificates, books)), books, tuple(markets), tuple(markets))


def judged(
    bench: Bench, certificates: Sequence[InterpretedCertificate], books: Mapping[str, Rulebook], *markets: str
) -> Any:
    """The verdict over one batch."""
    (verdict,) = bench.judge(case(certificates, books, markets or ("zz",)))
    return verdict


BASE = toml({"id": "BASE", "kind": "amount", "of": "cadmium", "unit": MG, "max": "3"})


def market(*rules: str, **head: Any) -> str:
    """A market's rulebook."""
    return book(*rules, kind="market", **head)
