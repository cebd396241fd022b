"""The things laboratories test for (`words/analytes.toml`, more names in
`words/analyte_languages.toml`), by name and by CAS number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.keys import LONGEST_NAME, name_key
from kratom_qc.vocabulary.lists import closest, index, is_unheard, word_list
from kratom_qc.vocabulary.units import without_statistic

# A name without any of these is of words alone.
_LISTED = re.compile(r"^(?:[a-z]|[0-9]{1,2}|[ivx]{1,4})[.)]\s+(?=\w)")
_SIGNS = re.compile(r"[(\[,/.)¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈ–-]|[0-9]\s*[°º˚]?\s*C")
# `Name (abbreviation)`, `Abbreviation - name` and `Name, abbreviation`
_NAMED_TWICE = tuple(
    map(re.compile, (r"^(.+?)\s*[(\[](.+)[)\]]$", r"^(.+?)\s+[-–/]\s+(.+)$", r"^(.+?)\s*,\s*(.+)$"))
)
_HOW_MANY = re.compile(
    r"(.{3,80}?)\s*[(\[,]\s*(?:multi-?[^\W\d]*(?:\s(?:method|screen))?\s*[,;:–-]\s*)?"
    r"(?:over|more than|>|ca\.?|about|přes|über|plus de|más de)?\s*[0-9]{1,4}\+?\s+(?:compounds"
    r"|analytes|pesticides|actives|residues|groups|classes|items"
    r"|active substances|active ingredients|actives|Stoffe|Pestizide|substances|l[áa]tek"
    r"|účinných látek|Wirkstoffe|Substanzen|composés"
    r"|molécules|compuestos|substancias|principios activos|substâncias|substancji|sostanze"
    r"|principi attivi|stoffen|senyawa)\s*[)\]]?",
    re.IGNORECASE,
)
_SUMMED = re.compile(
    r"(.{3,80}?)\s*[(\[,]\s*(?:calc\.?|calculated|sum|total|Summe|gesamt|suma|součet|somme|somma|soma"
    r"|som|jumlah|łącznie|(?:(?:calc\.|calculated)\s+)?sum(?:\s+of\s+(?:the"
    r"\s+|all\s+)?(?:above|listed|quantified"
    r"|measured|detected|isomers))?|all isomers"
    r"|Summe(?:\s+der\s+(?:oben\s+)?genannten)?|součet(?:\s+výše"
    r"\s+uvedených)?|somme\s+des\s+précédents|suma\s+de\s+los\s+anteriores)\s*[)\]]?",
    re.IGNORECASE,
)

# `(30 °C)`, `à 30 °C`, `30-35°C`, `@ 30°C, 72 h`, `(35C)`: at what temperature a thing was counted
# or dried, and how long
_HEATED = re.compile(
    r"^(?P<name>.+?)(?:[\s,]*[(\[]\s*|[\s,]+)(?:(?:at|při|bei|à|a|em|w|in|bij|op|pada|suhu|ที่|@)\s*)?"
    r"(?P<low>[0-9]{2,3})(?:\s*[-–]\s*(?P<high>[0-9]{2,3}))?\s*[°º˚]?\s*C"
    r"(?:\s*[,/]\s*(?:for\s+)?[0-9]{1,3}\s*h(?:ours?)?)?\s*[)\]]?[\s*#†‡]*$"
)
# `Lead (as Pb)`: an element given as itself, and not as an oxide of it
_GIVEN_AS = re.compile(
    r"(?P<name>.{1,60}?)\s*[(\[,]\s*(?:as|als|jako|jak|como|comme|come|sebagai|calculated as"
    r"|expressed as|berechnet als)\s+(?P<given>.{1,60}?)\s*[)\]]?",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:total[es]?|totalen?|totaal|totale|gesamt|gesamtgehalt|celkov[áéýě]|celkem|całkowit[ayei]"
    r"|ogółem|ogólny)\b|^Gesamt(?=[-A-ZÄÖÜ])|ทั้งหมด",
    re.IGNORECASE,
)
_TOTAL_BEHIND = re.compile(r"(.{3,60}?)\s*[,(]\s*total\s*\)?", re.IGNORECASE)
_HOW = re.compile(r"(?P<name>.{3,80}?)\s*[(\[,]\s*(?P<how>[^()\[\]]{2,50}?)\s*[)\]]?")
_MEASURED = ("physical", "microbe")
_NO_SYMBOLS = ("n/a", "n.a.", "n.a", "n/d", "n.d.", "n.d", "n.b.", "n/b")
_SUM_WORDS = r"(?:total|sum|suma|somma|somme|soma|som|summe|součet|jumlah)"
_FOUR_AFLATOXINS = re.compile(
    rf"(?:{_SUM_WORDS}\s+(?:of\s+|der\s+|des\s+|de\s+|di\s+|delle\s+|van\s+|z\s+)?)?a[fph]\w*lato[a-zńóúéíčřž]+"
    rf"[\s,(:–-]*(?:{_SUM_WORDS}\s*(?:of|der|des|de|di|z)?[\s:]*)?[(\s]*B1\s*[,+/]\s*B2\s*[,+/]\s*G1\s*(?:[,+/]|and|und|et|y|e|i|a)\s*G2\s*\)?"
    rf"[\s,–-]*(?:{_SUM_WORDS})?",
    re.IGNORECASE,
)
_OF_MEASURED = re.compile(
    r"(?:total|sum|suma|somme|summe|somma|soma|som|součet|jumlah)(?P<of>\s+(?:of|der|des|de|di|delle|van|z))?"
    r"(?:\s+(?:the|all|todos|toutes|tous|aller|alle|tutti|wszystkich))?"
    r"(?P<measured>\s+(?:measured|quantified|quantitated|tested|determined|analy[sz]ed|listed|reported|identified"
    r"|detected|individual|above|gemessenen|bestimmten|quantifizierten|dosés|mesurés|medidos|analizados"
    r"|determinados|misurati|analizzati|gemeten|bepaalde|oznaczonych|zmierzonych|měřených|stanovených))*"
    r"\s+(?P<what>[^\W\d]\S*(?:\s\S+)?)",
    re.IGNORECASE,
)
_SUMS = ("total", "solvent")  # `Hexanes (sum)`, of their isomers
_OF_MOULDS = ("tymc", "yeasts", "moulds")
# `Lead ¹`, `Lead (1)`, `Lead ᵃ`: a note stands somewhere, and is read by itself
_NOTED = re.compile(
    r"(?<=[^\W\d_)])\s*(?:[¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈ]{1,2}\)?|[\s,]*\([1-9]\)|\s+[1-9a-d]\))+\s*$"
)
# What laboratories mark a test with that is (not) in the scope of their accreditation
_ACCREDITED = re.compile(r"\s*[(\[][AN][)\]]\s*$")


_AVERAGE = re.compile(r"^\s*(?:avg|aver|ave)\.?\s+(?=[^\W\d])", re.IGNORECASE)
_PERCENT = re.compile(r"(?:per ?cent|pct\.?)\s+(?P<name>[^\W\d].*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Analyte:
    """A thing laboratories test for. `measure`: mass, count, presence, percent, number or
    described."""

    id: str
    name: str
    family: str
    measure: str
    cas: tuple[str, ...]


@cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte by id."""
    return {
        row["id"]: Analyte(
            id=row["id"],
            name=row["name"],
            family=row["class"],
            measure=row.get("measure", "mass"),
            cas=tuple(row.get("cas", ())),
        )
        for row in word_list("analytes.toml")["analyte"]
    }


