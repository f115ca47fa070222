"""The steps of an outcome's review, and of a request to share one, that people take."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.transitions import Transition
from outcomes.models.facts import OutcomeFacts

Review = OutcomeFacts.Review
OUTCOME, SHARE = "outcomes.Outcome", "outcomes.OutcomeShare"
REASON = "pairings.forms.ReasonForm"


class ShareState(models.TextChoices):
    """What became of the request."""

    ASKED = "asked", _("Asked")
    AGREED = "agreed", _("Agreed")
    DECLINED = "declined", _("Declined")


class FileState(models.TextChoices):
    """How far a prepared file is."""

    WAITING = "waiting", _("waiting for its turn")
    WORKING = "working", _("being prepared")
    READY = "ready", _("ready to download")
    FAILED = "failed", _("not prepared")
    CANCELLED = "cancelled", _("request withdrawn")


SUBMIT = Transition(
    slug="submit",
    model=OUTCOME,
    verb="submit",
    permission="outcomes.submit_outcome",
    state="review",
    allowed=OutcomeFacts.EDITABLE,
    button=_("Submit for verification"),
    done=_("Submitted. The branch secretary will verify it or return it with a reason."),
    is_main=True,
)
VERIFY = Transition(
    slug="verify",
    model=OUTCOME,
    verb="verify",
    permission="outcomes.verify_outcome",
    state="review",
    allowed=(Review.SUBMITTED,),
    button=_("Verify"),
    done=_("Verified. The outcome is locked and counts in the figures."),
    title=_("Verify the outcome"),
    consequence=_("It is locked and counts in the figures from now on; later changes need a correction with a reason."),
    is_main=True,
)
RETURN = Transition(
    slug="return",
    model=OUTCOME,
    verb="send_back",
    permission="outcomes.return_outcome",
    state="review",
    allowed=(Review.SUBMITTED,),
    button=_("Return"),
    done=_("Returned with your reason."),
    title=_("Return the outcome"),
    consequence=_("Its author sees your reason, changes it, and submits it again."),
    confirm=_("Return with the reason"),
    form=REASON,
)
CORRECT = Transition(
    slug="correct",
    model=OUTCOME,
    verb="correct",
    permission="outcomes.correct_outcome",
    state="review",
    allowed=(Review.VERIFIED,),
    button=_("Correct"),
    done=_("This is the new version. The old one counts until this one is verified."),
    title=_("Correct the outcome"),
    consequence=_("A new version is begun; the old one counts until the new one is verified."),
    confirm=_("Begin the correction"),
    form=REASON,
)
OF_OUTCOMES = (SUBMIT, VERIFY, RETURN, CORRECT)

AGREE = Transition(
    slug="agree",
    name="agree_share",
    model=SHARE,
    verb="agree",
    permission="outcomes.answer_share",
    state="state",
    allowed=(ShareState.ASKED,),
    button=_("Agree"),
    done=_("Agreed. The outcome counts in both branches, and once in the college."),
    is_main=True,
)
DECLINE = Transition(
    slug="decline",
    name="decline_share",
    model=SHARE,
    verb="decline",
    permission="outcomes.answer_share",
    state="state",
    allowed=(ShareState.ASKED,),
    button=_("Decline with the reason"),
    done=_("Declined, with your reason."),
    form=REASON,
)
OF_SHARES = (AGREE, DECLINE)

WITHDRAW = Transition(
    slug="withdraw",
    model="outcomes.PreparedFile",
    verb="withdraw",
    permission="outcomes.withdraw_file",
    state="state",
    allowed=(FileState.WAITING, FileState.WORKING),
    button=_("Stop preparing it"),
    done=_("Withdrawn. What was prepared so far is removed."),
)
