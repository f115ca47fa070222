"""The picture of the “1+1+1” mode: the three forms, the ones that come together in each, and what came of it."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from outcomes.figures.by_form import integrated_logs
from outcomes.figures.dashboard import Figure, KindFigures
from pairings.kinds import PairingKind, kind_of
from pairings.numbers import percent

TEMPLATE = "outcomes/parts/mode.html"
#: Where the columns begin and where in one its discs stand, in the picture's own units.
COLUMNS, DISCS = (0, 212, 424), (34, 98, 162)
#: So many letters of a word stand beneath a disc before it breaks.
LETTERS = 11


@dataclass(frozen=True)
class Disc:
    """One of three that come together: where it stands in its column, and its word in lines."""

    x: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A form in the picture, with its numbers."""

    x: int
    kind: PairingKind
    active: Figure
    completed: Figure
    logs: Figure
    integration: Figure
    outcomes: Figure

    @property
    def mode(self) -> str:
        """Return what working this way is called."""
        return str(self.kind.mode or self.kind.label)

    @property
    def discs(self) -> list[Disc]:
        """Return the ones that come together."""
        lines = [tuple(textwrap.wrap(str(one), LETTERS)) for one in self.kind.ones]
        return [Disc(x, words) for x, words in zip(DISCS, lines, strict=False)]


@dataclass(frozen=True)
class Mode:
    """The picture: a column for each form, and how many outcomes there are together, each once."""

    columns: tuple[Column, ...]
    total: Figure

    @classmethod
    def of_page(cls, kinds: list[KindFigures], forms: list[Figure], total: Figure) -> "Mode":
        """Return the picture of a dashboard, whose numbers open their records.

        Args:
            kinds: the figures of each form.
            forms: how many outcomes each shares, in the same order; more may follow.
            total: how many there are together.
        """
        columns = []
        for x, one, outcomes in zip(COLUMNS, kinds, forms, strict=False):
            active, completed, _ended, logs, *_rest = one.figures
            columns.append(Column(x, one.kind, active, completed, logs, one.integration, outcomes))
        return cls(tuple(columns), total)

    @classmethod
    def of_report(cls, report: Mapping[str, Any]) -> "Mode":
        """Return the picture of a report; those frozen before 0.5.0 counted no outcomes by form."""
        forms, by_form = report["pairings"].items(), report.get("by_form", {})
        return cls(
            tuple(
                Column(
                    x,
                    kind_of(slug),
                    active=Figure("", row["active"]),
                    completed=Figure("", row["completed"]),
                    logs=Figure("", row["logs"]),
                    integration=Figure("", percent(integrated_logs(row), row["logs"])),
                    outcomes=Figure("", by_form[slug]["outcomes"] if slug in by_form else "—"),
                )
                for x, (slug, row) in zip(COLUMNS, forms, strict=False)
            ),
            Figure("", report["totals"]["outcomes"]),
        )

    @property
    def svg(self) -> SafeString:
        """Draw the picture; its colours are design tokens."""
        return render_to_string(TEMPLATE, {"mode": self})

    @property
    def in_words(self) -> str:
        """Say what the picture shows."""
        words = _(
            "%(mode)s: %(active)s pairings active, %(completed)s completed, %(logs)s logs, integration rate %(rate)s, "
            "%(outcomes)s outcomes"
        )
        said = [
            words % {
                "mode": one.mode, "active": one.active.value, "completed": one.completed.value, "logs": one.logs.value,
                "rate": one.integration.value, "outcomes": one.outcomes.value,
            }
            for one in self.columns
        ]  # fmt: skip
        said.append(_("together %(count)s outcomes, each counted once") % {"count": self.total.value})
        return "；".join(said)
