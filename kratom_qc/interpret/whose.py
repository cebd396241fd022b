"""Whose lot a certificate speaks of: two vendors may number their lots alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kratom_qc import vocabulary
from kratom_qc.domain.certificate import Certificate, HoldReason, InterpretedCertificate
from kratom_qc.domain.source import SourceText
from kratom_qc.vocabulary.names import words_of_organisation

CLIENT = "client"


def client_of(certificate: Certificate) -> dict[str, SourceText]:
    """For whom a certificate was made, as the fact `client`; empty where it does not say."""
    named = (
        text for text in certificate.texts if vocabulary.names_customer(text.label or text.column)
    )
    first = next((text.source for text in named if text.source.text.strip()), None)
    return {CLIENT: first} if first is not None else {}


def of_two_vendors(certificates: Sequence[InterpretedCertificate]) -> Iterator[HoldReason]:
    """Certificates of one batch number that were made for different clients, or name different
    strains: half of one lot and half of another would pass together. A laboratory may be the client
    of another one."""
    laboratories = [words_of_organisation(one.laboratory) for one in certificates]
    clients = [
        (words, text)
        for one in certificates
        if (text := one.printed_facts.get(CLIENT)) is not None
        and (words := words_of_organisation(text.text))
        and not any(words & laboratory for laboratory in laboratories)
    ]
    yield from _differing("made for", clients)
    names = [
        (strains, text)
        for one in certificates
        if (text := one.printed_facts.get("product_name")) is not None
        and (strains := vocabulary.strains_in(text.text))
    ]
    yield from _differing("of", names)


def _differing(
    what: str, said: Sequence[tuple[frozenset[str], SourceText]]
) -> Iterator[HoldReason]:
    """Texts that share no word with the first."""
    for words, text in said[1:]:
        if not words & said[0][0]:
            first = said[0][1]
            why = (
                f"the batch is {what} '{first.text.strip()}' at {first.ref} and "
                f"'{text.text.strip()}' here: are these two lots with one number?"
            )
            yield HoldReason("BATCH-CONTRADICTS", why, text.ref)
