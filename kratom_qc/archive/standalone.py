"""Checks the folder that this script stands in: the evidence of one batch, as `kratom-qc archive
export` made it. Needs Python 3.11 and nothing else (for signatures the package `cryptography`).

    python verify.py [--tree SEQUENCE:ROOT] [--manifest SHA256]    (1 where anything differs)

`--tree` is of a line of heads.jsonl that you trust, `--manifest` the hash that the export printed.
Without the first all may be made anew; without the second results and page, or entries left out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MEANS = {"FAIL": "FAIL", "INCONCLUSIVE": "HOLD", "MISSING": "HOLD", "PASS": "PASS"}
FACTS = ["facts_sha256", "facts", "doubts"]
OWN = ["batch_id", "product", "verdict", "home_markets", "certificates", "rulebooks", *FACTS]
MARKET = ["market", "verdict", "says", "rule_id"]
CELL = ["file", "sheet", "cell"]
FINDING = ["rulebook", "rule_id", "market", "analyte", "outcome", "decides", "why", *CELL]
Row = dict[str, Any]
differences: list[str] = []
differs = differences.append


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def check_files(manifest: Row) -> None:
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    if (HERE / "manifest.json").read_bytes() != text.encode("ascii"):
        differs("manifest.json: is not written as an export writes it")
    names_here = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    for name in sorted(names_here - {"manifest.json"} - manifest["files"].keys()):
        differs(f"{name}: is not in the manifest")
    for name, expected in sorted(manifest["files"].items()):
        if name not in names_here:
            differs(f"{name}: is missing")
        elif sha256((HERE / name).read_bytes()) != expected:
            differs(f"{name}: is not what was exported")


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(entry: str, place: int, last: int, beside: list[str]) -> str:
    """The root of the tree (RFC 6962) to which an entry's proof leads."""
    root, nodes = hashlib.sha256(b"\0" + bytes.fromhex(entry)).digest(), iter(beside)
    while last:
        if place % 2:
            root = node(bytes.fromhex(next(nodes)), root)
        elif place < last:
            root = node(root, bytes.fromhex(next(nodes)))
        place, last = place // 2, last // 2
    return "" if list(nodes) else root.hex()


def check_journal(head: Row, lines: list[Row]) -> list[list[Any]]:
    entries = [line["entry"] for line in lines]
    before: list[Any] = [0] * 9 + ["0" * 64]
    for line, entry in zip(lines, entries, strict=True):
        sequence, printed = entry[0], entry[9]
        if sha256(canonical(entry[:9])) != printed:
            differs(f"journal.jsonl: entry {sequence} is not what its hash says")
        if root_of(printed, sequence - 1, head["sequence"] - 1, line["proof"]) != head["tree"]:
            differs(f"journal.jsonl: entry {sequence} does not stand in the journal of the head")
        before = entry
    if [before[0], before[9]] != [head["sequence"], head["hash"]]:
        differs("journal.jsonl: does not end with the head")
    return entries


def lineage(books: Row, name: str) -> tuple[set[str], set[tuple[str, str]]]:
    """A rulebook with all it lies under, and the (rulebook, limit) that one of them replaces."""
    names, limits = {name}, books[name].get("limit", ())
    replaced = {(limit["overrides"], limit["id"]) for limit in limits if limit.get("overrides")}
    for parent in books[name]["rulebook"].get("extends", ()):
        above, replaced_above = lineage(books, parent)
        names, replaced = names | above, replaced | replaced_above
    return names, replaced


def verdict(books: Row, under: list[str], findings: list[Row]) -> str:
    scopes = [({"integrity"}, set()), *(lineage(books, name) for name in under)]
    outcomes = {
        finding["outcome"]
        for names, replaced in scopes
        for finding in findings
        if finding["decides"] and finding["rulebook"] in names
        if (finding["rulebook"], finding["rule_id"]) not in replaced
    }
    return next((MEANS[outcome] for outcome in MEANS if outcome in outcomes), "HOLD")


