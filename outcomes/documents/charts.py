"""The charts and the picture of the mode in a document, from the figures that the tables beside them say."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from outcomes.documents.parts import Chart, Diagram
from outcomes.figures.charts import logs_by_form, outcomes_by_level
from outcomes.figures.dashboard import Figure, by_level
from outcomes.figures.mode import Mode

#: A bar across the page with its name, and what stands above and below all bars, in pixels of a page.
BAR, AROUND = 36, 110


def chart_of_logs(report: Mapping[str, Any]) -> Iterator[Chart]:
    """Draw how much was logged in each form, and how much of it held a party-building element; nothing of nothing."""
    option = logs_by_form(report["pairings"])
    if any(row["logs"] for row in report["pairings"].values()):
        yield Chart(option, _("Logs by form"), _in_words(option["xAxis"]["data"], option["series"]))


def chart_of_outcomes(report: Mapping[str, Any]) -> Iterator[Chart]:
    """Draw how many outcomes of each category were granted at each level; nothing of nothing."""
    found = by_level(report["outcomes"])
    rows = [(str(category.label), [Figure(str(level.label), n) for level, n in counts]) for category, counts in found]
    if rows:
        option = outcomes_by_level(rows)
        height = AROUND + BAR * len(rows)
        said = _in_words(option["yAxis"]["data"], option["series"])
        yield Chart(option, _("Outcomes by category and level"), said, height)


def picture_of_mode(report: Mapping[str, Any]) -> Iterator[Diagram]:
    """Draw the mode with the report's own numbers in it."""
    mode = Mode.of_report(report)
    yield Diagram(mode.svg, _("The “1+1+1” mode of party-building work"), mode.in_words)


def _in_words(names: list[str], series: list[dict[str, Any]]) -> str:
    """Return what stacked bars show: each bar with its parts, without those that are nothing."""
    said = []
    for place, name in enumerate(names):
        parts = [(one["name"], one["data"][place]["value"]) for one in series]
        said.append(f"{name}：{'、'.join(f'{label} {value}' for label, value in parts if value) or 0}")
    return "；".join(said)
