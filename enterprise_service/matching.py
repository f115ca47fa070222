"""Who could lead the solving of a problem: strengths, past work and load, by the parts of every matching."""

from collections import defaultdict
from dataclasses import replace
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from enterprise_service.models import Engagement, Problem
from organization.models import Person
from pairings.kinds import LEADER
from pairings.matching.candidates import Candidate, candidates_from, words_of
from pairings.matching.matcher import Matcher
from pairings.matching.parts import CommonWords, LightLoad, Side
from pairings.models import Pairing

PROBLEM = "problem"
SUGGESTED = 3


class SkillsAsked(CommonWords):
    """The problem speaks of what they can."""

    slug, label, weight, field = "skills", _("Strengths the problem asks for"), 4, "strengths"


class PastWork(CommonWords):
    """They have solved problems of this field or trade."""

    slug, label, weight, field = "past", _("Has worked on"), 3, "topics"


class ServiceMatcher(Matcher):
    """Party members with the problems on the board."""

    parts: ClassVar[Any] = {(LEADER, PROBLEM): (SkillsAsked(), PastWork(), LightLoad())}

    def suggest(self, problem: Problem) -> list[dict[str, Any]]:
        """Return up to three members whom something speaks for, with what does (three queries)."""
        people = Person.objects.filter(branch=problem.branch_id).active().teachers().members()
        members = Side(candidates_from(people, topics=_past_work(problem.branch_id)))
        if not len(members):
            return []
        asked = Side([_as_candidate(problem, members)])
        scores = self.scores((LEADER, PROBLEM), members, asked, self.weights({}))[:, 0]
        order = sorted(range(len(members)), key=lambda place: (-scores[place], place))
        found = []
        for place in order[:SUGGESTED]:
            facts = {
                part.slug: part.facts(members.people[place], asked.people[0]) for part in self.parts[LEADER, PROBLEM]
            }
            if facts[SkillsAsked.slug] or facts[PastWork.slug]:
                said = {slug: fact for slug, fact in facts.items() if fact}
                found.append({"person": members.people[place].person_id, "reasons": self.say(said)})
        named = Person.objects.select_related("office").in_bulk([one["person"] for one in found])
        return [{**one, "person": named[one["person"]]} for one in found]


def _past_work(branch_id: int) -> dict[int, set[str]]:
    """Return the fields and trades that each person led an engagement in."""
    rows = Engagement.objects.filter(branch=branch_id, seats__role=LEADER).exclude(status=Pairing.Status.PROPOSED)
    past: dict[int, set[str]] = defaultdict(set)
    for person, field, trade in rows.values_list("seats__person", "problem__field", "problem__enterprise__trade"):
        past[person] |= words_of(f"{field} {trade}")
    return past


def _as_candidate(problem: Problem, members: Side) -> Candidate:
    """Return the problem as the parts compare it: the strengths that its text speaks of, and its field and trade."""
    text = f"{problem.title} {problem.field} {problem.description}"
    spoken_of = frozenset(word for one in members.people for word in one.strengths if word in text)
    topics = words_of(f"{problem.field} {problem.enterprise.trade}")
    return replace(Candidate(person_id=0), strengths=spoken_of, topics=topics)
