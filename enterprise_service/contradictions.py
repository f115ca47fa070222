"""What engagements say that their contract or other visits speak against."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprise_service.models import Engagement
from enterprise_service.models.engagement import ON_SITE
from organization.reach import Viewer
from pairings.contradictions import Contradiction, Told, register
from pairings.log_contradictions import OfLogs
from pairings.models import ProgressLog

Rows = Sequence[Any]
#: Two regions are told apart by how they begin: 广州 is where 广州市黄埔区 is.
REGION = 2


class WithoutContract(Contradiction):
    """Money that no contract is named for."""

    slug = "money-without-contract"
    name = gettext_lazy("Money without its contract")
    model = "enterprise_service.Engagement"
    permission = "pairings.edit_pairing"

    def condition(self) -> Q:
        """Return the condition: approved, with an amount and without the contract's number."""
        return Q(approved_at__isnull=False, contract_amount_cny__gt=0, contract_number="")

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say which amount it is (no query)."""
        words = _(
            "A contract of %(amount)s CNY is entered, and no contract number. Please enter the number, or write why"
            " there is none."
        )
        return {
            row.pk: Told(words % {"amount": localize(row.contract_amount_cny)}, (row.contract_amount_cny,))
            for row in rows
        }


class TwoPlacesOnADay(OfLogs):
    """Somebody was at enterprises of two regions on one day."""

    slug = "two-places"
    name = gettext_lazy("In two places on one day")

    def condition(self) -> Any:
        """Return the condition: another log at an enterprise of that day, by the same author, elsewhere."""
        place = "pairing__engagement__problem__enterprise__region"
        others = ProgressLog.objects.filter(
            ~Q(**{place: ""}),
            author=OuterRef("author"),
            date=OuterRef("date"),
            activity_type__in=ON_SITE,
            pairing__kind=Engagement.KIND,
        ).annotate(here=Left(place, REGION))
        elsewhere = others.exclude(here=Left(OuterRef(place), REGION))
        is_on_site = Q(pairing__kind=Engagement.KIND, activity_type__in=ON_SITE) & ~Q(**{place: ""})
        return is_on_site & Exists(elsewhere)

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say between which regions (one query)."""
        place = "pairing__engagement__problem__enterprise__region"
        logs = ProgressLog.objects.filter(
            author__in={row.author_id for row in rows},
            date__in={row.date for row in rows},
            activity_type__in=ON_SITE,
            pairing__kind=Engagement.KIND,
        )
        by_day: dict[tuple[int, Any], list[tuple[int, str]]] = defaultdict(list)
        for pk, author, date, region in logs.order_by("pk").values_list("pk", "author", "date", place):
            if region:
                by_day[author, date].append((pk, region))
        return {row.pk: self._told(row, by_day[row.author_id, row.date]) for row in rows}

    def _told(self, row: ProgressLog, places: list[tuple[int, str]]) -> Told:
        words = _(
            "By the logs, %(author)s was at enterprises in %(places)s on %(day)s. Please correct the day, or write how"
            " the visits followed on one another."
        )
        regions = "、".join(dict.fromkeys(region for _pk, region in places))
        named = {"author": row.author.name, "places": regions, "day": date_format(row.date)}
        return Told(words % named, (row.date, places))


register(WithoutContract(), TwoPlacesOnADay())
