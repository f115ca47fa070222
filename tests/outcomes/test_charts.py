"""Charts: nothing is left out of the time axis, every part opens its records, and every colour can be seen."""

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings

from outcomes.figures import Period
from outcomes.figures.charts import logs_over_time, outcomes_by_level
from outcomes.figures.dashboard import Figure, Scope, month_figures
from outcomes.models import Level
from tests.conftest import signed_in
from tests.factories import BranchFactory, log, secretary_of, teaching_pair

TOKEN = re.compile(r"--(?P<name>[a-z-]+): (?P<value>#[0-9a-f]{3}(?:[0-9a-f]{3})?);")
#: WCAG 2.2, 1.4.11: what a picture needs to be understood stands out from what is beside it by so much.
LEAST_CONTRAST = 3


@pytest.mark.django_db
def test_a_month_without_a_log_is_a_zero_and_every_part_opens_its_logs() -> None:
    branch = BranchFactory()
    pair = teaching_pair(branch, started_on=datetime.date(2024, 1, 2))
    for month, element in ((2, ""), (2, "theory"), (5, "theory")):
        log(pair, date=datetime.date(2024, month, 28), element_kind=element, element_words="共学。" if element else "")
    with time_machine.travel(datetime.datetime(2024, 6, 15, 4, tzinfo=datetime.UTC)):
        months = month_figures(Scope([branch], Period.year(2024), branch))
    assert [(one.label, one.logs.value, one.integrated.value) for one in months] == [
        ("2024-01", 0, 0), ("2024-02", 2, 1), ("2024-03", 0, 0),
        ("2024-04", 0, 0), ("2024-05", 1, 1), ("2024-06", 0, 0),
    ]  # fmt: skip
    reader = signed_in(secretary_of(branch))
    for month in months:
        for figure in (month.logs, month.integrated, month.others):
            assert reader.get(figure.url).context["page_obj"].paginator.count == figure.value
    chart = logs_over_time(months)
    drawn = [[part["value"] or 0 for part in series["data"]] for series in chart["series"]]
    assert [sum(parts) for parts in zip(*drawn, strict=True)] == [one.logs.value for one in months]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2024-01-01", "2024-12-31", 12),
        ("2023-09-01", "2024-08-31", 12),
        ("2024-02-28", "2024-03-01", 2),
        ("2024-02-29", "2024-02-29", 1),
        ("2199-01-01", "2199-12-31", 0),
    ],
)
def test_a_period_reaches_into_months_up_to_today(first: str, last: str, months: int) -> None:
    period = Period(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))
    reached = period.months_so_far
    assert (len(reached), sorted(set(reached))) == (months, reached)


def schemes() -> dict[str, dict[str, str]]:
    """Return the colours of the tokens in light and in dark."""
    text = Path(settings.BASE_DIR, "static/css/tokens.css").read_text()
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")
    told = {
        name: {found["name"]: found["value"] for found in TOKEN.finditer(part)}
        for name, part in (("light", light), ("dark", dark))
    }
    return {"light": told["light"], "dark": told["light"] | told["dark"]}


def luminance(colour: str) -> float:
    """Return how light a colour is (WCAG 2.2, relative luminance)."""
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def drawn_tokens() -> set[str]:
    """Return the tokens that charts draw with."""
    rows = [("", [Figure("", 1) for _level in Level])]
    options: list[Any] = [outcomes_by_level(rows), logs_over_time([])]
    return set(re.findall(r"var\(--([a-z-]+)\)", str(options)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("token", sorted(drawn_tokens()))
def test_a_colour_of_a_chart_stands_out_from_the_ground(scheme: str, token: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[token], colours["surface"]) >= LEAST_CONTRAST


def test_no_level_has_the_colour_of_a_form_and_none_that_of_another() -> None:
    for colours in schemes().values():
        used = [colours[name] for name in ("red", "blue", "green", *(f"level-{level.value}" for level in Level))]
        assert len(set(used)) == len(used)
