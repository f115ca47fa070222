"""One ECharts option per chart, built beside its figure; a clicked part opens its records.

Colours are named by the design tokens (static/css/tokens.css), so that light, dark and print have their own; every
colour has a pattern beside it (static/js/chart_look.js).
"""

from typing import Any

from django.utils.translation import gettext as _

from outcomes.figures.by_form import integrated_logs
from outcomes.figures.dashboard import Figure, Month
from outcomes.models import Level
from pairings.kinds import kind_of

AXIS = {"axisTick": {"show": False}}
GRID = {"left": 8, "right": 24, "top": 16, "bottom": 48, "containLabel": True}


def colour(token: str) -> str:
    """Return the colour of a design token, for an option that a page draws."""
    return f"var(--{token})"


def outcomes_by_level(rows: list[tuple[str, list[Figure]]]) -> dict[str, Any]:
    """Return stacked bars of granted outcomes: a bar per category, a colour per level."""
    series = [
        _stacked(str(level.label), f"level-{level.value}", [figures[place] for _name, figures in rows])
        for place, level in enumerate(Level)
    ]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"bottom": 0},
        "grid": GRID,
        "xAxis": {"type": "value", "minInterval": 1, **AXIS},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _figures in rows], **AXIS},
        "series": series,
    }


def logs_over_time(months: list[Month]) -> dict[str, Any]:
    """Return stacked bars of logs, a bar per month, told by whether they hold a party-building element."""
    return _parts_of_logs([month.label for month in months], [(month.integrated, month.others) for month in months])


def logs_by_form(pairings: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return stacked bars of logs as `logs_over_time`, a bar per form.

    Args:
        pairings: the figures of a report by form.
    """
    parts = [(integrated_logs(row), row["logs"] - integrated_logs(row)) for row in pairings.values()]
    figures = [(Figure("", integrated), Figure("", others)) for integrated, others in parts]
    return _parts_of_logs([str(kind_of(slug).label) for slug in pairings], figures)


def _parts_of_logs(names: list[str], parts: list[tuple[Figure, Figure]]) -> dict[str, Any]:
    """Return a bar for each name: the logs with a party-building element, and on them those without one."""
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"bottom": 0},
        "grid": GRID,
        "xAxis": {"type": "category", "data": names, **AXIS},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            _stacked(_("with a party-building element"), "part-one", [integrated for integrated, _others in parts]),
            _stacked(_("without one"), "part-two", [others for _integrated, others in parts]),
        ],
    }


def _stacked(name: str, token: str, figures: list[Figure]) -> dict[str, Any]:
    """Return one part of stacked bars; what is nothing has no bar and no label."""
    return {
        "name": name,
        "type": "bar",
        "stack": "all",
        "color": colour(token),
        "data": [{"value": figure.value or None, "url": figure.url} for figure in figures],
    }
