"""Every text that intake understood as nothing: plain, read before, a repetition of what was read,
or unread.

Unread text holds its batch. No list of bad words decides: a text counts as harmless only by its
shape, by the register of texts, or by saying what the certificate's results and facts say already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain

from kratom_qc import vocabulary
from kratom_qc.domain.account import AccountEntry, Fate, PageText, TextKind
from kratom_qc.domain.certificate import Certificate, HoldReason, InterpretedCertificate, ResultRow
from kratom_qc.domain.result import Result
from kratom_qc.domain.source import CellRef, SourceText
from kratom_qc.interpret.dated import dates_a_measurement
from kratom_qc.interpret.dates import days_within
from kratom_qc.interpret.headings import is_heading
from kratom_qc.interpret.identity import lot_of
from kratom_qc.interpret.papers import is_identifier, is_test_code
from kratom_qc.interpret.plain import NAMES, is_told_method, plain_shape, shape_alone
from kratom_qc.interpret.results import read_row
from kratom_qc.interpret.stated import stated
from kratom_qc.vocabulary.adverse import has_adverse_word, objection
from kratom_qc.vocabulary.calendar import is_day
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.texts import OwnWords, TextRegister, shipped, text_key, unread_sentences

RULE = "TEXT-UNREAD"
_NOWHERE = CellRef("")
_MOST_QUOTED = 100  # texts that the sentence of a finding names; the certificate lists them all
# Unread texts of one certificate, beyond which no other is looked at: it is held anyway, and must
# not be lost for the time that reading all of a hundred pages takes.
_MOST_UNREAD = 1_000
_LONGEST_LABEL = 60
_SHORT = 3  # words of a text that says little without its label
_HEADINGS = 6  # words that an analyte's name may have before its result
# Facts that may be any words: a name may hold what no name says.
_NAMES = ("laboratory", "accreditation")
# Facts that nothing judges: what is no number or known name there is read by a person.
_FREE = ("sample_id", "lab_id", "client_sample", "strain", "revision", "amends", "decision_rule")
_SAID_ONCE = ("certificate_id", "laboratory", "accreditation", "product_name")
_REVISION = re.compile(
    r"(?:rev(?:ision)?\.?|ver(?:sion)?\.?|v|no\.?)?\s*[0-9]{1,3}(?:\.[0-9]{1,3})?"
    r"(?: \((?:final|original)\))?",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile("(?=[A-Z0-9_]*[A-Z])[A-Z0-9_]{2,8}")
_SECTION = re.compile("[A-Z]")
_YES_OR_NO = {"y": True, "yes": True, "n": False, "no": False}
_PIECES = re.compile(r"\s[-–—]\s|\s?/\s(?=\S)")
_BOUNDS = ("lod", "loq", "uncertainty")
_IDS = ("batch_id", "certificate_id")
_WORK = ("sampled_on", "received_on", "tested_on", "issued_on", "signed_on")
_SHEET = re.compile(
    r"(?:sheet|tabelle|list|feuille?|feuil|hoja|planilha|folha|arkusz|foglio|blad|lembar|แผ่น|แผ่นงาน)\s?[0-9]{0,3}",
    re.IGNORECASE,
)


def fates(
    certificate: Certificate, results: Sequence[Result], mark: str | None
) -> tuple[AccountEntry, ...]:
    """What becomes of every text that may speak of a certificate. Never raises on a laboratory's
    words."""
    paper = _Paper(certificate, results, mark)
    texts = (*certificate.texts, *_open_places(certificate))
    in_sequence = _sequence_numbers(certificate.texts)
    entries: dict[tuple[CellRef, str], AccountEntry] = {}
    # A method or a remark stands in every row of a long table.
    known: dict[tuple[str, ...], AccountEntry] = {}
    unread = 0
    for text in texts:
        ref = text.source.ref
        if ref in in_sequence:
            entry = AccountEntry(text.source, Fate.PLAIN, "a sequence number")
        else:
            source = text.source
            shape = (source.text, source.shown, source.kind)
            alike = (*shape, text.kind, text.label, text.column, text.row_of)
            if alike not in known:
                known[alike] = paper.fate(text, looked_at=unread < _MOST_UNREAD)
                unread += known[alike].fate is Fate.UNREAD
            entry = known[alike]
        place = ref, text.source.text
        if place not in entries or entry.fate is Fate.UNREAD:
            is_own = entry.source is text.source
            entries[place] = entry if is_own else replace(entry, source=text.source)
    return tuple(entries.values())


def _sequence_numbers(texts: Iterable[PageText]) -> set[CellRef]:
    """The cells of columns beside results that only number their rows: 1, 2, 3, …"""
    columns: dict[tuple[str, str, str], list[SourceText]] = {}
    for text in texts:
        if text.column:
            ref = text.source.ref
            place = (ref.sheet, ref.cell.rstrip("0123456789"), text.column)
            columns.setdefault(place, []).append(text.source)
    counted = (
        cells
        for cells in columns.values()
        if len(cells) > 1 and _is_sequence([cell.text.strip().rstrip(".") for cell in cells])
    )
    return {cell.ref for cells in counted for cell in cells}


def _is_sequence(texts: Sequence[str]) -> bool:
    """1, 2, 3, …, with the letters of sections between: A, 1, 2, B, 3."""
    numbers = [text for text in texts if text.isdigit()]
    letters = [text for text in texts if not text.isdigit()]
    counted = numbers == [str(number) for number in range(1, len(numbers) + 1)]
    lettered = all(map(_SECTION.fullmatch, letters)) and letters == sorted(set(letters))
    return bool(numbers) and counted and lettered


def account_of(
    claimed: Iterable[AccountEntry], certificates: Iterable[InterpretedCertificate]
) -> tuple[AccountEntry, ...]:
    """Every text of a file once, with its fate and what it was understood as: what intake claimed,
    then what it left to the certificates. A place of several fates has the least certain one."""
    account: dict[CellRef, AccountEntry] = {}
    left = (entry for certificate in certificates for entry in certificate.texts)
    for entry in (*claimed, *left):
        known = account.setdefault(entry.source.ref, entry)
        if _LEAST_CERTAIN.index(entry.fate) > _LEAST_CERTAIN.index(known.fate):
            account[entry.source.ref] = replace(entry, source=known.source)
    return tuple(account.values())


def own_words(facts: Mapping[str, SourceText]) -> OwnWords:
    """What a certificate calls its laboratory, its batch and itself, and the days of its work."""
    ids = tuple(facts[name].text.strip() for name in _IDS if name in facts)
    laboratory = facts["laboratory"].text.strip() if "laboratory" in facts else ""
    days = (facts[name].text for name in _WORK if name in facts)
    return OwnWords(laboratory, ids, tuple(chain.from_iterable(map(days_within, days))))


def text_hold_reasons(entries: Iterable[AccountEntry], file: str) -> tuple[HoldReason, ...]:
    """The cause to hold for texts that nobody has read, each with its cells; nothing where there is
    none."""
    places: dict[str, list[AccountEntry]] = {}
    for entry in entries:
        if entry.fate is Fate.UNREAD:
            places.setdefault(_quoted(entry.source.text), []).append(entry)
    if not places:
        return ()
    quotes = [f"{quote} at {_cells(refs, file)}" for quote, refs in places.items()]
    more = f"; and {len(quotes) - _MOST_QUOTED} more" if len(quotes) > _MOST_QUOTED else ""
    what = (
        "a text that nobody has read"
        if len(quotes) == 1
        else f"{len(quotes)} texts that nobody has read"
    )
    first = next(iter(places.values()))[0].source.ref
    return (HoldReason(RULE, f"{what}: {'; '.join(quotes[:_MOST_QUOTED])}{more}", first),)


def _quoted(text: str) -> str:
    return f"'{' '.join(text.split())}'"


def _cells(entries: Sequence[AccountEntry], file: str) -> str:
    ref = entries[0].source.ref
    place = str(ref) if ref.sheet or ref.cell else file
    return f"{place} and {len(entries) - 1} more cells" if len(entries) > 1 else place


def read_again(
    certificate: InterpretedCertificate, register: TextRegister
) -> InterpretedCertificate:
    """A certificate with the texts that a store's own register knows: they hold it no more."""
    if not register.entries or not any(entry.unread for entry in certificate.texts):
        return certificate
    own = own_words(certificate.printed_facts)
    texts = tuple(_read_again(entry, register, own) for entry in certificate.texts)
    kept = (reason for reason in certificate.hold_reasons if reason.rule_id != RULE)
    reasons = (*kept, *text_hold_reasons(texts, certificate.file))
    return replace(certificate, texts=texts, hold_reasons=reasons)


