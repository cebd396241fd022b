"""Texts that nobody has read: what is left in a file, and how a person's reading of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import tomlkit

from kratom_qc.app.reading import Reading
from kratom_qc.archive import disk
from kratom_qc.domain.account import AccountEntry, Fate
from kratom_qc.domain.certificate import InterpretedCertificate
from kratom_qc.domain.errors import RulebookError, UsageError
from kratom_qc.interpret.texts import own_words, read_again
from kratom_qc.vocabulary.adverse import objection
from kratom_qc.vocabulary.texts import TextRegister, generalised
from kratom_qc.vocabulary.texts import load as load_texts


@dataclass(frozen=True, slots=True)
class UnreadText:
    """A text that nobody has read, with the certificate that it holds."""

    entry: AccountEntry
    certificate: InterpretedCertificate

    @property
    def place(self) -> str:
        """Where it stands, as `--cell` names it."""
        return str(self.entry.source.ref)

    @property
    def objection(self) -> str:
        """Why no entry of the register may make it harmless; empty where one may."""
        whole = objection(self.entry.source.text)
        return whole or next(filter(None, map(objection, self.entry.unread)), "")


def unread_texts(reading: Reading, register: TextRegister) -> list[UnreadText]:
    """What nobody has read of a file, each place once, in its order."""
    by_place: dict[str, UnreadText] = {}
    for certificate in reading.certificates:
        for entry in read_again(certificate, register).texts:
            if entry.fate is Fate.UNREAD:
                text = UnreadText(entry, certificate)
                by_place.setdefault(text.place, text)
    return list(by_place.values())


def chosen(texts: Sequence[UnreadText], cells: Iterable[str]) -> list[UnreadText]:
    """The texts at some places. Raises UsageError for a place where none is unread."""
    by_place = {_key(text.place): text for text in texts}
    lacking = [cell for cell in cells if _key(cell) not in by_place]
    if lacking:
        known = ", ".join(text.place for text in texts) or "none"
        raise UsageError(f"no unread text stands at {', '.join(lacking)}; unread are {known}")
    return [by_place[place] for place in dict.fromkeys(map(_key, cells))]


def _key(place: str) -> str:
    return place.replace("'", "").replace("$", "").casefold()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a person says of texts: why they are harmless, who says it, and on which day.
    `everywhere`: on the certificates of every laboratory, not only of the one that printed them."""

    because: str
    by: str
    on: date
    everywhere: bool = False


def entries(texts: Sequence[UnreadText], accepted: Accepted) -> str:
    """Entries of a register for some texts, as TOML. Raises UsageError for the texts that need a
    release decision, and for a laboratory that is not named.
    """
    _check(texts, accepted)
    by_laboratory: dict[str, list[str]] = {}
    for text in texts:
        own = own_words(text.certificate.printed_facts)
        kept = by_laboratory.setdefault("" if accepted.everywhere else own.laboratory, [])
        kept += [generalised(part, own) for part in text.entry.unread]
    return "".join(
        _as_toml(list(dict.fromkeys(kept)), laboratory, accepted)
        for laboratory, kept in by_laboratory.items()
    )


def keep_entries(path: Path, more: str) -> None:
    """Add entries to a register. Raises RulebookError, and leaves it as it was, where it would not
    load any more, and StoreError where it cannot be written."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    disk.write_synced(path, f"{before.rstrip()}\n\n{more}".lstrip().encode())
    try:
        load_texts(path, str(path))
    except RulebookError:
        disk.write_synced(path, before.encode())
        raise


def _check(texts: Sequence[UnreadText], accepted: Accepted) -> None:
    adverse = [
        f"{text.place} '{' '.join(text.entry.source.text.split())}' ({text.objection})"
        for text in texts
        if text.objection
    ]
    if adverse:
        raise UsageError(
            f"needs a release decision for its batch, not an entry of the register: "
            f"{'; '.join(adverse)}"
        )
    for text in texts:
        if "{" in text.entry.source.text or "}" in text.entry.source.text:
            raise UsageError(f"{text.place}: a text with braces cannot be kept in the register")
        if not accepted.everywhere and not own_words(text.certificate.printed_facts).laboratory:
            raise UsageError(
                f"{text.place}: the certificate names no laboratory whose text this could be; "
                "say --everywhere to keep it for every laboratory"
            )


def _as_toml(texts: list[str], laboratory: str, accepted: Accepted) -> str:
    array = tomlkit.array()
    array.extend(texts)
    table = tomlkit.table()
    table["texts"] = array.multiline(True)
    table["because"], table["by"], table["on"] = accepted.because, accepted.by, accepted.on
    if laboratory:
        table["laboratory"] = laboratory
    tables = tomlkit.aot()
    tables.append(table)
    document = tomlkit.document()
    document["read"] = tables
    return tomlkit.dumps(document) + "\n"


def listed(texts: Iterable[UnreadText], file: str) -> Iterator[dict[str, object]]:
    """Unread texts as objects, for programs."""
    for text in texts:
        source = text.entry.source
        yield {
            "file": file,
            "batch_id": text.certificate.batch_id,
            "laboratory": text.certificate.laboratory,
            "sheet": source.ref.sheet,
            "cell": source.ref.cell,
            "kind": str(text.entry.kind),
            "text": source.text,
            "unread": list(text.entry.unread),
            "needs": "a release decision" if text.objection else "",
        }
