"""Plain shapes: texts that say nothing of the batch, by strict grammars.

Each word of a plain shape is of the shape's closed set (`words/plain.toml`), a number where one
belongs, or a proper name in a place for one. Where that is in doubt the text is not plain: somebody
reads it once, and the register of texts keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from kratom_qc import vocabulary
from kratom_qc.interpret.addresses import is_address, is_part_of_address, is_place
from kratom_qc.interpret.headings import is_heading, is_legend
from kratom_qc.interpret.papers import (
    DATE,
    is_date,
    is_document,
    is_identifier,
    is_limit_of_detection,
    is_signature,
    is_test_code,
    says_nothing,
)
from kratom_qc.vocabulary.adverse import has_adverse_word
from kratom_qc.vocabulary.composed import composed_label
from kratom_qc.vocabulary.contacts import is_contact
from kratom_qc.vocabulary.keys import folded
from kratom_qc.vocabulary.methods import techniques_in
from kratom_qc.vocabulary.names import (
    is_capitalised_name,
    is_organisation,
    is_person,
    is_role,
    is_thai_name,
)
from kratom_qc.vocabulary.plain_words import plain_words
from kratom_qc.vocabulary.rows import quality_control

_MOST_LABEL_WORDS = 4
_LONGEST = 300  # characters; no plain shape needs more
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_BLANK = re.compile(r"[\s_\-–—.…:/|=□☐]*")
_NOTHING = re.compile(
    r"[-–—/]{1,3}|n\.?\s?/?\s?a\.?|none|nil|no (?:comments?|remarks?|notes?)|žádn[áéý]"
    r"|bez poznám(?:ky|ek)"
    r"|keine?|ohne|aucune?|néant|ningun[oa]|sin observaciones|nenhuma?|brak(?: uwag)?|nessun[oa]"
    r"|geen|tidak ada|nihil|ไม่มี",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:page|p\.|seite|strana|str\.|s\.|p[aá]gina|p[aá]g\.|strona|halaman|hal\.|blad"
    r"|หน้า(?:ที่)?)\s*:?\s*"
    r"[0-9]{1,4}\s*(?:of|/|von|z|ze|de|di|dari|sur|van|จาก)\s*[0-9]{1,4}"
    r"|(?:page|seite|strana|p[aá]gina|strona|halaman|pagina|หน้า)\s*:?\s*[0-9]{1,4}",
    re.IGNORECASE,
)
# Without a word for a page, `3 of 5` may be tubes.
_FIRST_PAGE = re.compile(r"1\s*(?:of|von|z|de|di|dari|van|จาก)\s*[0-9]{1,3}", re.IGNORECASE)
_OF_PAGES = re.compile(
    r"[0-9]{1,4}(?:\s*(?:of|/|von|z|ze|de|di|dari|sur|van|จาก)\s*[0-9]{1,4})?", re.I
)
_IN_BRACKETS = re.compile(r"\s*\((?P<who>[^()]{2,40})\)$")
_CLOCK = re.compile(
    r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?:\s?[ap]\.?m\.?)?(?:\s(?:[A-Z]{1,2}[SD]?T|UTC|GMT))?",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:[0-9]{4}(?:\s?[-–]\s?[0-9]{4})?)?,?\s*"
    r"(?P<who>.*)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"(?P<label>[^_:]{2,40}?)\s*:?\s*_{3,}\s*(?:(?P<more>[^_:]{2,20}?)\s*:?\s*_{3,})?"
)
_OWN_METHOD = re.compile(
    r"(?<![\w.])(?:[A-Z]{1,4}[ -]){1,2}[A-Z]?[0-9]{1,4}(?:[./-][0-9]{1,4})*(?![\w])"
)
# Whether a test is in the scope of the laboratory's accreditation, in the column that says so
_ACCREDITED = re.compile(
    r"[ANQSYXanyx]|[*#✓✔×☑☒]|SA|SN|NA|AF|yes|no|ano|ne|ja|nein|nee|oui|non|s[ií]|sim|n[aã]o|tak|nie"
    r"|ya|tidak",
    re.IGNORECASE,
)
# The note is read by itself.
_SEE_NOTE = re.compile(
    r"\s*\((?:viz|see|siehe|s\.|voir|véase|ver|vedi|zob\.|patrz|zie|lihat)\s+"
    r"(?:pozn(?:ámka|\.)|note|anm(?:erkung|\.)|nota?|uwag[ai]|opm(?:erking|\.)|catatan)\s*[0-9]?\)$",
    re.IGNORECASE,
)
_BETWEEN_METHODS = re.compile(r"[\s,;()\[\]+/&<>]+|(?<=[a-z])[-–](?=[a-z])")
# A word, a number with the unit behind it apart, or a sign.
_TELLS = re.compile(r"[0-9]+(?:[.,:][0-9]+)*(?:-[0-9]+)*|[^\W\d][\w'.-]*|°\s?[cf]\b|[^\w\s]")
_CODE = re.compile(r"[0-9][0-9.:-]*")
_NAMED_METHOD = re.compile(r"(?:sop|tm|wi|ltm|tp|pnt)-?[0-9][0-9.-]*")
_AMOUNT = re.compile(
    rf"(?:ca\.?|approx\.?|~|±|x|×|1\s?:)?\s*(?P<number>{_NUMBER})?\s*(?P<unit>[^\d\s].*)?"
)
_UNIT_OF_NUMBER = re.compile(r"[0-9]\s*([^\d\s,;]+)")
_PLACE_AND_DAY = re.compile(
    r"(?:(?:V|Ve|W|En|A|À|Fait à|Em)\s+)?(?P<place>[^\d,]{3,40}?)"
    r"(?:,\s*(?:le|den|dnia|dne|a|em|op|tanggal|tgl\.?|il)?\s*|\s+(?:dne|dnia|den)\s+)(?P<day>[0-9].{5,30}?)"
    r"(?:\s*r\.)?"
)


def plain_shape(text: str, label: str = "") -> str:
    """Which plain shape a text has, in a few words; empty where it has none. `label` is what stands
    before it in its row, or heads its column."""
    return _plain_shape(text.strip().lstrip(": "), label.strip()) if len(text) <= _LONGEST else ""


@lru_cache(16384)
def _plain_shape(text: str, label: str) -> str:
    for each_kind in _kinds_of(label) if label else ():
        if shape := _shape_under(each_kind, text):
            return shape
    for part_kind, rest in _labelled(text):
        if not rest:
            return "a label"
        if shape := _shape_under(part_kind, rest):
            return shape
    return _shape_anywhere(text)


def _kinds_of(label: str) -> Iterator[str]:
    """What may stand beside a label, or below a heading."""
    role = vocabulary.column_role(label)
    if kind := vocabulary.plain_label(label):
        yield kind
    elif vocabulary.is_title(label):
        yield "identifier"  # `Test report | IE-26-004518`
    elif role == "ignored" and (kind := composed_label(label)):
        yield kind  # `Test ID`, which heads a column and is no label
    if _heads_methods(label):  # `Referência` may head numbers of orders, too
        yield "method"
    if role in _LIKE_LABELS:
        yield _LIKE_LABELS[role]


def _heads_methods(label: str) -> bool:
    """`Method`, in one language or in several."""
    parts = [part for part in re.split(r"\s*[/|\n]\s*", label) if part]
    return bool(parts) and all(vocabulary.column_role(part) == "method" for part in parts)


def _labelled(text: str) -> Iterator[tuple[str, str]]:
    """(the kind of label that a text begins with, what stands behind it): `Sample weight: 0.5 g`,
    with a colon or without."""
    head, colon, rest = text.partition(":")
    if colon:
        ways = [(head, rest)]
    else:
        words = text.split(" ")
        counts = range(min(len(words) - 1, _MOST_LABEL_WORDS), 0, -1)
        ways = [(" ".join(words[:count]), " ".join(words[count:])) for count in counts]
    for label, value in ways:
        kind = vocabulary.plain_label(label)
        if kind is None and colon and is_role(label):
            kind = "person"  # `Responsable technique : S. Morvan`
        if kind is not None:
            yield kind, value.strip()


def _shape_under(kind: str, text: str) -> str:
    """The shape that a value has under a label of a kind."""
    shape, is_it = _UNDER.get(kind, ("", _never))
    if shape and (is_it(text) or _BLANK.fullmatch(text)):
        return shape
    return "nothing stated" if shape and kind not in _SPEAKING and says_nothing(text) else ""


def _shape_anywhere(text: str) -> str:
    for shape, is_it in _ANYWHERE.items():
        if is_it(text):
            return shape
    return _letterhead(text)


# Words that head columns, and stand before values as well
_LIKE_LABELS = {"species": "plant", "panel": "method", "analyte": "method"}
# Labels beside which `none` is an answer of its own
_SPEAKING = ("deviation", "note", "condition", "accredited", "method")
NAMES = ("a person's name", "an organisation's name")


@lru_cache(8192)
def shape_alone(text: str) -> str:
    """Which shape a text has that says nothing where it stands for itself: a person's or an
    organisation's name, the number of a page without a word for it."""
    if is_person(text) or is_role(text.rstrip(" :")):
        return NAMES[0]
    if _is_party(text) or folded(text) in plain_words("organisation", "form"):
        return NAMES[1]
    if is_place(text):
        return "a place"
    return "a page number" if _FIRST_PAGE.fullmatch(text) else ""


