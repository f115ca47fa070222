"""What the shared base knows of the mentorship form."""

from django.utils.translation import gettext_lazy as _

from pairings.kinds import LEADER, ORDINARY_STUDENT, STUDENT_MEMBER, Decided, PairingKind, SeatRole

MENTORSHIP = PairingKind(
    slug="mentorship",
    label=_("Mentorship"),
    lead=_("One teacher party member guides one student party member and one ordinary student."),
    mode=_("Talent development"),
    ones=(_("Mentor in the party"), _("Student in the party"), _("Other student")),
    model="mentorship.MentorshipTeam",
    namespace="mentorship",
    colour="red",
    matcher="mentorship.matching.TeamMatcher",
    roles=(
        SeatRole(LEADER, _("Mentor (teacher party member)"), "teacher", is_member=True),
        SeatRole(STUDENT_MEMBER, _("Student party member"), "student", is_member=True),
        SeatRole(ORDINARY_STUDENT, _("Ordinary student"), "student", is_member=False),
    ),
    activities=(
        ("training", _("Training")),
        ("project", _("Project work")),
        ("contest", _("Contest")),
        ("tutoring", _("Tutoring")),
        ("meeting", _("Team meeting")),
        ("party", _("Party-building activity")),
    ),
    decided=(Decided("work", _("What the team works on"), ("track", "contest")),),
)
