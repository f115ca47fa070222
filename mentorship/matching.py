"""How mentorship teams are matched: specialty, interests, skills and load."""

from typing import Any, ClassVar

from mentorship.models import MentorshipTeam
from organization.models import Person
from pairings.kinds import LEADER, ORDINARY_STUDENT, STUDENT_MEMBER
from pairings.matching.candidates import Candidate, candidates_from
from pairings.matching.matcher import Matcher
from pairings.matching.parts import CommonInterests, Complement, LightLoad, SameSpecialty
from pairings.models import Match, MatchRun, Seat

COMPLEMENT, SPECIALTY, INTERESTS, LOAD = Complement(), SameSpecialty(), CommonInterests(), LightLoad()


class TeamMatcher(Matcher):
    """Mentors with student members and ordinary students of one branch."""

    parts: ClassVar[Any] = {
        (LEADER, STUDENT_MEMBER): (COMPLEMENT, SPECIALTY, LOAD),
        (LEADER, ORDINARY_STUDENT): (COMPLEMENT, SPECIALTY, LOAD),
        (STUDENT_MEMBER, ORDINARY_STUDENT): (COMPLEMENT, SPECIALTY, INTERESTS),
    }
    aims = (COMPLEMENT.slug, SPECIALTY.slug, INTERESTS.slug)

    def candidates(self, run: MatchRun) -> dict[str, list[Candidate]]:
        """Return the mentors, and the students who are in no team (three queries)."""
        people = Person.objects.filter(branch=run.branch_id).active()
        seated = Seat.objects.filter(pairing__kind=MentorshipTeam.KIND, left_on__isnull=True).values("person")
        mentors, students = people.teachers().members(), people.students().exclude(pk__in=seated)
        if not run.include_paired:
            mentors = mentors.exclude(pk__in=seated)
        return {
            LEADER: candidates_from(mentors),
            STUDENT_MEMBER: candidates_from(students.members()),
            ORDINARY_STUDENT: candidates_from(students.non_members()),
        }

    def initial(self, match: Match) -> dict[str, Any]:
        """Return a title from the mentor's name."""
        return {"title": f"{match.people[LEADER].name}导师团队"}