def _letterhead(text: str) -> str:
    """An address with telephone and web behind it on one line: `12 Main St, Austin, TX 78701, tel.
    +1 512 555 0100, www.example.org`."""
    parts = [part.strip() for part in re.split(r"[,;]|\s[–—*·|•-]\s|\s(?=www\.|https?:)", text)]
    parts = [part for part in parts if part]
    last = len(parts)
    while last and is_contact(parts[last - 1]):
        last -= 1
    before = ", ".join(parts[:last])
    if 0 < last < len(parts) and (is_address(before) or is_organisation(before)):
        return "an address"
    return "a contact" if parts and not last else ""


# ---------------------------------------------------------------- shapes


def _never(_: str) -> bool:
    return False


def _is_form_mark(text: str) -> bool:
    return bool(_BLANK.fullmatch(text))


def is_page_number(text: str) -> bool:
    """`Page 1 of 2`, in any of our languages."""
    return bool(_PAGE.fullmatch(text))


def is_clock(text: str) -> bool:
    """A time of day."""
    return bool(_CLOCK.fullmatch(text))


def _is_copyright(text: str) -> bool:
    match = _COPYRIGHT.fullmatch(text)
    who = match["who"].strip(" .") if match else ""
    return match is not None and (not who or is_organisation(who))


