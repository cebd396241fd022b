"""Where things live and what reading may cost, from the environment, with defaults that work.

Every setting is an environment variable that begins with KRATOM_QC_. A variable that begins so and
is no setting is an error, because whoever misspelt it believes that it is in force.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from kratom_qc.domain.errors import RulebookError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "KRATOM_QC_"
_ELSEWHERE = ("LAYOUTS", "CACHE", "DEBUG", "LOG", "LOG_LEVEL")  # settings that have no field below


def _cap(default: int, what: str) -> int:
    capped: int = field(default=default, metadata={"what": what})
    return capped


@dataclass(frozen=True, slots=True)
class Caps:
    """Every limit on the size of a file and on what reading it may cost. Each has an environment
    variable of its name with KRATOM_QC_MAX_ before it. Over a cap is REFUSED; nothing is ever cut
    short.

    The numbers are anchored in what mature systems use (Apache POI's ZipSecureFile, Excel's own
    limits) and in what a certificate can need.
    """

    file_bytes: int = _cap(20 * 1024 * 1024, "bytes of a file")
    zip_parts: int = _cap(200, "parts inside a workbook's container")
    part_bytes: int = _cap(40 * 1024 * 1024, "bytes of one part, unpacked")
    inflated_bytes: int = _cap(100 * 1024 * 1024, "bytes of all parts, unpacked")
    inflate_ratio: int = _cap(200, "times a part of more than 1 MiB may grow when it is unpacked")
    sheets: int = _cap(30, "sheets of a workbook")
    rows: int = _cap(20_000, "rows of a sheet")
    columns: int = _cap(200, "columns of a sheet")
    cells: int = _cap(400_000, "cells of a sheet that hold something")
    cell_text: int = _cap(4_000, "characters of one cell")
    memory_bytes: int = _cap(512 * 1024 * 1024, "bytes of memory of one reader")
    cpu_seconds: int = _cap(8, "seconds of computing for one file")
    wall_seconds: int = _cap(20, "seconds of waiting for one file")

    def described(self) -> Iterator[tuple[str, int, str, str]]:
        """(name, value, what it bounds, the variable that sets it) of every cap."""
        for cap in fields(self):
            yield cap.name, getattr(self, cap.name), cap.metadata["what"], _cap_variable(cap.name)


def _cap_variable(name: str) -> str:
    return f"{PREFIX}MAX_{name.upper()}"


def caps() -> Caps:
    """The caps in force. Raises RulebookError for one that is no whole number above 0."""
    values: dict[str, int] = {}
    for cap in fields(Caps):
        variable = _cap_variable(cap.name)
        text = os.environ.get(variable, "").strip()
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) < 10**15):
            raise RulebookError(f"{variable} is '{text}'; it must be a whole number above 0")
        if text:
            values[cap.name] = int(text)
    return Caps(**values)


def cache() -> Path | None:
    """The folder for what can be made again: KRATOM_QC_CACHE, else among the user's caches; none
    where that is `no`, or the user has no home."""
    folder = _text("CACHE")
    if folder.lower() == "no":
        return None
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache")
    except RuntimeError:
        return Path(folder) if folder else None
    return Path(folder) if folder else caches / "kratom_qc"


def layouts() -> Path | None:
    """The folder of the user's own layout profiles, or None: KRATOM_QC_LAYOUTS."""
    return _path("LAYOUTS")


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths and home markets. Every value has an environment variable of its name with KRATOM_QC_
    before it."""

    expectations: Path
    inbox: Path
    store: Path
    home_markets: tuple[str, ...]
    facts: Path | None
    hold_overdue: bool
    texts: Path = Path("texts.toml")  # the store's own register of texts
    laboratories: Path | None = None  # a register of laboratories
    hold_laboratories: bool = False  # what it does not vouch for holds, instead of only warning
    ledger: str | None = None  # the URL of a database, in place of a file in the store
    bucket: str | None = None  # the URL of a bucket that holds all of the store
    heads: Path | None = None  # where the ledger's head is written, in place of a file in the store
    settle_seconds: int = 2  # a file of the inbox is taken once nobody wrote to it for so long
    pass_files: int = 10_000  # new files that one pass takes, the oldest first; the others wait
    min_free_mib: int = 200  # of the disk of a store; with less nothing new is taken
    dask: str = ""  # a scheduler of Dask, or local:N; files are read by its workers
    notify: tuple[str, ...] = ()  # addresses of Apprise that are told what happens
    notify_hold_days: int = 7  # after so many days on hold somebody is told
    pages_url: str = ""  # where people open the pages of a store, for links in what they are told
    outbox: Path | None = None  # what goes back to vendors, in place of a folder in the store
    backups: Path | None = None  # a folder for daily backups
    # families of hazards of which something must have been tested, by product form
    required_panels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load() -> Settings:
    """The settings in force. Paths are taken as given; whether they exist is for those who open
    them to say.

    Raises RulebookError for a variable that is no setting, a yes or no that is neither, and where
    batches shall be held by a register that nothing names.
    """
    check_names()
    laboratories, hold_laboratories = _path("LABORATORIES"), _yes("HOLD_LABORATORIES")
    if hold_laboratories and laboratories is None:
        raise RulebookError(
            "KRATOM_QC_HOLD_LABORATORIES asks to hold by a register, "
            "and KRATOM_QC_LABORATORIES names none"
        )
    homes = (_text("HOME_MARKETS") or "us").split(",")
    return Settings(
        expectations=_path("EXPECTATIONS") or ROOT / "expectations",
        inbox=_path("INBOX") or Path("inbox"),
        store=_path("STORE") or Path("store"),
        home_markets=tuple(market.strip() for market in homes if market.strip()),
        facts=_path("FACTS"),
        hold_overdue=_yes("HOLD_OVERDUE"),
        texts=_path("TEXTS") or Path("texts.toml"),
        laboratories=laboratories,
        hold_laboratories=hold_laboratories,
        ledger=_text("LEDGER") or None,
        bucket=_text("BUCKET") or None,
        heads=_path("HEADS"),
        settle_seconds=_whole("SETTLE_SECONDS", 2, range(3601)),
        pass_files=_whole("PASS_FILES", 10_000, range(1, 1_000_001)),
        min_free_mib=_whole("MIN_FREE_MIB", 200, range(1_000_001)),
        dask=_text("DASK"),
        notify=tuple(_text("NOTIFY").split()),
        notify_hold_days=_whole("NOTIFY_HOLD_DAYS", 7, range(1, 366)),
        pages_url=_text("PAGES_URL").rstrip("/"),
        outbox=_path("OUTBOX"),
        backups=_path("BACKUPS"),
        required_panels=_required_panels(),
    )


def _required_panels() -> dict[str, tuple[str, ...]]:
    """`extract=adulterants,pesticides; liquid=adulterants`. Raises RulebookError for a product form
    or a family of hazards that is not known."""
    panels: dict[str, tuple[str, ...]] = {}
    for part in filter(None, map(str.strip, _text("REQUIRED_PANELS").split(";"))):
        from kratom_qc.vocabulary import product_forms
        from kratom_qc.vocabulary.hazards import hazard_families

        product, _, families_named = part.partition("=")
        families = tuple(filter(None, map(str.strip, families_named.split(","))))
        _known(product.strip(), product_forms())
        for family in families:
            _known(family, hazard_families())
        panels[product.strip()] = families
    return panels


def _known(name: str, known: Iterable[str]) -> None:
    if name not in known:
        listed = ", ".join(known)
        raise RulebookError(f"KRATOM_QC_REQUIRED_PANELS names '{name}'; known are {listed}")


def check_names() -> None:
    """Raises RulebookError that names every variable which begins with KRATOM_QC_ and is no
    setting, each with the nearest one that is."""
    from difflib import get_close_matches

    known = names()
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    mistakes = []
    for name in unknown:
        near = get_close_matches(name, known, 1)
        mistakes.append(f"{name} is no setting; nearest: {near[0] if near else 'none'}")
    if mistakes:
        raise RulebookError("\n".join(mistakes))


def names() -> tuple[str, ...]:
    """The environment variable of every setting."""
    paths = tuple(f"{PREFIX}{setting.name.upper()}" for setting in fields(Settings))
    elsewhere = tuple(PREFIX + name for name in _ELSEWHERE)
    return (*paths, *elsewhere, *(_cap_variable(cap.name) for cap in fields(Caps)))


def _text(name: str) -> str:
    return os.environ.get(PREFIX + name, "").strip()


def _path(name: str) -> Path | None:
    text = _text(name)
    return Path(text) if text else None


def _whole(name: str, default: int, among: range) -> int:
    text = _text(name)
    if text and not (text.isascii() and text.isdigit() and int(text) in among):
        bounds = f"from {among[0]} to {among[-1]}"
        raise RulebookError(f"{PREFIX}{name} is '{text}'; it must be a whole number {bounds}")
    return int(text) if text else default


def _yes(name: str) -> bool:
    text = _text(name).lower()
    if text not in ("", "1", "yes", "true", "0", "no", "false"):
        raise RulebookError(f"{PREFIX}{name} is '{text}'; it must be yes or no")
    return text in ("1", "yes", "true")
