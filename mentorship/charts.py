"""The picture of a student's growth: one radar, an outline per assessment."""

from collections.abc import Sequence
from typing import Any

from mentorship.models import Assessment

#: A colour per moment, from the design tokens; the student's own view is dashed.
COLOURS = {"start": "var(--ink-soft)", "middle": "var(--blue)", "end": "var(--red)"}


def growth_radar(assessments: Sequence[Assessment]) -> dict[str, Any]:
    """Return a radar of assessments by one rubric.

    Args:
        assessments: in order of time, with their scores fetched; those by another rubric than the last are left out.
    """
    rubric = assessments[-1].rubric_id
    shown = [one for one in assessments if one.rubric_id == rubric]
    indicator = [{"name": str(score.item), "max": 5, "min": 0} for score in assessments[-1].scores.all()]
    data = [
        {
            "name": f"{one.get_moment_display()}·{one.get_view_display()}",
            "value": [score.value for score in one.scores.all()],
            "symbol": _symbol(one),
            "itemStyle": {"color": COLOURS[one.moment]},
            "lineStyle": {
                "color": COLOURS[one.moment],
                "type": "dashed" if one.view == Assessment.View.SELF else "solid",
            },
        }
        for one in shown
    ]
    return {
        "tooltip": {},
        "legend": {"bottom": 0, "data": [{"name": one["name"], "icon": one["symbol"]} for one in data]},
        "radar": {"indicator": indicator, "radius": "58%", "center": ["50%", "46%"], "splitNumber": 5},
        "series": [{"type": "radar", "data": data}],
    }


def _symbol(assessment: Assessment) -> str:
    """Return the mark of a view, so that two views of one moment differ by more than their line."""
    return "emptyCircle" if assessment.view == Assessment.View.SELF else "circle"