def _is_signature_line(text: str) -> bool:
    """`Analyst: ________  Date: ________`."""
    match = _SIGNATURE.fullmatch(text)
    labels = [match["label"], match["more"]] if match else []
    return bool(labels) and all(
        vocabulary.plain_label(label) is not None or vocabulary.fact_name(label) is not None
        for label in labels
        if label
    )


def is_quantity(text: str) -> bool:
    """An amount of a sample, a dilution, a temperature: a number with a unit that no result has."""
    amount, _, container = text.partition(" in ")
    if container and _is_container(re.sub(r"^an?\s", "", container)):
        text = amount
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return False
    unit = folded(match["unit"] or "").strip(" .")
    if _measures_content(unit):
        return False
    parts = [part for part in re.split(r"\s*[/x×]\s*|\s+", unit) if part]
    return all(
        part in plain_words("quantity", "unit") or part in plain_words("container", "words")
        for part in parts
    )


def _measures_content(unit: str) -> bool:
    """Whether a unit is one of results: `41 mg/kg` is no temperature and no amount of a sample."""
    known = vocabulary.unit(unit) if unit else None
    return known is not None and "/" in known.canonical and unit != "%"


def _is_packed(text: str) -> bool:
    """How much of a sample came in what, in which state: `250 g, sealed foil pouch`."""
    parts = [part.strip() for part in re.split(r"[,;/]|\bin\b", text) if part.strip()]
    if any(map(_measures_content, _UNIT_OF_NUMBER.findall(folded(text)))):
        return False
    return bool(parts) and all(
        is_quantity(part) or _is_container(part) or _is_condition(part) for part in parts
    )