@cache
def analyte_spellings() -> Mapping[str, str]:
    """Every spelling's key → id. Raises RulebookError where one stands for two analytes."""
    rows = [
        (row["id"], spelling)
        for row in word_list("analytes.toml")["analyte"]
        for spelling in (row["id"], row["name"], *row.get("spellings", ()))
    ]
    for names in word_list("analyte_languages.toml").values():
        rows += [(known, name) for known, joined in names.items() for name in joined.split(" · ")]
    if unknown := {known for known, _ in rows} - analytes().keys():
        raise RulebookError(f"words/analyte_languages.toml: no analytes: {sorted(unknown)}")
    keyed = ((name_key(spelling), known, spelling) for known, spelling in rows)
    return index(keyed, "words/analytes.toml")


@cache
def cas_numbers() -> Mapping[str, str]:
    """CAS number → id. Raises RulebookError where one stands for two analytes."""
    numbers = (
        (number, analyte.id, number) for analyte in analytes().values() for number in analyte.cas
    )
    return index(numbers, "words/analytes.toml")


@cache
def ambiguous_names() -> Mapping[str, tuple[str, ...]]:
    """The key of every name that laboratories use for several things → what it may mean."""
    names = word_list("analytes.toml")["ambiguous_names"]
    return {name_key(name): tuple(meanings) for name, meanings in names.items()}