def _read_again(entry: AccountEntry, register: TextRegister, own: OwnWords) -> AccountEntry:
    if not entry.unread:
        return entry
    entries = [register.find(text, own) for text in entry.unread]
    left = tuple(text for text, read in zip(entry.unread, entries, strict=True) if read is None)
    if left:
        return replace(entry, unread=left)
    because = "; ".join(dict.fromkeys(read.because for read in entries if read is not None))
    return replace(entry, fate=Fate.READ_BEFORE, meaning=because, unread=())


# ---------------------------------------------------------------- places for any words


def _open_places(certificate: Certificate) -> Iterator[PageText]:
    """Words that are used as they stand, and that may say anything: methods, headings of sections,
    bounds that nothing reads, names."""
    for row in certificate.rows:
        yield from _open_places_of(row)
    yield from _open_facts(certificate)


def _open_facts(certificate: Certificate) -> Iterator[PageText]:
    for name in _NAMES:
        word = certificate.facts.get(name)
        if word is not None and objection(word.text):
            yield PageText(word, label=name.replace("_", " "))
    for name in _FREE:
        for word in stated(certificate, name):
            another = vocabulary.is_another_lot(word.text, lot_of(certificate))
            if another or not _says_no_more(name, word.text.strip()):
                yield PageText(word, label=name.replace("_", " "))
    for name, word in certificate.further:  # said a second time, and otherwise
        if name in _SAID_ONCE and not _says_no_more(name, word.text.strip()):
            yield PageText(word, label=name.replace("_", " "))


