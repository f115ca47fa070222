"""What the shared base knows of the teaching pairs."""

from django.utils.translation import gettext_lazy as _

from pairings.kinds import LEADER, ORDINARY_TEACHER, Decided, PairingKind, SeatRole

TEACHING = PairingKind(
    slug="teaching",
    label=_("Teaching pair"),
    lead=_("One party teacher and one ordinary teacher work on one course or one research topic."),
    mode=_("Teaching and research"),
    ones=(_("Teacher in the party"), _("Other teacher"), _("Course or topic")),
    model="teaching_pairs.TeachingPair",
    namespace="teaching_pairs",
    colour="blue",
    roles=(
        SeatRole(LEADER, _("Party teacher"), "teacher", is_member=True),
        SeatRole(ORDINARY_TEACHER, _("Ordinary teacher"), "teacher", is_member=False),
    ),
    activities=(
        ("course", _("Course building")),
        ("research", _("Teaching research")),
        ("observation", _("Class observation")),
        ("workshop", _("Training or seminar")),
        ("application", _("Writing an application")),
        ("talk", _("Talk")),
        ("party", _("Party-building activity")),
    ),
    matcher="teaching_pairs.matching.TeachingMatcher",
    decided=(Decided("work", _("Course or topic"), ("course", "topic")),),
)