def analyte_by_cas(number: str) -> Analyte | None:
    """The analyte with this CAS registry number."""
    known = cas_numbers().get(number.strip())
    return analytes()[known] if known else None


@lru_cache(8192)
def analyte(text: str) -> Analyte | None:
    """The analyte a laboratory's name stands for, or None. `Lead (Pb)` is read; `Mercury (methyl)`
    is not guessed."""
    if len(text) > LONGEST_NAME:
        return None
    if text.strip().casefold() in _NO_SYMBOLS:
        return None  # no sodium, no neodymium
    spellings = analyte_spellings()
    if whole := spellings.get(name_key(text)) or _total_of_measured(text):
        return analytes()[whole]
    if (whole_word := _AVERAGE.sub("Average ", text)) != text:
        return analyte(whole_word)  # `Avg. piece weight`
    if _SIGNS.search(text) is None:
        return _tested_for(text.strip())
    for marks in (_NOTED, _ACCREDITED):  # `Mitragynine (N)`: not accredited
        if (bare := marks.sub("", text)) != text:
            return analyte(bare)
    heated = _HEATED.match(text.strip())
    if heated is not None:
        return _at(analyte(heated["name"]), int(heated["low"]), int(heated["high"] or 0))
    if (bare := _LISTED.sub("", text.strip())) != text.strip():
        return analyte(bare)  # `a. Lead (Pb)`
    ways = (
        _aflatoxins,
        _averaged,
        _in_two_languages,
        _named_twice,
        _counted,
        _given_as_itself,
        _tested_for,
        _dried_or_plated,
    )
    return next((known for way in ways if (known := way(text.strip())) is not None), None)


def _total_of_measured(text: str) -> str | None:
    """The id of a total that is said to be of what was measured: `Total of measured alkaloids`."""
    summed = _OF_MEASURED.fullmatch(text.strip())
    if summed is None or not (summed["of"] or summed["measured"]):
        return None
    return analyte_spellings().get(name_key(f"Total {summed['what']}"))


def _aflatoxins(text: str) -> Analyte | None:
    """`Aflatossine (somma B1, B2, G1, G2)`, `Sum of aflatoxins B1+B2+G1+G2`: the four together."""
    return analytes()["total-aflatoxins"] if _FOUR_AFLATOXINS.fullmatch(text) else None


def _named_twice(text: str) -> Analyte | None:
    """`Lead (Pb)`: both names stand for the same."""
    for pattern in _NAMED_TWICE:
        parts = pattern.match(text)
        meanings = {analyte(part) for part in parts.groups()} if parts else set()
        meaning = meanings.pop() if len(meanings) == 1 else None
        if meaning is not None:
            return meaning
    return None


def _given_as_itself(text: str) -> Analyte | None:
    stated = _GIVEN_AS.fullmatch(text)
    known = analyte(stated["name"]) if stated else None
    alike = stated is not None and known is not None and known == analyte(stated["given"])
    return known if alike and known is not None and known.family == "element" else None


def _tested_for(text: str) -> Analyte | None:
    """`Detection of Salmonella spp.`, `Recuento de E. coli`: a microbe after words that say that it
    was looked for or counted; `Kadar mitraginin`: a substance after words for its content."""
    for words, of_microbes in (("looked_for", True), ("content_of", False)):
        match = _words_before(words).match(text)
        known = analyte(match["name"]) if match else None
        if known is not None and (known.family == "microbe") == of_microbes:
            return known
    return _whole_element(text) or _in_percent(text)


def _in_percent(text: str) -> Analyte | None:
    """`Percent moisture`: a share after the word for its unit."""
    match = _PERCENT.fullmatch(text)
    known = analyte(match["name"]) if match else None
    return known if known is not None and known.measure == "percent" else None