def _says_no_more(name: str, text: str) -> bool:
    """Whether a fact that nothing judges is a number, a known name, or not stated."""
    if name in ("amends", "decision_rule"):
        return vocabulary.status(text) == "not_tested"
    if name == "revision":
        return _REVISION.fullmatch(text) is not None
    if is_identifier(text):
        return True
    if name in ("laboratory", "accreditation"):
        return bool(plain_shape(text, "Laboratory")) or text.isdigit()
    known_words = name in ("client_sample", "strain", "product_name")
    return known_words and not vocabulary.form_words(text).left


def _open_places_of(row: ResultRow) -> Iterator[PageText]:
    name = row.analyte.text.strip()
    if row.method is not None and not plain_shape(row.method.text, "Method"):
        yield PageText(row.method, column="Method", row_of=name)
    if row.section is not None and not _names_tests(row.section.text):
        yield PageText(row.section)
    if row.limit is not None and objection(row.limit.text):
        yield PageText(row.limit, column="Limit", row_of=name)
    bounds = ((bound, getattr(row, bound)) for bound in _BOUNDS)
    for bound, word in bounds:
        if word is not None and not _is_bound(word.text):
            yield PageText(word, column=bound.upper(), row_of=name)


def _names_tests(text: str) -> bool:
    """A heading, or what laboratory software calls tests: `HM_PANEL`."""
    return is_heading(text) or is_test_code(text.strip())


