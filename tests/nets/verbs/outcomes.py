"""Outcomes from draft to seal and correction, what is shared, and reports that are frozen."""

import datetime

import hypothesis.strategies as st
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis.stateful import rule

from organization.merging import merge, say_different, undo_merge
from organization.models import Branch, Merge
from outcomes.figures import Period
from outcomes.freezing import freeze_report, frozen_of, revise_report
from outcomes.models import Outcome, OutcomeShare, ReportKind, ReportProse, ask_to_share
from outcomes.models.photos import choose_photos
from pairings.models import LogPhoto
from tests.nets.verbs.machine import Machine, day, number, pick, words

level = st.sampled_from(["college", "provincial", "national"])
status = st.sampled_from(["cultivating", "approved", "recognised"])


class OutcomeVerbs(Machine):
    """What is done to outcomes and reports."""

    def outcome(self, place: int, *fitting: str) -> Outcome:
        """Return an outcome, rather one of a state of review that the verb asks for."""
        return pick(Outcome.objects.all(), place, Q(review__in=fitting))

    @rule(
        who=st.lists(number, max_size=2),
        by=number,
        of=st.none() | number,
        on=day,
        earlier=st.none() | number,
        level=level,
        status=status,
        proved=st.integers(0, 3),
    )
    def record_outcome(
        self,
        *,
        who: list[int],
        by: int,
        of: int | None,
        on: datetime.date,
        earlier: int | None,
        level: str,
        status: str,
        proved: int,
    ) -> None:
        before, user = None if earlier is None else self.outcome(earlier), self.user(by)
        draft = Outcome(
            branch=self.branch,
            title="精品课程",
            category="course",
            level=level,
            status=status,
            achieved_on=on,
            continues=before,
        )
        given = {
            "people": [self.person(place) for place in who],
            "pairings": [] if of is None else [self.pairing(of)],
            "evidence": [proof.evidence for proof in self.outcome(0).proofs.all()] if proved else [],
        }
        self.attempt(lambda: draft.record(by=user, **given), by=user)

    @rule(of=number, by=number, on=day, level=level, status=status, credited=st.none() | number)
    def rewrite_outcome(
        self, *, of: int, by: int, on: datetime.date, level: str, status: str, credited: int | None
    ) -> None:
        outcome, user = self.outcome(of, "draft", "returned"), self.user(by)
        was_editable = outcome.is_editable
        outcome.achieved_on, outcome.level, outcome.status = on, level, status
        people = [one.person for one in outcome.contributions.select_related("person")]
        pairings = [] if credited is None else [self.pairing(credited)]
        if self.attempt(lambda: outcome.rewrite(by=user, people=people, pairings=pairings), by=user):
            assert was_editable, "rewrote what was not the author's any more"

    @rule(of=number, by=number)
    def submit(self, of: int, by: int) -> None:
        outcome, user = self.outcome(of, "draft", "returned"), self.user(by)
        if self.attempt(lambda: outcome.submit(by=user), by=user):
            assert outcome.submitted_by_id == user.pk, "somebody else is said to have submitted it"

    @rule(of=number, by=number)
    def verify(self, of: int, by: int) -> None:
        outcome, user = self.outcome(of, "submitted"), self.user(by)
        if self.attempt(lambda: outcome.verify(by=user), by=user):
            assert user.manages(outcome.branch_id), "verified by a stranger"
            assert user.pk != outcome.submitted_by_id, "verified by whoever submitted it"

    @rule(of=number, by=number, reason=words)
    def return_outcome(self, of: int, by: int, reason: str) -> None:
        outcome, user = self.outcome(of, "submitted"), self.user(by)
        if self.attempt(lambda: outcome.send_back(by=user, reason=reason), by=user):
            assert user.manages(outcome.branch_id), "returned by a stranger"
            assert outcome.return_reason.strip(), "returned without a reason"

    @rule(of=number, by=number, reason=words)
    def correct(self, of: int, by: int, reason: str) -> None:
        outcome, user = self.outcome(of, "verified"), self.user(by)
        was_verified = outcome.is_verified
        if self.attempt(lambda: outcome.correct(by=user, reason=reason), by=user):
            assert was_verified, "corrected what was not verified"

    @rule(of=number, by=number, to=st.none() | number)
    def share(self, of: int, by: int, to: int | None) -> None:
        """Share a draft with a branch or with none, as its form does."""
        outcome, user = self.outcome(of, "draft", "returned"), self.user(by)
        others = Branch.objects.exclude(pk=outcome.branch_id)
        chosen = [] if to is None else [pick(others, to)]
        if outcome.is_editable:
            self.attempt(lambda: outcome.shared_with.set(chosen), by=user, told=False)

    @rule(of=number, by=number, to=number)
    def ask_to_share(self, of: int, by: int, to: int) -> None:
        outcome, user = self.outcome(of, "draft", "verified"), self.user(by)
        others = Branch.objects.exclude(pk=outcome.branch_id)
        self.attempt(lambda: ask_to_share(outcome, pick(others, to), by=user), by=user)

    @rule(which=number, by=number, agrees=st.booleans(), reason=words)
    def answer_share(self, which: int, by: int, agrees: bool, reason: str) -> None:
        if OutcomeShare.objects.exists():
            share, user = pick(OutcomeShare.objects.all(), which), self.user(by)
            answer = (lambda: share.agree(by=user)) if agrees else (lambda: share.decline(by=user, reason=reason))
            if self.attempt(answer, by=user):
                assert user.manages(share.branch_id), "answered by a stranger"

    @rule(of=number, into=number, by=number, reason=words)
    def merge(self, of: int, into: int, by: int, reason: str) -> None:
        merged, kept, user = self.outcome(of, "verified", "draft"), self.outcome(into, "verified"), self.user(by)
        if self.attempt(lambda: merge(kept, merged, by=user, reason=reason), by=user):
            assert user.manages(kept.branch_id), "merged by a stranger"
            assert reason.strip(), "merged without a reason"

    @rule(which=number, by=number, reason=words)
    def part(self, which: int, by: int, reason: str) -> None:
        if Merge.objects.exists():
            line, user = pick(Merge.objects.all(), which), self.user(by)
            self.attempt(lambda: undo_merge(line, by=user, reason=reason), by=user)

    @rule(one=number, other=number, by=number)
    def say_different(self, one: int, other: int, by: int) -> None:
        pair, user = (self.outcome(one), self.outcome(other)), self.user(by)
        self.attempt(lambda: say_different(*pair, by=user), by=user)

    @rule(by=number, year=st.sampled_from([2023, 2024]), to_come=st.integers(0, 2), now=st.integers(0, 3))
    def freeze(self, by: int, year: int, to_come: int, now: int) -> None:
        """Freeze a year now and then, over or not: its documents take a while to draw."""
        user, this_year = self.user(by), timezone.localdate().year
        year = this_year + to_come - 1 if to_come else year
        if now == 0 and self.attempt(
            lambda: freeze_report(self.branch, Period.year(year), by=user, despite=True), by=user
        ):
            assert user.manages(self.branch.pk), "frozen by a stranger"
            assert year < this_year, "frozen before the period was over"

    @rule(by=number, year=st.sampled_from([2023, 2024]), said=words, despite=st.booleans(), now=st.integers(0, 3))
    def revise(self, by: int, year: int, said: str, despite: bool, now: int) -> None:
        """Revise the newest version of a year's report, or a stale one, where there is one."""
        user, frozen = self.user(by), frozen_of(self.branch, Period.year(year))
        if frozen is None or now:
            return
        before = frozen.compute_hashes()
        if self.attempt(lambda: revise_report(frozen, by=user, reason=said, despite=despite), by=user):
            assert user.manages(self.branch.pk), "revised by a stranger"
            assert said.strip(), "revised without a reason"
        assert frozen.compute_hashes() == before, "a revision changed what it revises"

    @rule(by=number, said=words)
    def choose_photo(self, by: int, said: str) -> None:
        """Put the newest photo of a log into the reports of its day, with a caption."""
        user, photo = self.user(by), LogPhoto.objects.order_by("pk").last()
        if photo is not None:
            day, branch = photo.log.date, photo.log.branch
            if self.attempt(lambda: choose_photos(branch, day, day, [(photo, said)], by=user), by=user):
                assert user.manages(branch.pk), "chosen by a stranger"

    @rule(by=number, said=words)
    def begin_kind(self, by: int, said: str) -> None:
        """Begin a kind of report of the branch's own with a written and a counted section."""
        user, place = self.user(by), ReportKind.objects.count()
        kind = ReportKind(branch=self.branch, code=f"kind-{place}", name=f"汇报{place}")

        @transaction.atomic
        def begin() -> None:
            kind.save()
            kind.begin_with([("own-1", said, ""), ("work", "", "")], by=user)

        if self.attempt(begin, by=user, told=False):
            assert user.manages(self.branch.pk), "begun by a stranger"
            assert said.strip(), "a written section has no heading"

    @rule(by=number, said=words)
    def write_prose(self, by: int, said: str) -> None:
        user = self.user(by)
        days = {"first_day": datetime.date(2024, 1, 1), "last_day": datetime.date(2024, 12, 31)}
        prose = ReportProse(branch=self.branch, kind="case", section="practice", words=said, **days)
        self.attempt(lambda: prose.record(by=user), by=user)