def is_place_and_day(text: str) -> bool:
    """Where and when a paper was signed: `Lyon, le 19 octobre 2026`, `V Brně dne 12. 10. 2026`."""
    match = _PLACE_AND_DAY.fullmatch(text)
    return (
        match is not None
        and is_date(match["day"])
        and is_capitalised_name(match["place"].strip(" ,"), 3)
    )


def is_method(text: str) -> bool:
    """What results are obtained by: techniques, numbers of published or own methods, and words
    between them."""
    rest = text
    for mention in techniques_in(text):
        rest = re.sub(re.escape(mention.words), " ", rest, flags=re.IGNORECASE)
    rest = folded(_without_own_numbers(rest))
    tokens = [token.strip(".:*-–") for token in _BETWEEN_METHODS.split(rest)]
    known = all(_is_known(token, _method_words()) for token in tokens)
    return known and any(c.isalpha() for c in text)


def _without_own_numbers(text: str) -> str:
    """A method without the numbers that laboratories give their own: `FP 2.6.12`, `MI-LQ 19`."""
    return _OWN_METHOD.sub(lambda match: match[0] if _says_more(match[0]) else " ", text)


def _says_more(number: str) -> bool:
    letters = re.findall("[A-Z]+", number)
    return has_adverse_word(" ".join(letters)) or any(map(_means_something, letters))


def _means_something(word: str) -> bool:
    return vocabulary.status(word) is not None or bool(quality_control(word, of_method=True))


def is_told_method(text: str) -> bool:
    """A sentence that tells how results are obtained: `Microwave digestion with HNO3, ICP-MS in He
    mode.` Every word is of closed lists that say nothing of what was found, and every number is of
    a published method or has a unit that no result has."""
    rest = f" {folded(text).replace('carried out', 'carried-out')} "
    techniques = techniques_in(text)
    for mention in techniques:
        rest = rest.replace(folded(mention.words), " , ")
    tokens = [token.strip(".:*'-") for token in _TELLS.findall(rest)]
    tokens = [token for token in tokens if token]
    tells = bool(techniques) or not (_told("sign") | _published()).isdisjoint(tokens)
    return tells and all(_tells_how(tokens, index) for index in range(len(tokens)))


def _tells_how(tokens: Sequence[str], index: int) -> bool:
    token, before = tokens[index], tokens[index - 1] if index else ""
    if token in _told("aux"):
        return _is_done(tokens[index:])
    if token in _told("words", "prose", "reagent", "number") or _NAMED_METHOD.fullmatch(token):
        return True
    if token[0].isdigit():
        return _is_number_of_method(tokens, index)
    if token in _told("done_in"):
        return before[:1].isdigit() or before == "/"
    if token == "%":
        return not _told("reagent").isdisjoint(tokens[index + 1 : index + 2])
    if token in _published() or not token[0].isalnum():
        return True
    has_name = vocabulary.analyte(token) is not None or bool(techniques_in(token))
    return len(token) > 1 and has_name


def _is_done(tokens: Sequence[str]) -> bool:
    """`was digested`, `has been carried out`; `is extract` tells what a sample is."""
    after = next((token for token in tokens if token not in _told("aux")), "")
    return after.endswith("ed") or after in _told("done")


def _is_number_of_method(tokens: Sequence[str], index: int) -> bool:
    """Whether a number has a unit that no result has, is the first of a range, or names a published
    method."""
    after, next_after = [*tokens[index + 1 : index + 3], "", ""][:2]
    if after in _told("done_in") or (after == "%" and next_after in _told("reagent")):
        return True
    if after in ("-", "x", "×", "±", "/") and next_after[:1].isdigit():
        return True
    return _is_published(tokens[:index]) and bool(_CODE.fullmatch(tokens[index]))


def _is_published(before: Sequence[str]) -> bool:
    """Whether a body that publishes methods stands right before: `USP <`, `ČSN EN ISO`."""
    words = [token for token in before[-2:] if token[0].isalpha()]
    return bool(words) and words[-1] in _published()


@cache
def _published() -> frozenset[str]:
    parts = (part for phrase in _told("body") for part in re.split(r"[\s/-]+", phrase))
    return frozenset(part for part in parts if len(part) > 1)