def _whole_element(text: str) -> Analyte | None:
    """`Arsen (As) gesamt`, `Arsênio total`: an element in whatever form it is; and `Yeast & Mold,
    Total`."""
    turned = _TOTAL_BEHIND.fullmatch(text.strip())
    whole = analyte_spellings().get(name_key(f"Total {turned[1]}")) if turned else None
    if whole is not None:
        return analytes()[whole]
    bare = _WHOLE.sub("", text.strip()).strip(" ,-–:")
    known = analyte(bare) if 1 < len(bare) < len(text.strip()) else None
    return known if known is not None and known.family == "element" else None


@cache
def _words_before(name: str) -> re.Pattern[str]:
    longest_first = sorted(word_list("analytes.toml")[name], key=len, reverse=True)
    words = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?:{words})\s*(?P<name>\S.*)", re.IGNORECASE)


def _counted(text: str) -> Analyte | None:
    """`Pesticide residues (72 compounds)`, and a total of which it is said that it is one: `Total
    alkaloids (sum)`."""
    counted, summed = _HOW_MANY.fullmatch(text), _SUMMED.fullmatch(text)
    if counted:
        return analyte(counted[1])
    known = analyte(summed[1]) if summed else None
    return known if known is not None and known.family in _SUMS else None


def _dried_or_plated(text: str) -> Analyte | None:
    """`Moisture (forced draft oven)`, `Total aerobic count, pour plate`: how it was measured."""
    match = _HOW.fullmatch(text)
    known = analyte(match["name"]) if match else None
    words = re.findall(r"[^\W\d_]+", match["how"].casefold()) if match else []
    is_method = bool(words) and _how() >= {*words}
    return known if is_method and known is not None and known.family in _MEASURED else None


@cache
def _how() -> frozenset[str]:
    return frozenset(word_list("analytes.toml")["how"])


def _in_two_languages(text: str) -> Analyte | None:
    """`Chì / Lead (Pb)`: a name beside one of a language that none of our lists speaks. A word that
    they know may change what is meant: `Mercury / methyl`."""
    parts = [part.strip() for part in re.split(r"\s+/\s+|\n", text) if part.strip()]
    if len(parts) < 2:
        return None
    meanings = {part: analyte(part) for part in parts}
    known = {found for found in meanings.values() if found is not None}
    strange = all(is_unheard(part) for part, found in meanings.items() if found is None)
    return known.pop() if strange and len(known) == 1 else None


def _averaged(text: str) -> Analyte | None:
    """`Fill weight (mean of 20)`: of how many it is the mean."""
    said = _HOW.fullmatch(text)
    if said is None or not said["name"][-1].isalpha():
        return None
    return None if without_statistic(f"({said['how']})") else analyte(said["name"])


def _at(known: Analyte | None, low: int, high: int) -> Analyte | None:
    """An analyte determined at a temperature (°C): the heat of drying says nothing of what is
    measured, that of incubation tells mesophiles from others."""
    if known is None or known.family == "physical":
        return known
    coolest = 20 if known.id in _OF_MOULDS else 30
    incubated = coolest <= low and max(low, high) <= 37
    return known if known.family == "microbe" and incubated else None


@cache
def _in_tables() -> Mapping[str, str]:
    rows = (
        (name_key(name), test, name)
        for test, names in word_list("analytes.toml")["in_tables"].items()
        for name in names
    )
    return index(rows, "words/analytes.toml [in_tables]")


def analyte_in_table(text: str) -> Analyte | None:
    """The test that a word names where an answer stands beside it: `Pesticides (72 compounds) |
    ND`, `Description | Brown powder`."""
    counted = _HOW_MANY.fullmatch(text.strip())
    known = _in_tables().get(name_key(counted[1] if counted else text))
    return analytes()[known] if known else None


def meanings_of(text: str) -> tuple[str, ...]:
    """What a name may mean that laboratories use for several things, such as `LOD`; empty for every
    other name."""
    return ambiguous_names().get(name_key(text), ())


@lru_cache(8192)
def nearest_analytes(text: str) -> tuple[str, ...]:
    """Up to three known names near an unknown one, for the person who must decide."""
    spellings = analyte_spellings()
    near = closest(name_key(text[:LONGEST_NAME]), spellings, 6)
    return tuple(dict.fromkeys(analytes()[spellings[key]].name for key in near))[:3]