def rulebooks(row: Row, files: dict[str, str]) -> Row:
    books = {}
    for book in row["rulebooks"]:
        name = f"rulebooks/{book['sha256']}/{book['id']}.toml"
        if files.get(name) != book["sha256"]:
            differs(f"{name}: is not the rulebook that the verdict names")
        books[book["id"]] = tomllib.loads((HERE / name).read_text("utf-8"))
    return books


def check_verdicts(batch: Row, verdicts: list[Row], findings: list[Row], books: Row) -> None:
    of = batch["product"]
    product = [of] if of in books and books[of]["rulebook"]["kind"] == "product" else []
    for row in verdicts:
        markets = batch["home_markets"] if row["market"] is None else [row["market"]]
        made = verdict(books, [*product, *markets], findings)
        if made != row["verdict"]:
            of = row["market"] or "the batch"
            differs(f"verdicts.jsonl: {of} is {row['verdict']}, and its findings say {made}")


def check_basis(batch: Row, verdicts: list[Row], findings: list[Row], entries: list[Any]) -> None:
    markets = [[row[name] for name in MARKET] for row in verdicts if row["market"] is not None]
    rows = sorted((tuple(row[name] for name in FINDING) for row in findings), key=str)
    basis = sha256(canonical([[batch[name] for name in OWN], markets, rows]))
    judged = [json.loads(e[6]) for e in entries if e[3:5] == ["judged", batch["batch_id"]]]
    last = [judged[-1][name] for name in ("basis", "verdict", "judged_on")] if judged else []
    if last != [basis, batch["verdict"], batch["judged_on"]]:
        differs("journal.jsonl: what was judged last is not these findings and verdicts")


def check_originals(row: Row, entries: list[Any]) -> None:
    hashes = {sha256(path.read_bytes()) for path in (HERE / "originals").iterdir()}
    delivered = {entry[4] for entry in entries if entry[3] == "delivered"}
    for original in (set(row["certificates"]) - hashes) | (hashes - delivered):
        differs(f"originals: the file {original} is not here, or was never delivered")


def check_signatures(entries: list[list[Any]]) -> int:
    """Ed25519 over the record of an entry, by the key that the journal says is the signer's."""
    keys: dict[str, str] = {}
    for sequence, _, _, act, subject, _, after, *_ in entries:
        made = json.loads(after)
        if act == "user changed" and "public_key" in made:
            keys[subject] = made["public_key"]
        if '"signature"' in after:
            try:
                from cryptography.hazmat.primitives.asymmetric import ed25519

                public = bytes.fromhex(keys[made["record"]["user"]])
                key = ed25519.Ed25519PublicKey.from_public_bytes(public)
                key.verify(bytes.fromhex(made["signature"]), canonical(made["record"]))
            except Exception as error:
                differs(f"journal.jsonl: the signature of entry {sequence}: {error!r}")
    return sum('"signature"' in entry[6] for entry in entries)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the evidence of one batch.")
    parser.add_argument("--tree"), parser.add_argument("--manifest")
    asked = parser.parse_args()
    try:
        content = (HERE / "manifest.json").read_bytes()
        manifest = json.loads(content)
        check_files(manifest)
        head = manifest["head"]
        if asked.manifest and asked.manifest != sha256(content):
            differs("manifest.json: is not the one whose hash you named")
        if asked.tree and asked.tree != f"{head['sequence']}:{head['tree']}":
            differs("manifest.json: its head is not the one that you named")
        entries = check_journal(head, rows("journal.jsonl"))
        findings, verdicts = rows("findings.jsonl"), rows("verdicts.jsonl")
        batch = next(row for row in verdicts if row["market"] is None)
        check_verdicts(batch, verdicts, findings, rulebooks(batch, manifest["files"]))
        check_basis(batch, verdicts, findings, entries)
        check_originals(batch, entries)
        signatures = check_signatures(entries)
    except Exception as error:
        differs(f"cannot be read further: {type(error).__name__}: {error}")
    if differences:
        print("\n".join(differences))
        return 1
    print("{batch_id}: {verdict} on {judged_on} follows from its findings.".format_map(batch))
    print(f"{len(manifest['files'])} files, {len(entries)} entries, {signatures} signatures.")
    print(f"Journal: {head['sequence']}:{head['tree']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
