"""What the shared base knows of enterprise service."""

from django.utils.translation import gettext_lazy as _

from pairings.kinds import HELPER, LEADER, Decided, PairingKind, SeatRole

ENTERPRISE = PairingKind(
    slug="enterprise",
    label=_("Enterprise service"),
    lead=_("One party member leads a team that solves one problem of one enterprise."),
    mode=_("Social service"),
    ones=(_("Party member"), _("Enterprise"), _("Its problem")),
    model="enterprise_service.Engagement",
    namespace="enterprise_service",
    colour="green",
    roles=(SeatRole(LEADER, _("Leading party member"), "teacher", is_member=True),),
    extra_roles=(SeatRole(HELPER, _("Team member"), "teacher"),),
    activities=(
        ("solving", _("On-site solving")),
        ("survey", _("Survey of the trade")),
        ("technical", _("Technical problems")),
        ("talent", _("Talent needs")),
        ("policy", _("Talk on policy")),
        ("training", _("Training for the enterprise")),
        ("party", _("Party-building activity")),
    ),
    decided=(
        Decided("work", _("Enterprise problem"), ("problem",)),
        Decided("contract", _("Contract"), ("contract_number", "contract_amount_cny")),
    ),
)
