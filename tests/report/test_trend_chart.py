"""A trend as it is drawn: numbers as dots, what a laboratory left open as bars, limits, and all of it in words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from kratom_qc.report.rendering import render
from kratom_qc.report.scorecard import Against, scorecard, scorecard_page
from kratom_qc.report.store_index import IndexRow
from kratom_qc.report.trend_chart import HEIGHT, TrendChart, trend_chart
from kratom_qc.trends.capability import Specification
from kratom_qc.trends.ends import Ends
from kratom_qc.trends.series import Point, Series, SeriesKey
from kratom_qc.trends.trend import trend

KEY = SeriesKey("leaf_powder", "Northlab", "", "lead", "", "as received", "mg/kg", "icp-ms")
HUNDREDTHS = (33, 28, 30, 32, 29, 31, 31, 29, 28, 31, 33, 30, 30, 34, 30, 30, 36, 28, 33, 27, 30, 34, 33, 29, 30)
STEADY = [f"0.{number}" for number in HUNDREDTHS]


def series(*said: str, key: SeriesKey = KEY) -> Series:
    """`0.3` is a number, `<0.05` at most 0.05, `>9` at least 9."""
    return Series(
        key,
        tuple(
            Point(f"L-{number:02}", date(2026, 1, 1) + timedelta(days=number), ends(one), one, "a.csv A1")
            for number, one in enumerate(said)
        ),
    )


def ends(said: str) -> Ends:
    number = Decimal(said.lstrip("<>"))
    return {"<": Ends(Decimal(0), number), ">": Ends(number, None)}.get(said[0], Ends(number, number))


def drawn(*said: str, **more: object) -> TrendChart:
    return trend_chart(trend(series(*said)), **more)  # type: ignore[arg-type]


def test_a_number_is_a_dot_and_what_is_left_open_a_bar_as_long_as_that() -> None:
    chart = drawn("0.30", "<0.05", ">0.4", "0.30")
    dot, censored, unbounded, last = chart.marks
    assert (dot.height, dot.open_end) == (0, False)
    assert censored.height > 0
    assert not censored.open_end
    assert unbounded.open_end
    assert unbounded.y == 10  # to the upper edge
    assert [mark.x for mark in chart.marks] == sorted({mark.x for mark in chart.marks})
    assert chart.path.count("M") == 2  # no line leads through what is no number
    assert last.y == dot.y


def test_of_few_batches_the_points_are_shown_and_no_limits() -> None:
    chart = drawn("0.30", "0.34", "0.31")
    assert chart.levels == ()
    assert chart.sentences == ("No control limits: too few: 3 values, 20 are needed.",)


def test_limits_are_the_mean_and_three_sigma_and_that_of_the_specification() -> None:
    chart = drawn(*STEADY, specification=Specification(upper=Decimal("0.45")))
    assert [(level.css, level.name) for level in chart.levels] == [
        ("control", "upper"), ("center", "mean"), ("control", "lower"), ("spec", "limit"),
    ]  # fmt: skip
    assert chart.levels[1].value == "0.308"
    heights = [level.y for level in chart.levels]
    assert heights[0] < heights[1] < heights[2] < HEIGHT
    assert "In control" in chart.sentences[0]


def test_limits_that_rest_on_open_values_are_bands() -> None:
    chart = drawn(*STEADY, "<0.05")
    assert all(level.height > 0 for level in chart.levels if level.css != "spec")


def test_a_limit_below_zero_is_left_out_and_one_far_beyond_presses_nothing_flat() -> None:
    chart = drawn(*["0.1", "0.5"] * 12, specification=Specification(upper=Decimal(1000)))
    assert [level.name for level in chart.levels] == ["upper", "mean"]


def test_a_batch_beyond_the_limits_is_ringed_and_told_by_both_names_of_its_rule() -> None:
    chart = drawn(*STEADY, "1.9")
    assert [mark.signals for mark in chart.marks][-1]
    assert chart.warns
    assert chart.sentences[0].startswith(
        "Out of trend: Lead of L-25 is 1.9 mg/kg ('1.9' at a.csv A1); by the 25 batches before"
    )
    assert "Nelson 1 and Western Electric 1 (one point beyond 3σ): L-25 above." in chart.sentences
    assert "Nelson 1" in chart.lines[-1].rules


def test_a_series_nothing_is_known_of_is_still_drawn() -> None:
    assert drawn("<0.05", "<0.05").marks[0].height > 0
    assert drawn("0.3").marks[0].height == 0
    assert trend_chart(trend(Series(KEY, ()))).marks == ()


def row(batch: str, verdict: str, month: str = "2026-05", before: str = "", stands: str = "on hold") -> IndexRow:
    return IndexRow(f"{batch}.html", batch, "Leaf powder", "Northlab", verdict, before, stands, f"{month}-03", 7, "why")


def test_a_scorecard_counts_and_says_it_in_a_sentence() -> None:
    rows = [
        row("A", "PASS", stands="released"),
        row("B", "FAIL", before="PASS"),
        row("C", "HOLD", "2026-06"),
        row("D", "PASS"),
    ]
    card = scorecard(
        "laboratory", "Northlab", rows, [Against("FAIL", "Lead", "PB", 1), Against("MISSING", "Zinc", "ZN", 2)]
    )
    assert card.sentence == "Of 4 batches 2 PASS (50 %), 1 FAIL and 1 are on HOLD; most often: Zinc."
    assert (card.changed, [one.name for one in card.months]) == (1, ["2026-05", "2026-06"])
    assert [one.batch_id for one in card.rows] == ["B", "C", "D", "A"]  # open first, worst first
    assert scorecard("product", "Tea", []).sentence == "No batch."


def test_the_page_of_a_group_leads_to_its_batches_and_is_inert() -> None:
    evil = "<script>alert(1)</script>"
    card = scorecard("vendor", evil, [row(evil, "FAIL")], [Against("FAIL", evil, evil, 1)], refused=2)
    key = KEY._replace(laboratory=evil, analyte=evil)
    page = scorecard_page(card, [trend_chart(trend(series("0.3", "0.4", key=key)))], {evil: "../x.html"}, program=evil)
    assert "<script" not in page
    assert 'href="../x.html"' in page
    assert "2</b> files refused" in page
    assert card.link.startswith("vendors/-script-alert-1")


def test_every_part_of_a_chart_has_words() -> None:
    text = render("_chart.html")  # a library of macros says nothing by itself
    assert not text.strip()
