"""What progress logs say that other logs speak against: words copied, and more hours than a day has."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Left, Length
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.reach import Viewer
from pairings.contradictions import Contradiction, Told, register, sentences
from pairings.models import ProgressLog
from pairings.models.logs import BEGINNING

Rows = Sequence[Any]
#: Shorter words, such as 例会, are the same by nature.
SHORTEST = 20
#: Nobody works longer on one day, travel and breaks left aside.
HOURS_OF_A_DAY = Decimal(16)


class OfLogs(Contradiction):
    """A kind whose records are progress logs."""

    model = "pairings.ProgressLog"
    permission = "pairings.edit_log"
    shown_with = ("pairing", "author")


class CopiedWords(OfLogs):
    """A log whose words stand in an earlier log of the branch, letter by letter."""

    slug = "copied-log"
    name = gettext_lazy("Log copied word for word")

    def condition(self) -> Any:
        """Return the condition; the index `log_of_words` finds those that begin alike."""
        earlier = ProgressLog.objects.filter(
            Exact(Left("words", BEGINNING), Left(OuterRef("words"), BEGINNING)),
            branch=OuterRef("branch"),
            words=OuterRef("words"),
            pk__lt=OuterRef("pk"),
        )
        return Q(GreaterThanOrEqual(Length("words"), SHORTEST)) & Exists(earlier)

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say of which day the first one is, and of which pairing where the reader sees it (two queries)."""
        alike = ProgressLog.objects.filter(
            branch__in={row.branch_id for row in rows}, words__in={row.words for row in rows}
        ).select_related("pairing")
        first: dict[tuple[int, str], ProgressLog] = {}
        for log in alike.order_by("-pk"):
            first[log.branch_id, log.words] = log
        numbers = [log.pk for log in first.values()]
        seen = set(ProgressLog.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
        return {row.pk: self._told(row, first[row.branch_id, row.words], seen) for row in rows}

    def _told(self, row: ProgressLog, first: ProgressLog, seen: set[int]) -> Told:
        days = {"day": date_format(row.date), "other": date_format(first.date), "pairing": first.pairing.title}
        if first.pk in seen:
            said = _("The log of %(day)s says word for word what that of %(other)s in “%(pairing)s” says.") % days
        else:
            said = _("The log of %(day)s says word for word what that of %(other)s in another pairing says.") % days
        todo = _("Please write what was done on that day, remove one of them if it was entered twice, or write why.")
        return Told(sentences(said, todo), (first.pk, row.words))


class MoreHoursThanADay(OfLogs):
    """Logs of one author on one day whose hours together are more than anybody works."""

    slug = "hours-of-a-day"
    name = gettext_lazy("More hours than a day has")

    def condition(self) -> Any:
        """Return the condition."""
        day = ProgressLog.objects.order_by().filter(author=OuterRef("author"), date=OuterRef("date"))
        return Exists(day.values("author").annotate(together=Sum("hours")).filter(together__gt=HOURS_OF_A_DAY))

    def tell(self, rows: Rows, user: Viewer) -> Mapping[int, Told]:
        """Say how many logs and hours there are on the day (one query)."""
        logs = ProgressLog.objects.filter(
            author__in={row.author_id for row in rows}, date__in={row.date for row in rows}
        )
        by_day: dict[tuple[int, Any], list[tuple[int, Decimal]]] = defaultdict(list)
        for pk, author, date, hours in logs.order_by("pk").values_list("pk", "author", "date", "hours"):
            by_day[author, date].append((pk, hours))
        return {row.pk: self._told(row, by_day[row.author_id, row.date]) for row in rows}

    def _told(self, row: ProgressLog, logs: list[tuple[int, Decimal]]) -> Told:
        words = _(
            "The %(count)s logs that %(author)s has on %(day)s come to %(hours)s hours. Please correct the day or the"
            " hours, or write how they go together."
        )
        named = {
            "count": len(logs),
            "author": row.author.name,
            "day": date_format(row.date),
            "hours": localize(sum(hours for _pk, hours in logs)),
        }
        return Told(words % named, (row.date, logs))


register(CopiedWords(), MoreHoursThanADay())
