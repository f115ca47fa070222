"""What teams say that the days of their members or their contest speak against."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentorship.models import Assessment, Reflection, Stage
from mentorship.models.project import Round
from organization.ranks import rank_of
from organization.reach import Viewer
from pairings.contradictions import Contradiction, Told, register, sentences
from pairings.models import Seat

Rows = Sequence[Any]


class OfTeams(Contradiction):
    """A kind whose records are teams."""

    model = "mentorship.MentorshipTeam"
    permission = "pairings.edit_pairing"


class BeforeJoining(OfTeams):
    """An assessment or a reflection of a student of a day before they joined the team."""

    slug = "before-joining"
    name = gettext_lazy("Assessed or reflected before joining the team")

    def condition(self) -> Any:
        """Return the condition: dated before the first seat that the student ever had in the team."""
        earlier = [
            Exists(_dated_too_early(model, day).filter(team=OuterRef("pk")))
            for model, day in ((Assessment, "assessed_on"), (Reflection, "written_on"))
        ]
        return earlier[0] | earlier[1]

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say of whom, which day it is and which day they joined (two queries)."""
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for model, day in ((Assessment, "assessed_on"), (Reflection, "written_on")):
            early = _dated_too_early(model, day).filter(team__in=[row.pk for row in rows]).order_by("pk")
            for pk, team, student, on, joined in early.values_list("pk", "team", "student__name", day, "seated_on"):
                found[team].append((model._meta.model_name, pk, student, on, joined))
        return {row.pk: self._told(found[row.pk]) for row in rows}

    def _told(self, early: list[tuple[Any, ...]]) -> Told:
        words = {
            "assessment": _("%(student)s was assessed on %(day)s and joined the team only on %(joined)s."),
            "reflection": _("%(student)s wrote a reflection on %(day)s and joined the team only on %(joined)s."),
        }
        said = [
            words[what] % {"student": student, "day": date_format(on), "joined": date_format(joined)}
            for what, _pk, student, on, joined in early
        ]
        todo = _("Please correct the day, or write why it is right.")
        return Told(sentences(*said, todo), tuple((what, pk, on, joined) for what, pk, _name, on, joined in early))


def _dated_too_early(model: Any, day: str) -> Any:
    """Return what is dated before the day on which its student first sat in its team, as `seated_on`."""
    seats = Seat.objects.order_by().filter(pairing=OuterRef("team"), person=OuterRef("student"))
    first = seats.values("person").annotate(first=Min("joined_on")).values("first")
    return model._base_manager.annotate(seated_on=first).filter(seated_on__gt=F(day))


class RoundAboveContest(OfTeams):
    """A result in a round above the one that the contest or project leads up to."""

    slug = "round-above-contest"
    name = gettext_lazy("A round above what the contest leads up to")

    def condition(self) -> Any:
        """Return the condition, by the order of the rounds."""
        return Exists(_above().filter(project__team=OuterRef("pk")))

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which round of which project it is (one query)."""
        found: dict[int, list[Stage]] = defaultdict(list)
        above = _above().filter(project__team__in=[row.pk for row in rows])
        for stage in above.select_related("project").order_by("pk"):
            found[stage.project.team_id].append(stage)
        return {row.pk: self._told(found[row.pk]) for row in rows}

    def _told(self, stages: Iterable[Stage]) -> Told:
        words = _(
            "“%(project)s” is entered as leading up to “%(level)s”, and has a result of “%(round)s”. Please correct one"
            " of the two, or write why both are right."
        )
        said, facts = [], []
        for stage in stages:
            project = stage.project
            named = {"level": project.get_level_display(), "round": stage.get_round_display()}
            said.append(words % {"project": project.title, **named})
            facts.append((stage.pk, stage.round, project.level, stage.result))
        return Told(sentences(*said), tuple(facts))


def _above() -> Any:
    """Return the rounds with a result that lie above what their project leads up to."""
    ranked = Stage._base_manager.annotate(at=rank_of(Round, "round"), top=rank_of(Round, "project__level"))
    return ranked.filter(~Q(result=""), at__gt=F("top"))


register(BeforeJoining(), RoundAboveContest())
