"""What an enterprise's contact is asked about, and where a code for them may be sent."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprise_service.models.board import Enterprise
from enterprise_service.models.engagement import ON_SITE, Engagement
from enterprise_service.models.setting import ConfirmationSetting
from enterprise_service.statement import Service
from organization.models import Person, RoleAssignment, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: So many days at the enterprise are named; a contact reads no more on a phone.
DAYS_NAMED = 10


def service_of(engagement: Engagement) -> Service:
    """Return what was done for an enterprise, as far as its contact has to know it (five queries)."""
    enterprise, branch = engagement.problem.enterprise, engagement.branch
    visits = (
        engagement.logs.filter(activity_type__in=ON_SITE).order_by("-date", "-pk").values_list("date", "activity_type")
    )
    names = {slug: str(label) for slug, label in engagement.kind_info.activities}
    by_day: dict[object, list[str]] = {}
    for day, activity in visits:
        done = by_day.setdefault(day, [])
        if names[activity] not in done:
            done.append(names[activity])
    days = [(day, "、".join(done)) for day, done in by_day.items()]
    return Service(
        branch=branch.name,
        enterprise=enterprise.name,
        problem=engagement.problem.title,
        title=engagement.title,
        contract_number=engagement.contract_number,
        people=tuple(seat.person.name for seat in _team_of(engagement)),
        began=engagement.started_on,
        ended=engagement.closed_on,
        visits=tuple(days[:DAYS_NAMED]),  # type: ignore[arg-type]
        more=max(0, len(days) - DAYS_NAMED),
        call=whom_to_call(branch.pk) or gettext("the secretary of %(branch)s") % {"branch": branch.name},
    )


def _team_of(engagement: Engagement) -> list:
    """Return who sits in the engagement, or sat there to its end."""
    return Engagement.objects.prefetch_related("seats__person").get(pk=engagement.pk).shown_seats


def whom_to_call(branch: int) -> str:
    """Return whom a contact may call: the branch's own words, or its secretary's name (up to two queries)."""
    setting = ConfirmationSetting.objects.filter(branch=branch).exclude(call="").first()
    if setting:
        return str(setting.call)
    secretaries = (
        User.objects.filter(
            role_assignments__branch=branch, role_assignments__role=RoleAssignment.Role.SECRETARY, is_active=True
        )
        .select_related("person")
        .order_by("pk")
    )
    names = "、".join(dict.fromkeys(user.get_full_name() for user in secretaries))
    return gettext("%(names)s, secretary of the party branch") % {"names": names} if names else ""


def why_mail_is_refused(enterprise: Enterprise) -> "StrOrPromise":
    """Return why no code can be sent to an enterprise's contact (two queries with a mail); empty when one can."""
    if not enterprise.contact_mail:
        return _("Your branch asks for a code by mail. Put the contact's mail on record with the enterprise first.")
    mail, college = enterprise.contact_mail, enterprise.branch.college_id
    if (
        Person.objects.filter(college=college, email__iexact=mail).exists()
        or User.objects.filter(Q(person__college=college) | Q(person=None), email__iexact=mail).exists()
    ):
        return _("The contact's mail on record is that of somebody of the college. It must be the enterprise's own.")
    return ""
