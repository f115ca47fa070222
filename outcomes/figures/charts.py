"""One ECharts option per chart, built beside its figure; a clicked part opens its records."""

from typing import Any

from django.utils.translation import gettext as _

from outcomes.figures.dashboard import Figure, Scope
from outcomes.figures.definitions import definition_of
from outcomes.figures.work import logs_by_month
from outcomes.models import Level

#: Fixed colours per level, from the design tokens; national is gold.
LEVEL_COLOURS = {
    Level.NATIONAL: "#9A6B00",
    Level.PROVINCIAL: "#A61B1B",
    Level.MUNICIPAL: "#2B5C8A",
    Level.COLLEGE: "#2F6F4E",
    Level.DEPARTMENT: "#6B635A",
    Level.UNRATED: "#A79E92",
}
AXIS = {"axisTick": {"show": False}}


def outcomes_by_level(rows: list[tuple[str, list[Figure]]]) -> dict[str, Any]:
    """Return stacked bars of granted outcomes: a bar per category, a colour per level."""
    series = [
        {
            "name": str(level.label),
            "type": "bar",
            "stack": "level",
            "color": LEVEL_COLOURS[level],
            "data": [{"value": figures[place].value or None, "url": figures[place].url} for _name, figures in rows],
        }
        for place, level in enumerate(Level)
    ]
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "legend": {"bottom": 0},
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 48, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1, **AXIS},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _figures in rows], **AXIS},
        "series": series,
    }


def logs_over_time(scope: Scope) -> dict[str, Any]:
    """Return bars of logs by month, those with a party-building element beside all (one query)."""
    months = logs_by_month(scope.branches, scope.period)
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"bottom": 0},
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 48, "containLabel": True},
        "xAxis": {"type": "category", "data": [f"{row['month']:%Y-%m}" for row in months], **AXIS},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": str(definition_of("logs").name),
                "type": "bar",
                "color": "#2B5C8A",
                "data": [row["logs"] for row in months],
            },
            {
                "name": _("with a party-building element"),
                "type": "bar",
                "color": "#A61B1B",
                "data": [row["integrated"] for row in months],
            },
        ],
    }
