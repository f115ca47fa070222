"""One person, one enterprise and one problem that were entered twice, for the secretary to find and merge."""

from enterprise_service.models import Enterprise, Problem
from organization.models import Person
from pairing_site.demo.people import Cast


def enter_twice(cast: Cast) -> None:
    """Enter again a teacher whose number is written another way, an enterprise and a problem; no figure counts them."""
    known = cast.teachers[4]
    Person.objects.create(
        branch=cast.branch,
        kind=known.kind,
        name=known.name,
        number=f"{known.number[:3].lower()}-{known.number[3:]}",
        office=known.office,
        phone="13800000416",
    )
    waiting = Problem.objects.filter(enterprise__branch=cast.branch).open().order_by("pk")[0]
    served = waiting.enterprise
    Enterprise.objects.create(
        branch=cast.branch, name=f"{served.name.removesuffix('有限公司')}有限责任公司", trade=served.trade
    )
    Problem.objects.create(enterprise=served, title=f"“{waiting.title}”", field=waiting.field, urgency=waiting.urgency)