@cache
def _told(*kinds: str) -> frozenset[str]:
    return frozenset().union(*(plain_words("method", kind) for kind in kinds))


@cache
def _method_words() -> frozenset[str]:
    phrases = [
        phrase for kind in ("body", "own", "words") for phrase in plain_words("method", kind)
    ]
    parts = (part.strip(".") for phrase in phrases for part in re.split(r"[\s/\-]+", phrase))
    return frozenset((*phrases, *parts))


def is_method_in_place(text: str) -> bool:
    """What stands in the place of a method: also the bare numbers of a laboratory's own methods,
    with a mark for accreditation behind: `BAB-M-11 † HPLC-PDA`."""
    rest = [word for word in re.sub("[*†‡§]", " ", text).split() if not _is_own_method(word)]
    words = " ".join(rest)
    return not words or is_method(words) or is_instrument(words) or is_test_code(words)


def _is_own_method(word: str) -> bool:
    parts = re.split(r"[-./]", word.strip(",;"))
    short = all(re.fullmatch(r"[A-Z]{1,4}|[A-Z]{0,2}[0-9]{1,5}[A-Za-z]?", part) for part in parts)
    return len(parts) > 1 and short and is_identifier(word.strip(",;"))


def is_instrument(text: str) -> bool:
    """Makers, kinds and models of instruments: `Agilent 7900 ICP-MS, no. 12`."""
    without = re.sub(r"\bno\.?\s*(?=\S*[0-9])", " ", folded(text))
    tokens = [token.strip("().,") for token in re.split(r"[\s/,;-]+", without)]
    makers = plain_words("instrument", "words")
    has_maker = not makers.isdisjoint(tokens)
    return has_maker and all(_is_known(token, makers) for token in tokens)


def _is_known(token: str, words: frozenset[str]) -> bool:
    """Whether a token is a word of a closed list, a number or a code."""
    if token in words or not any(c.isalnum() for c in token):
        return True
    return any(c.isdigit() for c in token) and not has_adverse_word(token)


def _are_headings(text: str) -> bool:
    """Tests that somebody asked for: `Potency, heavy metals, micro`."""
    parts = [part.strip() for part in re.split(r"[,;/&+]|\sand\s", text) if part.strip()]
    return len(parts) > 1 and all(map(is_heading, parts))


def _is_country(text: str) -> bool:
    names = (*plain_words("address", "country"), *plain_words("address", "region"))
    return all(
        folded(part.strip(" .")) in names or re.fullmatch("[A-Z]{2}", part)
        for part in re.split(r"[,/()]", text)
        if part.strip()
    )


def _is_condition(text: str) -> bool:
    match = re.sub(rf"{_NUMBER}\s*°?\s*[CF]\b", " ", text)
    parts = [folded(part.strip(" .")) for part in re.split(r"[,;/]|\band\b", match)]
    good = plain_words("condition", "good")
    return folded(text.strip(" .")) in good or all(part in good for part in parts if part)


def _is_plant(text: str) -> bool:
    """A plant, a part of it, or where it grew."""
    parts = [folded(part.strip(" .")) for part in re.split(r"[,;/()]", text) if part.strip(" .")]
    known = plain_words("plant", "words")
    return bool(parts) and all(
        part in known or _is_country(part) or _says_leaf_only(part) for part in parts
    )


def _says_leaf_only(part: str) -> bool:
    """`Red`, `Green vein`: words by which leaf is sold."""
    form = vocabulary.form_words(part)
    leaf = form.product in (None, "crushed_leaf", "leaf_powder")
    return leaf and not form.left and not vocabulary.potent_words(part)