def _is_bound(text: str) -> bool:
    """Whether a text is a number, or says that there is none, where a limit of detection or an
    uncertainty belongs: of a microbe nothing reads it."""
    bare = text.strip(" ±<>≤≥()")
    return bool(not bare or bare[0].isdigit()) or vocabulary.status(text) == "not_tested"


# ---------------------------------------------------------------- one certificate


@dataclass(frozen=True)
class _Paper:
    """What a certificate says already: a text that only repeats it changes nothing."""

    certificate: Certificate
    results: Sequence[Result]
    mark: str | None

    def fate(self, text: PageText, *, looked_at: bool) -> AccountEntry:
        source = text.source
        if source.kind == "formula" or text.kind is TextKind.PICTURE:
            return AccountEntry(source, Fate.UNREAD, kind=text.kind, unread=(source.text,))
        if dates_a_measurement(text):
            return AccountEntry(source, Fate.UNDERSTOOD, "the day of a measurement", text.kind)
        if not looked_at:
            return AccountEntry(source, Fate.UNREAD, kind=text.kind, unread=(source.text,))
        printed = (source.shown or source.text).strip()
        meanings: list[tuple[Fate, str]] = []
        unread = unread_sentences(
            printed, lambda part: self._is_read(part, printed, text, meanings)
        )
        if unread:
            # A short word means something by what stands before it.
            label = _named(text)
            if len(unread) == 1 and label and len(unread[0].split()) <= _SHORT:
                unread = (f"{label}: {unread[0]}",)
            return AccountEntry(source, Fate.UNREAD, kind=text.kind, unread=unread)
        fate = max((fate for fate, _ in meanings), key=_LEAST_CERTAIN.index, default=Fate.PLAIN)
        meaning = "; ".join(dict.fromkeys(meaning for _, meaning in meanings))
        return AccountEntry(source, fate, meaning, text.kind)

    def _is_read(
        self, part: str, whole: str, text: PageText, meanings: list[tuple[Fate, str]]
    ) -> bool:
        """Whether a part of a text says nothing new; notes as what."""
        label = text.label or text.column
        shape = plain_shape(part, label) or _shape_alone(part, text)
        if shape and not self._leads_to_another(shape, part, label):
            meanings.append((Fate.PLAIN, shape))
        elif because := self._in_register(part, _named(text) if part == whole else ""):
            meanings.append((Fate.READ_BEFORE, because))
        elif repeated := self._repeats(part, text):
            meanings.append((Fate.UNDERSTOOD, repeated))
        elif is_told_method(part):
            meanings.append((Fate.PLAIN, "how results are obtained"))
        else:
            pieces = _PIECES.split(part)
            return len(pieces) > 1 and all(
                self._is_read(piece, whole, text, meanings) for piece in pieces
            )
        return True

    def _leads_to_another(self, shape: str, part: str, label: str) -> bool:
        """Whether an address, or the number of a sample, is of another lot."""
        of_sample = shape == "a contact" or vocabulary.fact_name(label) in _FREE
        return of_sample and vocabulary.is_another_lot(part, lot_of(self.certificate))

    def _in_register(self, part: str, label: str) -> str:
        ways = (part, f"{label}: {part}") if label else (part,)
        entries = (shipped().find(way, self._own) for way in ways)
        return next((read.because for read in entries if read is not None), "")

    @cached_property
    def _own(self) -> OwnWords:
        return own_words(self.certificate.facts)

    # ------------------------------------------------------------ repetitions

    def _repeats(self, part: str, text: PageText) -> str:
        bare = part.strip(" .*")
        if text.kind is TextKind.SHEET_NAME and _names_a_sheet(bare):
            return "the name of a sheet"
        if self._repeats_a_fact(bare):
            return "repeats a fact"
        if _is_heading(bare, text):
            return "a heading"
        if text.column and text.row_of and _names_the_same(bare, text.row_of):
            return "names the analyte beside it"
        if len(bare) > 1 and _is_good_verdict(part, text):
            return "a good verdict"
        if self._says_of_all(bare):
            return "says of all results what each says"
        if self._repeats_detection(bare, text):
            return "says that the result beside it was detected, or not"
        if self._repeats_a_result(bare) or self._repeats_a_limit_of_detection(bare):
            return "repeats a result"
        return ""

    def _repeats_a_fact(self, text: str) -> bool:
        """`Lot L-1`, `Certificate No.: T-1`, the laboratory's name."""
        key = text_key(text)
        for name, word in self.certificate.facts.items():
            value = text_key(word.text)
            if name in _FREE or not value or not key.endswith(value) or objection(word.text):
                continue
            head = key[: len(key) - len(value)].strip(" :#-")
            titled = name == "certificate_id" and vocabulary.is_title(head)
            is_named = titled or vocabulary.fact_name(head) == name
            if is_named or (not head and _is_telling(value)):
                return True
        return False

    def _says_of_all(self, text: str) -> bool:
        """`All results in mg/kg`, `reported as received`: where every result was read so."""
        if vocabulary.basis_line(text) == "as received":
            return all(result.basis != "dry" for result in self.results)
        printed = vocabulary.unit_line(text)
        stated = vocabulary.unit(printed) if printed else None
        if stated is None:
            return False
        units = [vocabulary.unit(result.reported_unit) for result in self.results]
        return all(
            unit is not None
            and (unit.canonical, unit.factor, unit.log10)
            == (stated.canonical, stated.factor, stated.log10)
            for unit in units
        )

    def _repeats_detection(self, answer_text: str, text: PageText) -> bool:
        """`Y` or `N` under `detect_flag`, where the result of the row was read so."""
        if vocabulary.column_role(text.column) != "detection":
            return False
        ref, answer = text.source.ref, _YES_OR_NO.get(answer_text.casefold())
        row = ref.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        results = [
            result
            for result in self.results
            if result.ref.sheet == ref.sheet
            and result.ref.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == row
        ]
        return (
            answer is not None
            and bool(results)
            and all(result.detected is answer for result in results)
        )

    def _repeats_a_result(self, text: str) -> bool:
        """`Mitragynine 14.2 mg/g`, where the table says the same."""
        words = re.split(r"\s+|(?<=[^\W\d])\s*[:=]\s*", text)
        for count in range(min(len(words) - 1, _HEADINGS), 0, -1):
            name = " ".join(words[:count]).strip(" :=–-")
            rest = " ".join(words[count:]).lstrip(" :=–-")
            known = vocabulary.analyte(name)
            if known is not None and rest:
                return self._equals_a_result(known.id, name, rest)
        return False

    def _equals_a_result(self, analyte: str, name: str, text: str) -> bool:
        results = [result for result in self.results if result.analyte == analyte]
        if not results:
            return False
        row = ResultRow(SourceText(name, _NOWHERE), SourceText(text, _NOWHERE))
        reading = read_row(row, self.mark, "")
        stated = reading.result
        if stated is None or not stated.measured or reading.hold_reasons:
            return False
        statement = (stated.interval, stated.unit, stated.detected, stated.portion)
        return all(
            (result.interval, result.unit, result.detected, result.portion) == statement
            for result in results
        )

    def _repeats_a_limit_of_detection(self, text: str) -> bool:
        """`Reporting limit for lead 0.01 ppm`, where lead has this LOQ."""
        match = _BOUND.fullmatch(text)
        role = vocabulary.column_role(match["what"]) if match else None
        known = vocabulary.analyte(match["name"]) if match else None
        unit = vocabulary.unit(match["unit"]) if match else None
        if match is None or known is None or unit is None or role not in ("lod", "loq"):
            return False
        size = unit.in_canonical(Decimal(match["number"].replace(",", ".")))
        results = [result for result in self.results if result.analyte == known.id]
        return bool(results) and all(getattr(result, role) == size for result in results)


