"""Print the grammar of results as Markdown; with `--write`, put it between the markers of the page that vendors read."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from tests.interpret.grammar import Group, groups

README = Path(__file__).parents[2] / "kratom_qc" / "intake" / "README.md"
_BEGIN, _END = "<!-- grammar -->\n", "<!-- /grammar -->"
_MARKS = {"": "–", ".": "point", ",": "comma"}
_SEEN = {"\u00a0": "⍽", "\u202f": "⍽", "\u2009": "⍽", "\u200b": "⟨U+200B⟩", "\ufeff": "⟨U+FEFF⟩", "\n": "⏎", "\t": "⇥"}


def table() -> str:
    """The whole table: a heading and a table per group, strings of one meaning on one line."""
    return "\n".join(_group(group) for group in groups())


def _group(group: Group) -> str:
    lines: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in group.rows:
        means, amount = (text.replace("_", " ") for text in (row.means, row.amount))
        what = ("**held**", amount.removeprefix("held: ")) if amount.startswith("held") else (means, amount)
        lines[(row.mark, *what)].append(_shown(row.said))
    title = f"**{group.title}**" + (f" – {group.note}" if group.note else "")
    head = f"| the cell | mark proven elsewhere | means | beside {group.beside} |\n|---|---|---|---|"
    rows = [
        f"| {' '.join(said)} | {_MARKS[mark]} | {_safe(means)} | {_safe(amount)} |"
        for (mark, means, amount), said in lines.items()
    ]
    return "\n".join([title, "", head, *rows, ""])


def _shown(said: str) -> str:
    visible = "".join(_SEEN.get(character, character) for character in said)
    return f"`{visible}`" if visible.strip() else "*blank*"


def _safe(text: str) -> str:
    return text.replace("<", "&lt;").replace("|", "\\|").replace("*blank*", "blank")


def in_readme(text: str) -> str:
    """The table as the README has it. Raises ValueError where its markers are gone."""
    return text[text.index(_BEGIN) + len(_BEGIN) : text.index(_END)]


def main() -> None:
    """Print the table, or write it into the README."""
    if "--write" not in sys.argv[1:]:
        sys.stdout.write(table())
        return
    text = README.read_text(encoding="utf-8")
    README.write_text(text.replace(in_readme(text), table()), encoding="utf-8")


if __name__ == "__main__":
    main()
