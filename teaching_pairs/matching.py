"""How teaching pairs are matched: complementary, mid-career with young, strong with strong, across specialties."""

from typing import Any, ClassVar

from organization.models import Person
from pairings.kinds import LEADER, ORDINARY_TEACHER
from pairings.matching.candidates import Candidate, candidates_from, words_of
from pairings.matching.matcher import Matcher
from pairings.matching.parts import (
    AcrossOffices,
    CommonTopics,
    Complement,
    LightLoad,
    MidCareerWithYoung,
    StrongWithStrong,
)
from pairings.models import Match, MatchRule, MatchRun, Seat
from teaching_pairs.models import SignUp, TeachingPair, Workshop, WorkshopRun
from teaching_pairs.patterns import suggest_pattern

#: Words by which a topic is told from a course.
TOPIC_WORDS = ("课题", "研究", "改革", "路径", "机制")


class TeachingMatcher(Matcher):
    """Party teachers with ordinary teachers, of the whole branch or of those who came to a workshop."""

    parts: ClassVar[Any] = {
        (LEADER, ORDINARY_TEACHER): (
            Complement(),
            CommonTopics(),
            MidCareerWithYoung(),
            StrongWithStrong(),
            AcrossOffices(),
            LightLoad(),
        )
    }
    aims = (Complement.slug, MidCareerWithYoung.slug, StrongWithStrong.slug)

    def candidates(self, run: MatchRun) -> dict[str, list[Candidate]]:
        """Return the party teachers and the others (four queries at most)."""
        return self.candidates_at(Workshop.objects.filter(runs__run=run).first() if run.pk else None, run)

    def candidates_at(self, workshop: Workshop | None, run: MatchRun) -> dict[str, list[Candidate]]:
        """Return those who came to a workshop, or of the whole branch (three queries)."""
        people = Person.objects.filter(branch=run.branch_id).active().teachers()
        signups = SignUp.objects.filter(person__branch=run.branch_id)
        if workshop:
            signups = signups.filter(workshop=workshop).exclude(attended=False)
            people = people.filter(pk__in=signups.values("person"))
        if not run.include_paired:
            paired = Seat.objects.filter(pairing__kind=TeachingPair.KIND, left_on__isnull=True)
            people = people.exclude(pk__in=paired.values("person"))
        topics = {person: words_of(words) for person, words in signups.order_by("pk").values_list("person", "topics")}
        return {
            LEADER: candidates_from(people.members(), topics=topics),
            ORDINARY_TEACHER: candidates_from(people.non_members(), topics=topics),
        }

    def initial(self, match: Match) -> dict[str, Any]:
        """Return title, course or topic, pattern and formation, as far as the match says them (three queries)."""
        workshop = WorkshopRun.objects.filter(run=match.run_id).first()
        leader, colleague = match.people[LEADER], match.people[ORDINARY_TEACHER]
        subject = next(iter(match.facts.get(CommonTopics.slug, ())), "")
        field = "topic" if any(word in subject for word in TOPIC_WORDS) else "course"
        pins = MatchRule.objects.filter(branch=match.branch_id, kind=match.run.kind, rule=MatchRule.Rule.PIN)
        both = (leader.pk, colleague.pk)
        brokered = pins.filter(person__in=both, other__in=both, brokered_by__isnull=False).first()
        return {
            "title": subject or f"{leader.name}、{colleague.name}",
            field: subject,
            "pattern": suggest_pattern(*candidates_from(Person.objects.filter(pk__in=both))),
            "formation": "brokered" if brokered else "self_formed",
            "brokered_by": brokered.brokered_by_id if brokered else None,
            "workshop": workshop.workshop_id if workshop else None,
        }