_BOUND = re.compile(
    r"(?P<what>[^\d:=]+?)\s+(?:for|of|pro|für|pour|para|dla|per|voor|untuk)\s+(?P<name>[^\d:=]+?)"
    r"\s*[:=]?\s*(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>\D.*)"
)
_LEAST_CERTAIN = (Fate.UNDERSTOOD, Fate.PLAIN, Fate.READ_BEFORE, Fate.UNREAD)


def _shape_alone(part: str, text: PageText) -> str:
    """The shape of a name or a page number that stands for itself: beside no result. A name may
    stand beside other words, which are read by themselves."""
    if text.column or text.row_of:
        return ""
    shape = shape_alone(part)
    return shape if not text.label or shape in NAMES else ""


def _is_telling(value: str) -> bool:
    """Whether a value cannot be taken for something else: not `1` or `A`."""
    return (len(value) > 3 and not value.isdigit()) or len(value) > 5


def _may_head(text: PageText) -> bool:
    """A heading has nothing before it; a comment or a text box says something of its own."""
    of_a_group = vocabulary.column_role(text.column) in ("panel", "analyte")
    return (
        not text.label
        and (not text.column or of_a_group)
        and text.kind not in (TextKind.COMMENT, TextKind.TEXT_BOX)
    )


def _is_good_verdict(part: str, text: PageText) -> bool:
    """A good word beside a result may be of something else; beside `Deviations` it excuses."""
    if text.row_of and not vocabulary.may_hold_verdicts(text.column):
        return False
    of_paper = vocabulary.fact_name(text.label) == "status"
    excuses = vocabulary.plain_label(text.label) == "deviation"
    return not excuses and vocabulary.is_good_verdict(part.strip(), of_paper=of_paper)


