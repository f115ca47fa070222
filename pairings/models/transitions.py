"""The steps of a pairing's life, and of a change request's, that people take."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.transitions import Transition
from pairings.models.facts import PairingFacts

Status = PairingFacts.Status
PAIRING, CHANGE = "pairings.Pairing", "pairings.ChangeRequest"
REASON = "pairings.forms.ReasonForm"


class ChangeState(models.TextChoices):
    """Where a request is."""

    OPEN = "open", _("Waiting for a decision")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RECORDED = "recorded", _("Recorded")
    LAPSED = "lapsed", _("Lapsed")


APPROVE = Transition(
    slug="approve",
    model=PAIRING,
    verb="approve",
    permission="pairings.approve_pairing",
    allowed=(Status.PROPOSED,),
    button=_("Approve"),
    done=_("Approved. The pairing has begun."),
    is_main=True,
)
RETURN = Transition(
    slug="return",
    model=PAIRING,
    verb="send_back",
    permission="pairings.return_pairing",
    allowed=(Status.PROPOSED,),
    button=_("Return"),
    done=_("Returned with your reason."),
    title=_("Return the proposal"),
    consequence=_("Those who proposed it see your reason, change it, and propose it again."),
    confirm=_("Return with the reason"),
    form=REASON,
)
RESUBMIT = Transition(
    slug="resubmit",
    model=PAIRING,
    verb="resubmit",
    permission="pairings.resubmit_pairing",
    allowed=(Status.RETURNED,),
    button=_("Propose again"),
    done=_("Proposed again."),
    is_main=True,
)
COMPLETE = Transition(
    slug="complete",
    model=PAIRING,
    verb="complete",
    permission="pairings.close_pairing",
    allowed=(Status.ACTIVE,),
    button=_("Complete"),
    done=_("Completed."),
    title=_("Complete the pairing"),
    consequence=_("The work is done: its seats are closed and it takes no more logs. Outcomes can still be recorded."),
    confirm=_("Complete the pairing"),
    form="pairings.forms.ClosingForm",
    matters="open_matters",
)
END = Transition(
    slug="end",
    model=PAIRING,
    verb="end",
    permission="pairings.close_pairing",
    allowed=PairingFacts.OPEN,
    offered=(Status.ACTIVE,),  # a proposal is withdrawn
    button=_("End early"),
    done=_("Ended."),
    title=_("End the pairing early"),
    consequence=_("It stays in the records as ended; its seats are closed and it takes no more logs."),
    confirm=_("End the pairing"),
    form="pairings.forms.EndingForm",
    matters="open_matters",
)
OF_PAIRINGS = (APPROVE, RETURN, RESUBMIT, COMPLETE, END)

APPROVE_CHANGE = Transition(
    slug="approve",
    name="approve_change",
    model=CHANGE,
    verb="approve",
    permission="pairings.decide_change",
    state="state",
    allowed=(ChangeState.OPEN,),
    button=_("Approve the change"),
    done=_("Approved. From now on it stands as was asked."),
    is_main=True,
)
REFUSE_CHANGE = Transition(
    slug="refuse",
    name="refuse_change",
    model=CHANGE,
    verb="refuse",
    permission="pairings.decide_change",
    state="state",
    allowed=(ChangeState.OPEN,),
    button=_("Refuse"),
    done=_("Refused with your reason. It stands as before."),
    form=REASON,
)
WITHDRAW_CHANGE = Transition(
    slug="withdraw",
    name="withdraw_change",
    model=CHANGE,
    verb="withdraw",
    permission="pairings.withdraw_change",
    state="state",
    allowed=(ChangeState.OPEN,),
    button=_("Withdraw the request"),
    done=_("The request is withdrawn. It stands as before."),
)
SEE_CHANGE = Transition(
    slug="seen",
    name="see_change",
    model=CHANGE,
    verb="see",
    permission="pairings.decide_change",
    state="state",
    allowed=(ChangeState.RECORDED,),
    button=_("I have looked at it"),
    done=_("Noted that it was looked at."),
)
OF_CHANGES = (APPROVE_CHANGE, REFUSE_CHANGE, WITHDRAW_CHANGE, SEE_CHANGE)