def _is_container(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", folded(text))
    known = plain_words("container", "words") | plain_words("quantity", "unit")
    return bool(words) and all(word in known for word in words)


def _is_person_in_place(text: str) -> bool:
    """A person where one is named, by initials even; or who it was, `client` or `laboratory`. Words
    that only look like a name may be any sentence: they are read once, and then registered."""
    text = _SEE_NOTE.sub("", text)
    if folded(text.strip(" .")) in plain_words("person", "who"):
        return True
    text = re.sub(rf"[,;\s–-]*(?:{DATE.pattern})$", "", text, flags=re.IGNORECASE)
    people = [part.strip() for part in re.split(r"[;\n/&]|\band\b|\ba\b|\bund\b", text)]
    people = [part for part in people if part]
    if len(people) == 1 and is_thai_name(people[0]):
        return True
    return bool(people) and all(is_person(part, initials=True) or is_role(part) for part in people)


def _is_client(text: str) -> bool:
    """A party in the place for one: any few capitalised words may be its name."""
    contact = _IN_BRACKETS.search(text)
    if contact and is_person(contact["who"], initials=True):
        text = text[: contact.start()]
    head, _, rest = text.replace(" & ", " ").partition(",")
    place = not rest.strip() or is_address(rest.strip()) or is_place(rest)
    return _is_party(text) or (is_capitalised_name(head, 5) and place)


def is_accreditation(text: str) -> bool:
    """By whom a laboratory is accredited for what, with its number: `ISO/IEC 17025:2017, A2LA
    cert. 1234.01`."""
    tokens = [
        token.strip(".:#") for token in re.split(r"[\s,;()/]+|(?<=\w)-(?=style)", folded(text))
    ]
    bodies = plain_words("accreditation", "body")
    words = bodies | plain_words("accreditation", "words")
    return not bodies.isdisjoint(tokens) and all(_is_known(token, words) for token in tokens)


def _is_party(text: str) -> bool:
    """Whom a certificate is made for, with an address or without."""
    if is_organisation(text) or is_person(text):
        return True
    head, comma, rest = text.partition(",")
    is_party = bool(comma) and (is_organisation(head) or is_person(head))
    return is_party and (is_address(rest.strip()) or is_place(rest))


# ---------------------------------------------------------------- which shape where

_Shape = Callable[[str], bool]
_UNDER: Mapping[str, tuple[str, _Shape]] = MappingProxyType(
    {
        "person": ("a person's name", _is_person_in_place),
        "organisation": ("an organisation's name", _is_client),
        "address": ("an address", lambda text: is_address(text) or is_part_of_address(text)),
        "contact": ("a contact", lambda text: is_contact(text) or is_person(text)),
        "identifier": ("an identifier", lambda text: is_identifier(text, in_place=True)),
        "date": ("a date", lambda text: is_date(text) or is_clock(text)),
        "day": ("a date", lambda text: is_date(text) or is_clock(text)),
        "quantity": (
            "an amount that is no result",
            lambda text: is_quantity(text) or _is_packed(text),
        ),
        "method": (
            "a method",
            lambda text: is_method_in_place(text) or _are_headings(text) or is_document(text),
        ),
        "instrument": ("an instrument", lambda text: is_instrument(text) or is_method(text)),
        "plant": ("a plant and its origin", _is_plant),
        "place": ("a place", lambda text: _is_country(text) or is_place(text)),
        "sampler": ("who took the sample", _is_person_in_place),
        "condition": ("a good condition", lambda text: _is_condition(text) or _is_packed(text)),
        "container": ("a container", _is_packed),
        "accredited": ("a mark of accreditation", lambda text: bool(_ACCREDITED.fullmatch(text))),
        "page": (
            "a page number",
            lambda text: is_page_number(text) or bool(_OF_PAGES.fullmatch(text)),
        ),
        "deviation": ("no deviation", lambda text: bool(_NOTHING.fullmatch(text))),
        "note": ("an empty remark", lambda text: bool(_NOTHING.fullmatch(text))),
    }
)
_ANYWHERE: Mapping[str, _Shape] = MappingProxyType(
    {
        "an empty form mark": _is_form_mark,
        "a page number": is_page_number,
        "a time of day": is_clock,
        "a contact": is_contact,
        "a line for a signature": _is_signature_line,
        "an address": is_address,
        "an accreditation": is_accreditation,
        "where and when it was signed": is_place_and_day,
        "a copyright line": _is_copyright,
        "a legend": is_legend,
        "a limit of detection": is_limit_of_detection,
        "who signed, and when": is_signature,
        "the number of a document": is_document,
    }
)