def _is_heading(said: str, text: PageText) -> bool:
    """A heading alone, or beside another one, `Client | Sample`, or a word for tests:
    `Panel: Heavy metals`."""
    if _may_head(text):
        return _are_headings(said)
    if not text.label or text.row_of:
        return False
    names_tests = vocabulary.column_role(text.label.strip(" :")) in ("panel", "analyte")
    return _are_headings(text.label, said) or (names_tests and is_heading(said))


def _are_headings(*texts: str) -> bool:
    return all(map(_is_header_word, texts)) or all(map(is_heading, texts))


@lru_cache(4096)
def _names_the_same(text: str, name: str) -> bool:
    """Whether a text beside a result is another name of its analyte, or letters of its name in
    their order: `PB` beside `Lead`, `TVC` beside `Total viable count`."""
    said, meant = vocabulary.analyte(text.replace("_", " ")), vocabulary.analyte(name)
    if said is not None:
        return meant is not None and said.id == meant.id
    letters = "".join(c for c in folded(text) if c.isalpha())
    is_word = vocabulary.status(text) is not None or has_adverse_word(text)
    if is_word or not _ABBREVIATION.fullmatch(text):
        return False
    words = re.findall(r"[^\W\d_]+", folded(name))
    starts = any(word.startswith(letters[:1]) for word in words)
    rest = iter("".join(words))
    return starts and all(letter in rest for letter in letters)


def _names_a_sheet(text: str) -> bool:
    """`Sheet1`, `Oct 2026`; what a product is in one word, `Gummies`."""
    of_product = vocabulary.product_form(text) is not None and not vocabulary.potent_words(text)
    return _SHEET.fullmatch(text) is not None or is_day(f"1 {text}") or of_product


@lru_cache(8192)
def _is_header_word(text: str) -> bool:
    """A header word or a label by itself says nothing; one that is a verdict, too, may."""
    if not any(c.isalnum() for c in text) or vocabulary.status(text) is not None:
        return False
    if vocabulary.is_answer(text):
        return False
    if vocabulary.is_title(text):
        return True
    known = (vocabulary.column_role(text), vocabulary.fact_name(text), vocabulary.plain_label(text))
    return any(role is not None for role in known)


def _named(text: PageText) -> str:
    """What stands before a text or heads its column, where that is no prose."""
    name = (text.label or text.column).strip(" :")
    return name if len(name) <= _LONGEST_LABEL else ""
