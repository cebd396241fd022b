"""The list of problems: complete, strict, printed on one page, and said where a vendor meets them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kratom_qc.cli import main as cli
from kratom_qc.domain.errors import RulebookError
from kratom_qc.vocabulary.problem_list import load
from kratom_qc.vocabulary.problems import FILE, markdown, problem, problems
from tests.factory.sheets import HEAD, csv_file

PACKAGE = FILE.parent.parent.parent
# A call whose name says what it makes, with the code as its first argument.
_MAKERS = {
    "refusal": re.compile(r"^_?(refus|unreadable$|trouble|cellproblem$|readerdied$)", re.IGNORECASE),
    "remark": re.compile(r"^_?remark$", re.IGNORECASE),
    "doubt": re.compile(r"^_?(hold_?reason|held)$", re.IGNORECASE),
}
_CODE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$|^[A-Z0-9]+(-[A-Z0-9]+)*$")


def literals(node: ast.AST) -> Iterator[str]:
    """The texts an expression may be: `a if x else b` is two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or any(text.count(" ") > 2 for text in literals(node))


def constants(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """(name, value) of every `NAME = value` of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def codes_in(tree: ast.AST, *, tuples: bool = True) -> Iterator[tuple[str, str, str]]:
    """(kind, code, severity where it is said) of every literal code: `Problem("code", …)`, or `("code", "a sentence")`."""
    sentences = {name for name, value in constants(tree) if is_sentence(value)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for kind, maker in _MAKERS.items():
                if maker.match(name):
                    severity = next(literals(node.args[1]), "") if kind == "remark" and len(node.args) > 1 else ""
                    # `_refused(name, "code", "a sentence")`: the code is what stands before the sentence
                    at = 1 if kind == "refusal" and len(node.args) > 2 and is_sentence(node.args[2]) else 0
                    yield from (
                        # what is wrong at a cell holds where its code is written in capitals
                        ("doubt" if kind == "refusal" and code.isupper() else kind, code, severity)
                        for code in literals(node.args[at])
                        if _CODE.match(code)
                    )
        elif (
            tuples
            and isinstance(node, ast.Tuple)
            and len(node.elts) in (2, 3)
            and (is_sentence(node.elts[-1]) or getattr(node.elts[-1], "id", "") in sentences)
        ):
            yield from (
                ("doubt" if code.isupper() else "refusal", code, "")
                for code in literals(node.elts[-2])
                if re.match(r"^[a-z]+(-[a-z]+)*$|^[A-Z]+(-[A-Z]+)+$", code)
            )


@cache
def trees() -> dict[Path, ast.AST]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


# Only where files are read is a tuple of a word and a sentence a code; of a limit it is a key and what is said of it.
READING = {"intake", "interpret"}


@cache
def used() -> set[tuple[str, str, str]]:
    return {
        found
        for path, tree in trees().items()
        for found in codes_in(tree, tuples=bool(READING & set(path.relative_to(PACKAGE).parts)))
    }


def test_every_code_that_is_used_is_explained():
    assert sorted({code for _, code, _ in used()} - set(problems())) == [], "add these to kratom_qc/words/problems.toml"


def test_every_code_that_is_explained_is_used():
    texts = {text for tree in trees().values() for node in ast.walk(tree) for text in literals(node)}
    assert sorted(set(problems()) - texts) == [], "nothing says these any more; take them out of words/problems.toml"


def test_a_code_is_explained_as_what_it_is():
    said = {(code, kind, severity) for kind, code, severity in used() if code in problems()}
    wrong = {
        (code, kind, severity)
        for code, kind, severity in said
        if problems()[code].kind != kind or (severity and problems()[code].severity != severity)
    }
    assert sorted(wrong) == []


@pytest.mark.parametrize("code", ["UNKNOWN-UNIT", "hidden", "pdf", "RESULTS-CONTRADICT", "sheet-not-used"])
def test_the_search_for_codes_finds_them(code):
    """From a call, a pair in a table of magic numbers, and a doubt: an empty search would prove nothing."""
    assert code in {found for _, found, _ in used()}


# ---------------------------------------------------------------- the loader

GOOD = {"kind": "refusal", "severity": "error", "title": "t", "means": "It means.", "expected": "e", "do": "Do it."}


def toml(code: str = "a-code", **changes: object) -> str:
    fields = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return f"[{code}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


MISTAKES = {
    "an unknown field": (toml(hint="x"), ":8 [a-code]: unknown key 'hint'"),
    "a field left out": (toml(do=None), ":1 [a-code]: has no 'do'"),
    "a blank text": (toml(title=" "), ":4 [a-code]: title ' ' must not be blank"),
    "a blank after a text": (toml(title="t "), ":4 [a-code]: title 't ' must not begin or end with a blank"),
    "a number for a text": (toml(expected=5), ":6 [a-code]: expected '5' must be a text in quotes"),
    "an unknown kind": (toml(kind="error"), ":2 [a-code]: kind 'error' must be one of refusal, doubt"),
    "a severity of another kind": (toml(severity="note"), ":3 [a-code]: severity of a refusal must be error"),
    "a refusal in capitals": (toml("A-CODE"), ":1 [A-CODE]: the code of a refusal is written in small letters"),
    "a doubt in small letters": (toml(kind="doubt", severity="hold"), "in capitals with hyphens"),
    "half a sentence": (toml(do="Do it"), ":7 [a-code]: do 'Do it' must end with a full stop"),
    "no table": ("a-code = 5", ":1: a-code must be a table"),
    "no TOML": ("[a-code", ":1: not readable as TOML"),
    "a code twice": (toml() + toml(), ":8: not readable as TOML"),
}


def written(folder: Path, text: str) -> Path:
    path = folder / "problems.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("story", MISTAKES)
def test_a_mistake_in_the_list_is_said(tmp_path, story):
    text, expected = MISTAKES[story]
    with pytest.raises(
        RulebookError, match=re.escape(f"words/problems.toml{expected}" if ":" in expected[:1] else expected)
    ):
        load(written(tmp_path, text))


def test_all_mistakes_are_said_at_once(tmp_path):
    with pytest.raises(RulebookError) as error:
        load(written(tmp_path, toml("one", do=None) + toml("two", kind="x")))
    assert [line.split(":")[1] for line in str(error.value).splitlines()] == ["1 [one]", "8 [two]"]


def test_a_good_list_loads(tmp_path):
    assert load(written(tmp_path, toml()))["a-code"].do == "Do it."


# ---------------------------------------------------------------- the page and the command


def test_the_page_of_all_codes_is_current():
    page = Path(FILE).with_name("PROBLEMS.md").read_text(encoding="utf-8")
    assert page == markdown(), "run `kratom-qc problems --markdown > kratom_qc/vocabulary/words/PROBLEMS.md`"
    assert all(f"### `{code}`: " in page for code in problems())


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return end.value.code


def test_the_command_lists_every_code(capsys):
    assert run("problems") == 0
    out = capsys.readouterr().out
    assert all(code in out for code in problems())


def test_the_command_explains_one(capsys):
    assert run("problems", "UNKNOWN-UNIT") == 0
    out = " ".join(capsys.readouterr().out.split())
    listed = problem("UNKNOWN-UNIT")
    assert listed is not None
    assert all(text in out for text in (listed.code, listed.means, listed.expected, listed.do))


def test_the_command_prints_the_page(capsys):
    assert run("problems", "--markdown") == 0
    assert capsys.readouterr().out == markdown()


def test_an_unknown_code_is_wrong_usage_and_told_the_nearest(capsys):
    assert run("problems", "UNKOWN-UNIT") == 64
    assert "UNKNOWN-UNIT" in capsys.readouterr().err


# ---------------------------------------------------------------- said where a file is refused

TABLE = [["Analyte", "Result", "Units"]]
NEAR = {
    "a unit": ([*TABLE, ["Lead", "0.2", "mg/kgg"]], "UNKNOWN-UNIT", "mg/kg"),
    "a unit in the cell": ([*TABLE, ["Lead", "0.2 mg/kgg", ""]], "UNKNOWN-UNIT", "mg/kg"),
    "a result word": ([*TABLE, ["Lead", "not detectd", "mg/kg"]], "UNKNOWN-WORD", "not detected"),
}


@pytest.mark.parametrize("story", NEAR)
def test_what_is_not_understood_is_told_with_the_nearest_known_words(tmp_path, capsys, story):
    rows, code, near = NEAR[story]
    path = str(csv_file(tmp_path, [*HEAD, *rows]))
    assert run("check", path, "--json", "--on", "2026-11-22") == 2
    (batch,) = json.loads(capsys.readouterr().out)["batches"]
    (finding,) = [finding for finding in batch["findings"] if finding["rule_id"] == code]
    assert f"nearest known: {near}" in finding["why"]
    assert finding["cell"] in ("B5", "C5")
    assert problem(code) is not None
    assert run("check", path, "--on", "2026-11-22") == 2
    assert f"nearest known: {near}" in " ".join(capsys.readouterr().out.split())


def test_an_unknown_product_form_is_answered_with_the_nearest(tmp_path, capsys):
    path = csv_file(tmp_path, [["Batch", "L-1"], ["Form", "Leaf powdr"], [], *TABLE, ["Lead", "0.2", "mg/kg"]])
    assert run("check", str(path), "--json", "--on", "2026-11-22") == 2
    (batch,) = json.loads(capsys.readouterr().out)["batches"]
    (why,) = [finding["why"] for finding in batch["findings"] if finding["rule_id"] == "PRODUCT-UNKNOWN"]
    assert "nearest known: Leaf powder" in why
