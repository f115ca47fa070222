"""What ends prepared files before their time: what they may tell of is taken back or forgotten.

Reports that were frozen stay as a decision; a prepared file is none, and can be made anew of what is still there. Which
records a file tells of is not kept, so all files of the branches concerned end.
"""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from organization.models import Branch, Person, TakenBack
from organization.personal import forgets
from organization.ways_back import WayBack, taken_back
from outcomes.models import Outcome, PreparedFile, back


@taken_back
def outdate_with_record(way: WayBack, line: TakenBack) -> None:
    """End the prepared files of a branch when reports may rest on what it took back."""
    if way.in_reports and not _is_of_a_draft(way, line):
        _outdate(Branch.objects.filter(pk=line.branch_id))


@forgets
def outdate_with_person(person: Person) -> None:
    """End the prepared files of a college whose records forget somebody."""
    _outdate(Branch.objects.filter(college=person.college_id))


def _is_of_a_draft(way: WayBack, line: TakenBack) -> bool:
    """Return whether a proof was one of an outcome that never stood in a report (a query)."""
    return way is back.PROOF and not Outcome.objects.decided().filter(pk=line.facts["outcome"]).exists()


def _outdate(branches: QuerySet[Branch]) -> None:
    """End the prepared files that tell of branches, or of what others share with them, in the open transaction.

    Once more with its commit: what was asked for and read meanwhile, before anybody could see what this changes.
    """
    shared = Outcome.shared_with.through.objects.filter(outcome__branch__in=branches)
    concerned = Branch.objects.filter(Q(pk__in=branches) | Q(pk__in=shared.values("branch")))
    told = list(concerned.values_list("pk", flat=True))
    waiting = PreparedFile.objects.telling_of(told).outdate()
    transaction.on_commit(partial(_outdate_once_more, told, waiting))


def _outdate_once_more(told: Iterable[int], waiting: Iterable[int]) -> None:
    """End what was taken up before a commit that it should have waited for, and leave what did wait for it."""
    with transaction.atomic():
        PreparedFile.objects.telling_of(told).exclude(pk__in=waiting).outdate()
