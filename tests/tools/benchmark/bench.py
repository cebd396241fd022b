"""`make bench`: what the main job costs, stage by stage and as a whole, beside named baselines in the same run.

Every measurement runs in a process of its own, so that none finds another's caches or memory. Nothing here fails on a
slow day: the table says `met` or `missed`. Compare the ratios, don't quote the seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from rich.console import Console
from rich.table import Table

from tests.tools.benchmark.measure import printed, run

# The figures of the issue, and the sizes they are for.
CERTIFICATES, BATCHES = 1000, 10_000
WHOLE_SECONDS, SECOND_RUN_SECONDS, FASTER, FLOOR_TIMES = 30, 5, 50, 15
ONE_CORE_TIMES, PREFECT_SHARE, SHARE_OF = 1.7, 0.10, 10_000
READ_TIMES = 4
REFUSE_SECONDS = 1
FIRST_SECONDS = 0.4
LONG, LONG_SECONDS, LONG_GROWTH = (1_000, 8_000), 8, 10
EVERYWHERE, EVERYWHERE_TIMES = (10_000, 100_000), 6
WHATIF, WHATIF_SECONDS = 100_000, 30
REPORTS_PER_SECOND = {"html": 300, "pdf": 20, "pdf with annex": None, "xlsx": None}
JUDGE_SECONDS, JUDGE_TIMES, MEMORY_MIB, GROWTH = 2, 8, 1536, 1.2


class Line(NamedTuple):
    """One row of the table; one without a figure heads a block."""

    what: str
    seconds: float | None = None
    each: float | None = None  # ms per certificate
    peak: float | None = None
    note: str = ""
    met: bool | None = None


def stages(inbox: Path, count: int) -> Iterator[Line]:
    """Our pipeline stage by stage in one process: peaks are those of the process so far."""
    found = run("pipeline", "staged", inbox, count)
    took, peaks = found["seconds"], found["peaks"]
    took["frame"] = took["plan"] + took["outcomes"] - took["great_expectations"]
    took["crosscheck"] = took["judge"] - took["plan"] - took["outcomes"]
    names = {
        "read": ("read", "bytes → words"),
        "interpret": ("interpret", "words → analyses → batches"),
        "judge": ("judge", f"engine and crosscheck; import of Great Expectations apart: {took['import']:.1f} s"),
        "frame": ("  plan and frame", "who is asked what; answers as floats; outcomes read back"),
        "great_expectations": ("  Great Expectations", "one suite per rulebook"),
        "crosscheck": ("  crosscheck", "exact decimals, plain Python"),
        "verdicts": (
            "verdicts",
            f"{found['findings']:,} findings; {found['passed']} batches PASS, {found['refused']} refused",
        ),
        "report": ("report", "a page per batch, on disk"),
        "archive": ("archive", "raw files by hash, four Parquet tables"),
    }
    for name, (what, note) in names.items():
        yield Line(what, took[name], took[name] / count * 1000, peaks.get(name), note)


def wholes(inbox: Path, count: int) -> tuple[list[Line], float, float]:
    """The whole job at three sizes in process, and as the user runs it; with the seconds of those two."""
    sizes = sorted({max(1, count // 4), max(1, count // 2), count})
    found = {size: run("pipeline", "whole", inbox, size) for size in sizes}
    took = {size: one["seconds"]["whole"] for size, one in found.items()}
    seconds = took[count] + found[count]["seconds"]["import"]
    lines = [_whole("whole, in process", seconds, count, found[count]["peak"], "no Prefect; imports included")]
    lines += command(inbox, count)
    typed = lines[1].seconds or 0.0
    lines.append(Line("Growth", note="whole in process, without imports"))
    lines += [
        Line(f"{size:,} certificates", took[size], took[size] / size * 1000, found[size]["peak"]) for size in sizes
    ]
    if len(sizes) == 3:
        small, middle, large = sizes
        more = (took[large] - took[middle]) / (large - middle) / ((took[middle] - took[small]) / (middle - small))
        note = f"the last half costs {more:.2f}× the second quarter, per certificate; target ≤ {GROWTH}×"
        lines[-1] = lines[-1]._replace(note=note, met=more <= GROWTH)
    return lines, seconds, typed


def _whole(what: str, seconds: float, count: int, peak: float, note: str) -> Line:
    met = seconds <= WHOLE_SECONDS if count == CERTIFICATES else None
    note = f"{note}; target ≤ {WHOLE_SECONDS} s for {CERTIFICATES:,}"
    return Line(what, seconds, seconds / count * 1000, peak, note, met)


def command(inbox: Path, count: int) -> Iterator[Line]:
    """`kratom-qc run` as a user types it: everything new, nothing new, on one core, as a flow."""
    words = ("run", "--inbox", str(inbox), "--on", "2026-11-22")
    with tempfile.TemporaryDirectory() as store:
        seconds, peak = _typed(*words, "--store", store)
        yield _whole("whole, kratom-qc run", seconds, count, peak, "memory of all its processes")
        again, peak = _typed(*words, "--store", store)
        note = f"target ≤ {SECOND_RUN_SECONDS} s"
        yield Line("  again, nothing new", again, None, peak, note, again <= SECOND_RUN_SECONDS)
    with tempfile.TemporaryDirectory() as store:
        on_one, peak = _typed(*words, "--store", store, start=("taskset", "-c", "0"))
        note = f"every core: {on_one / seconds:.1f}× as fast; target ≥ {ONE_CORE_TIMES}× on two"
        yield Line("  on one core", on_one, on_one / count * 1000, peak, note, on_one / seconds >= ONE_CORE_TIMES)
    with tempfile.TemporaryDirectory() as store:
        flow, peak = _typed(*words, "--prefect", "--store", store)
        share = 1 - seconds / flow
        note = f"its share, server and all: {share:.0%}; target ≤ {PREFECT_SHARE:.0%} for {SHARE_OF:,}"
        met = share <= PREFECT_SHARE if count >= SHARE_OF else None
        yield Line("whole, kratom-qc run --prefect", flow, flow / count * 1000, peak, note, met)


def _typed(*words: str, start: tuple[str, ...] = ()) -> tuple[float, float]:
    """(seconds, MiB) of one command; memory is the sum over it and its children, looked at ten times a second."""
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    started, peak = time.perf_counter(), 0.0
    with subprocess.Popen(
        [*start, sys.executable, "-m", "kratom_qc", *words], stdout=subprocess.DEVNULL, env=environment
    ) as process:
        while process.poll() is None:
            peak = max(peak, _held(process.pid))
            time.sleep(0.1)
    if process.returncode:
        raise SystemExit(f"kratom-qc {' '.join(words)} ended with {process.returncode}")
    return time.perf_counter() - started, peak


def _held(pid: int) -> float:
    try:
        top = psutil.Process(pid)
        return sum(one.memory_info().rss for one in (top, *top.children(recursive=True))) / 2**20
    except psutil.NoSuchProcess:
        return 0.0


def baselines(inbox: Path, count: int, sample: int, ours: float, typed: float) -> Iterator[Line]:
    """The per-file way on a sample, judged against `kratom-qc run` as typed; the floor against our whole in process."""
    today = run("baselines", "per_file", inbox, min(sample, count))
    seconds, files = sum(today["seconds"].values()), today["files"]
    each = seconds / files * count
    note = (
        f"a SAMPLE of {files}, {today['expectations']} expectations each; kratom-qc run is {each / typed:.0f}× faster "
        f"(in process {each / ours:.0f}×), target ≥ {FASTER}×"
    )
    met = each / typed >= FASTER if count == CERTIFICATES else None
    yield Line("pandas + GX, per file", seconds, each / count * 1000, today["peak"], note, met)
    floor = run("baselines", "floor", inbox, count)
    seconds = floor["seconds"]["floor"]
    note = (
        f"calamine, one comparison over {floor['rows']:,} rows, one Parquet file; ours takes {ours / seconds:.0f}× as "
        f"long, target ≤ {FLOOR_TIMES}×"
    )
    yield Line(
        "the floor", seconds, seconds / floor["files"] * 1000, floor["peak"], note, ours <= FLOOR_TIMES * seconds
    )


def reading(count: int) -> Iterator[Line]:
    """Workbooks → cells: ours guarded and isolated, and two readers alone on the same files; then all the way to results."""
    inbox = printed("generate", count * 4 // 3 + 1)
    found = {way: run("reading", inbox, way, count) for way in ("openpyxl", "calamine", "ours", "guarded", "whole")}
    speed = {way: one["files"] / one["seconds"]["read"] for way, one in found.items()}
    agree = len({found[way]["found"] for way in ("openpyxl", "calamine", "ours", "guarded")}) == 1
    notes = {
        "openpyxl": "alone, in process, one core; no guard",
        "calamine": "alone, in process, one core; values only, no guard",
        "ours": f"in process, one core; {speed['ours'] / speed['openpyxl']:.1f}× openpyxl's files per second",
        "guarded": f"confined children on every core; {speed['guarded'] / speed['openpyxl']:.1f}× openpyxl's files per second, "
        f"target ≥ {READ_TIMES}×; {speed['calamine'] / speed['guarded']:.0f}× below calamine's",
        "whole": "the same children, on to results, handed back; "
        f"{speed['guarded'] / speed['whole']:.1f}× as long as the cells alone",
    }
    for way, one in found.items():
        met = speed[way] / speed["openpyxl"] >= READ_TIMES if way == "guarded" else None
        note = f"{speed[way]:,.0f} files/s: {notes[way]}"
        yield Line(way, one["seconds"]["read"], 1000 / speed[way], one["peak"], note, met)
    yield Line("start", found["guarded"]["seconds"]["start"], note="of the children, once; " + (
        f"all four find the same {found['ours']['found']:,} cells" if agree else "THE READERS DISAGREE"))  # fmt: skip


def hostile() -> Iterator[Line]:
    """The hostile set, each file in a child: a bomb is refused before it costs anything."""
    found = run("hostile")
    note = f"{found['files']} refused files; slowest {found['slowest']}: {found['most']:.2f} s, target ≤ {REFUSE_SECONDS} s each"
    each = found["seconds"] / found["files"] * 1000
    yield Line("hostile set", found["seconds"], each, note=note, met=found["most"] <= REFUSE_SECONDS)


def long_files() -> Iterator[Line]:
    """Files of thousands of rows: eight times the rows take eight times as long, and little more."""
    few, many = LONG
    for shape in ("prose", "labels", "results"):
        small, large = run("long_files", shape, few), run("long_files", shape, many)
        if shape == "prose":
            note = f"a sample of one page, nothing in memory yet; target ≤ {FIRST_SECONDS} s"
            yield Line("first read", large["first"], note=note, met=large["first"] <= FIRST_SECONDS)
        times = large["long"] / small["long"]
        note = f"{times:.1f}× as long as {few:,}; target ≤ {LONG_GROWTH}×, and ≤ {LONG_SECONDS} s"
        met = times <= LONG_GROWTH and large["long"] <= LONG_SECONDS
        yield Line(f"{many:,} rows of {shape}", large["long"], note=note, met=met)


def judging(count: int) -> Iterator[Line]:
    """200 limits on batches of sixty quantities in memory; the batches are made before the clock starts."""
    found = run("judging", count)
    took = found["seconds"]
    met = took["judge"] <= JUDGE_SECONDS if count == BATCHES else None
    yield Line("judge()", took["judge"], None, found["judged"], f"target ≤ {JUDGE_SECONDS} s for {BATCHES:,}", met)
    frame = took["outcomes"] - took["great_expectations"]
    crosscheck = took["judge"] - took["plan"] - took["outcomes"]
    yield Line("  plan", took["plan"], note="every limit asked of every batch")
    yield Line("  frame", frame, note="answers as floats; outcomes read back")
    yield Line("  Great Expectations", took["great_expectations"], note="one suite over one frame")
    yield Line("  crosscheck", crosscheck, note="exact decimals, plain Python")
    yield from _bare(found, count)
    agrees = "both ways agree" if found["agree"] and not found["doubted"] else "THE TWO WAYS DISAGREE"
    yield Line(
        "every verdict made", took["verdicts"], note=f"{found['findings']:,} findings, one batch at a time; {agrees}"
    )
    peak = found["peak"]
    note = f"batches {found['made']:.0f} MiB, all of it held; target ≤ {MEMORY_MIB} MiB for {BATCHES:,}"
    yield Line("memory", None, None, peak, note, peak <= MEMORY_MIB if count == BATCHES else None)


def _bare(found: dict[str, Any], count: int) -> Iterator[Line]:
    """The same comparisons as bare numpy, with its arrays given and with its arrays made from the same batches."""
    took = found["seconds"]
    for what, seconds in (
        ("numpy, arrays given", took["plain"]),
        ("numpy, from the batches", took["plain"] + took["arrays"]),
    ):
        times = took["judge"] / seconds
        met = times <= JUDGE_TIMES if count == BATCHES else None
        yield Line(what, seconds, note=f"judge() takes {times:.1f}× as long; target ≤ {JUDGE_TIMES}×", met=met)


def everywhere(count: int) -> Iterator[Line]:
    """Every rulebook and market over batches of six product forms, judged in waves as the flow does it."""
    found = run("everywhere", count)
    took = found["seconds"]
    times = took["judge"] / took["plain"]
    agrees = "both ways count the same" if found["agree"] and not found["doubted"] else "THE TWO WAYS DISAGREE"
    note = f"{times:.1f}× numpy from the same batches, target ≤ {EVERYWHERE_TIMES}×; {found['asked']:,} questions; {agrees}"
    yield Line(f"judge(), {count:,}", took["judge"], took["judge"] / count * 1000, found["most"], note,
               times <= EVERYWHERE_TIMES)  # fmt: skip
    yield Line("  numpy", took["plain"], took["plain"] / count * 1000, note="arrays from the batches, then every limit")
    yield Line("  every verdict made", took["verdicts"], took["verdicts"] / count * 1000,
               note=f"{found['markets']} markets each; {found['sold']:,} may be sold somewhere")  # fmt: skip


def whatif(count: int) -> Iterator[Line]:
    """One proposal put to an archive: as a user types it, and by hand in SQL."""
    found = run("whatif", count)
    took, hand = found["seconds"], found["duckdb"]
    note = f"verdicts, findings and a page; {found['moved']:,} batches change; {took / hand:.0f}× the SQL"
    met = took <= WHATIF_SECONDS if count == WHATIF else None
    yield Line(f"rejudge --with, {count:,}", took, took / count * 1000, found["peak"], note, met)
    agrees = "moves the same batches" if found["agree"] else "THE TWO WAYS DISAGREE"
    yield Line("  DuckDB", hand, hand / count * 1000, note=f"the two limits written by hand, counts only; {agrees}")


def printing() -> Iterator[Line]:
    """Reports of the sample batches, one core."""
    found = run("printing")
    for name, least in REPORTS_PER_SECOND.items():
        rate, each = 1 / found[name], found[name] * 1000
        note = f"{rate:,.0f} a second and core"
        met = None if least is None else rate >= least
        yield Line(name, None, each, found["peak"], f"{note}; target ≥ {least}" if least else note, met)


def measured(options: argparse.Namespace, inbox: Path) -> Iterator[Line]:
    """Every line of the table, as it is measured."""
    count, batches = options.certificates, options.judge_batches
    yield Line("Stages", note=f"{count:,} certificates of 60 results, four shapes, 15 % with a fault")
    yield from stages(inbox, count)
    lines, ours, typed = wholes(inbox, count)
    yield from lines
    yield Line("Other ways", note="the same files; neither understands units, `<`, ND or dates, nor writes a report")
    yield from baselines(inbox, count, options.sample, ours, typed)
    yield Line("Reading", note=f"{count:,} workbooks of three shapes, bytes → cells; peak is the parent's")
    yield from reading(count)
    yield from hostile()
    yield Line("Long files", note="one csv each, in process; seconds of computing")
    yield from long_files()
    yield Line("Reports", note="of the sample batches; HTML from a verdict, the others from the page that was kept")
    yield from printing()
    yield Line("Judging in memory", note=f"200 limits × {batches:,} batches; {120 * batches:,} pairs have an answer")
    yield from judging(batches)
    yield Line("Every market", note="all rulebooks, six product forms, in waves of 2,000")
    for size in options.everywhere:
        yield from everywhere(size)
    yield Line(
        "What if", note="the federal proposal of October 2026 over an archive; the target is for 100,000 batches"
    )
    for size in options.whatif:
        yield from whatif(size)


def table(lines: list[Line]) -> Table:
    """The measurements as one table."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("", "seconds", "ms each", "peak MiB", "target", "what is inside"):
        shown.add_column(heading, justify="right" if heading in ("seconds", "ms each", "peak MiB") else "left")
    for line in lines:
        if line.seconds is None and line.peak is None:
            shown.add_row("")
            shown.add_row(f"[bold]{line.what}[/]", *[""] * 4, f"[bold]{line.note}[/]")
            continue
        met = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[line.met]
        shown.add_row(line.what, _number(line.seconds, 2), _number(line.each, 2), _number(line.peak, 0), met, line.note)
    return shown


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:,.{places}f}"


def main() -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--certificates", type=int, default=CERTIFICATES, metavar="N")
    parser.add_argument("--judge-batches", type=int, default=BATCHES, metavar="N")
    parser.add_argument("--everywhere", type=int, nargs="*", default=EVERYWHERE, metavar="N")
    parser.add_argument("--whatif", type=int, nargs="*", default=(WHATIF,), metavar="N")
    parser.add_argument("--sample", type=int, default=8, metavar="N", help="files for the per-file way")
    options = parser.parse_args()
    console = Console(width=160 if not sys.stdout.isatty() else None)
    with console.status("measuring"):
        lines = list(measured(options, Path(printed("generate", options.certificates))))
    console.print(table(lines))
    console.print(f"{psutil.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end. Compare, don't quote.")


if __name__ == "__main__":
    main()
