"""`make mutation`: change the core in many small ways and see whether the tests notice.

Fails below 95 % killed, on a survivor that survivors.toml does not explain, and on an entry there that no longer survives.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tools.mutation import runner
from tests.tools.mutation.mutants import Module, Mutant, module

# The modules under test, and the tests of each room: what only another test notices counts as not noticed.
# The properties judge thousands of batches each and would be left out one by one, after minutes of watching.
IGNORED = ("tests/judge/properties",)
TESTS = {
    "interpret": ("tests/interpret", "tests/judge", "tests/rulebooks"),
    "judge": ("tests/judge", "tests/rulebooks"),
    "rulebooks": ("tests/judge", "tests/rulebooks"),
}
MODULES = (
    "interpret.statement",
    "interpret.arithmetic",
    "interpret.combine",
    "interpret.derive",
    "interpret.computed",
    "interpret.converted",
    "interpret.derived_quantity",
    "judge.crosscheck",
    "judge.answers",
    "judge.ends",
    "judge.engine",
    "judge.expectations",
    "judge.findings",
    "judge.guard_band",
    "judge.integrity",
    "judge.markets",
    "judge.plan",
    "judge.verdicts",
    "rulebooks.dates",
)
_LINE = re.compile(r"(?<=[a-z]):\d+(?= )")
LEAST = 95  # per cent
LISTED = Path(__file__).parent / "survivors.toml"


def main(argv: Sequence[str]) -> int:
    """Run it; the exit code tells whether the figures hold."""
    asked = _arguments(argv)
    modules = [module(f"kratom_qc.{name}") for name in asked.module or MODULES]
    mutants = _chosen(modules, asked)
    found: dict[str, list[Mutant]] = defaultdict(list)
    started = time.monotonic()

    def told(mutant: Mutant, outcome: str, by: str) -> None:
        found[outcome].append(mutant)
        if asked.verbose or outcome != runner.KILLED:
            print(f"{outcome:9} {mutant}" + (f"   [{by}]" if by else ""), flush=True)

    run = runner.Run(modules, mutants, told, asked.quick, asked.leave_red)
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    quiet = ["-q", "-s", "-p", "no:cacheprovider", "--assert=plain", "--tb=native", "--no-header", "--no-summary"]
    quiet += [f"--ignore={path}" for path in IGNORED]
    tests = dict.fromkeys(test for name in asked.module or MODULES for test in TESTS[name.split(".")[0]])
    code = pytest.main([*tests, *quiet, *(f"--{option}" for option in asked.pytest)], plugins=[run])
    if code or sum(map(len, found.values())) != len(mutants):
        print("the tests did not run to their end on the code as it is; nothing was measured")
        return 2
    _table(modules, found, time.monotonic() - started)
    wrong = _wrong(
        found,
        listed(),
        whole=not (asked.module or asked.sample or asked.match or asked.again or asked.survivors or asked.quick),
    )
    print("\n".join(wrong) or "as it should be")
    return 1 if wrong else 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("--module", action="append", choices=MODULES, help="only this module; may be repeated")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--match", metavar="TEXT", help="only mutants whose line here holds this text")
    parser.add_argument(
        "--quick", type=float, metavar="SECONDS", help="no more seconds of tests than this for a mutant"
    )
    parser.add_argument("--leave-red", action="store_true", help="leave out tests that fail on the code as it is")
    parser.add_argument(
        "--again", type=Path, metavar="LOG", help="only those that survived according to an earlier output"
    )
    parser.add_argument("--survivors", action="store_true", help="only those that survivors.toml lists")
    parser.add_argument("--verbose", action="store_true", help="tell which test killed each")
    parser.add_argument("--pytest", nargs="*", default=[], metavar="OPTION", help="for pytest, such as ignore=FILE")
    return parser.parse_args(argv)


def _chosen(modules: Sequence[Module], asked: argparse.Namespace) -> list[Mutant]:
    mutants = [mutant for module in modules for mutant in module.mutants]
    if asked.match:
        mutants = [mutant for mutant in mutants if asked.match in str(mutant)]
    if asked.again:
        told = asked.again.read_text(encoding="utf-8").splitlines()
        survived = {_LINE.sub("", line.split(maxsplit=1)[1]) for line in told if line.startswith(f"{runner.SURVIVED} ")}
        mutants = [mutant for mutant in mutants if _LINE.sub("", str(mutant)) in survived]
    if asked.survivors:
        mutants = [mutant for mutant in mutants if mutant.id in listed()]
    if asked.sample and asked.sample < len(mutants):
        mutants = random.Random(asked.seed).sample(mutants, asked.sample)
    return mutants


def listed() -> dict[tuple[str, str, str, int], str]:
    """The survivors that are explained, by id, each with its reason."""
    entries = tomllib.loads(LISTED.read_text(encoding="utf-8")).get("survivor", [])
    return {(one["module"], one["function"], one["change"], one.get("number", 1)): one["because"] for one in entries}


def _table(modules: Sequence[Module], found: dict[str, list[Mutant]], seconds: float) -> None:
    by_module = {outcome: Counter(mutant.module for mutant in mutants) for outcome, mutants in found.items()}
    outcomes = (runner.KILLED, runner.TIMEOUT, runner.SURVIVED)
    print(f"\n{'module':32}{'mutants':>9}" + "".join(f"{outcome:>10}" for outcome in outcomes) + f"{'killed':>10}")
    for name in [*(one.name for one in modules), ""]:
        counts = [
            by_module.get(outcome, Counter())[name] if name else len(found.get(outcome, [])) for outcome in outcomes
        ]
        if total := sum(counts):
            share = f"{_share(counts[:2], total):.1f} %"
            print(f"{name or 'all':32}{total:>9}" + "".join(f"{count:>10}" for count in counts) + f"{share:>10}")
    print(f"{seconds / 60:.1f} min\n")


def _share(killed: Sequence[int], total: int) -> float:
    return 100 * sum(killed) / total


def _wrong(
    found: dict[str, list[Mutant]], explained: dict[tuple[str, str, str, int], str], *, whole: bool
) -> list[str]:
    """What is not as it should be, in words; an excerpt of the mutants has no share to hold and no list to exhaust."""
    survivors = found.get(runner.SURVIVED, [])
    total = sum(map(len, found.values()))
    wrong = [f"survives and is not explained: {one}" for one in survivors if one.id not in explained]
    wrong += [f"the change could not be made: {one}" for one in found.get(runner.BROKEN, [])]
    dead = {one.id for outcome in (runner.KILLED, runner.TIMEOUT) for one in found.get(outcome, [])}
    wrong += [f"explained, though a test kills it: {' '.join(map(str, one))}" for one in explained if one in dead]
    if whole:
        gone = explained.keys() - dead - {one.id for one in survivors}
        wrong += [f"explained, though there is no such change: {' '.join(map(str, one))}" for one in sorted(gone)]
        if _share([total - len(survivors)], total) < LEAST:
            wrong.append(f"less than {LEAST} % killed")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
