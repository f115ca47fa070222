"""How many wrong passwords were tried, and how long the next try must wait: the tries slow down, no account is locked.

Whatever else is asked for again and again, such as a code by mail, is counted and slowed down the same way (`claim`).

Counted in the database and not in the cache: every worker shares it, two tries at one moment are two, and nobody pushes
a count out by filling the cache.
"""

import datetime
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from organization.addresses import network_of
from organization.verbs import writes

SALT = "organization.throttle"
KEPT = datetime.timedelta(days=2)
PURGED_AT_A_TIME = 200
DIGITS = 4
FINGERPRINTS = 8


class TooSoonError(Exception):
    """A password is not looked at, because too many wrong ones came before; `seconds` says how long that lasts."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Allowance:
    """How many wrong tries are free, the longest wait after more of them, and after how long they are forgotten."""

    free: int
    longest: int
    forgotten_after: datetime.timedelta

    def wait_after(self, wrong: int) -> datetime.timedelta:
        """Return the wait after so many wrong tries: 1 s, 2 s, 4 s …, once they are no longer free."""
        paid = wrong - self.free
        return datetime.timedelta(seconds=min(2 ** min(paid - 1, 30), self.longest) if paid > 0 else 0)


DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
#: An account on a device where its owner signed in before, or from one address.
ONE_PLACE = Allowance(free=4, longest=300, forgotten_after=DAY)
#: An account from everywhere that is no such device: wide, so that nobody closes it to its owner elsewhere.
EVERYWHERE = Allowance(free=50, longest=60, forgotten_after=DAY)
#: An address, whatever the account: a whole college may stand behind one.
ONE_ADDRESS = Allowance(free=100, longest=60, forgotten_after=HOUR)


@dataclass(frozen=True)
class Attempt:
    """A password that somebody tries for an account.

    Args:
        account: the name as it was typed; whether there is such an account makes no difference.
        password: only four hexadecimal digits of its keyed hash are kept, to count the same one once.
        address: where it comes from, where that is known.
        device: the nonce of a device where the account's owner signed in before.
    """

    account: str
    password: str
    address: str | None = None
    device: str | None = None

    @property
    def allowances(self) -> Mapping[str, Allowance]:
        """Return the counts that a wrong password goes to, by key."""
        account = name_of(self.account)
        if self.device:
            return {key_of("device", account, self.device): ONE_PLACE}
        found = {key_of("account", account): EVERYWHERE}
        if self.address:
            network = network_of(self.address)
            found |= {key_of("place", account, network): ONE_PLACE, key_of("address", network): ONE_ADDRESS}
        return found

    @property
    def fingerprint(self) -> str:
        """Return what tells one wrong password from another, and says nothing else."""
        return key_of("password", name_of(self.account), self.password)[:DIGITS]

    def claim(self) -> None:
        """Count the try as a wrong one before the password is looked at, so that a hundred at once are a hundred.

        Raises:
            TooSoonError: when it has to wait; then nothing is counted.
        """
        claim(self.allowances, self.fingerprint)

    def was_right(self) -> None:
        """Take the claim back; what was wrong in this place before was the owner's own."""
        now, address_key = timezone.now(), key_of("address", network_of(self.address)) if self.address else ""
        places = {key for key, allowance in self.allowances.items() if allowance is ONE_PLACE}
        with transaction.atomic():
            Throttle.objects.filter(key__in=places).delete()
            others = Throttle.objects.filter(key__in={*self.allowances, address_key} - places).order_by("key")
            for row in others.select_for_update():
                row.take_back(self.fingerprint, now)


class ThrottleQuerySet(models.QuerySet["Throttle"]):
    """Counts of wrong tries."""

    def held(self, keys: Iterable[str], now: datetime.datetime) -> list["Throttle"]:
        """Return the counts under the keys, made where there were none, locked in one order."""
        Throttle.objects.bulk_create([Throttle(key=key, opens_at=now) for key in keys], ignore_conflicts=True)
        return list(self.select_for_update().filter(key__in=keys).order_by("key"))

    def purge(self, now: datetime.datetime) -> None:
        """Remove counts that mean nothing any more, but wait for none that is in use."""
        with transaction.atomic():
            old = self.filter(opens_at__lt=now - KEPT).select_for_update(skip_locked=True)
            self.filter(pk__in=list(old.values_list("pk", flat=True)[:PURGED_AT_A_TIME])).delete()


class Throttle(models.Model):
    """So many wrong passwords were tried under a key, and the next try may come then."""

    key = models.CharField(max_length=64, primary_key=True)
    wrong = models.PositiveIntegerField(default=0)
    opens_at = models.DateTimeField(db_index=True)
    seen = models.CharField(max_length=DIGITS * FINGERPRINTS, blank=True)

    objects = ThrottleQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of wrong passwords")
        verbose_name_plural = _("counts of wrong passwords")

    def __str__(self) -> str:
        return f"{self.wrong}"

    @classmethod
    def seconds_left(cls, account: str, address: str) -> int:
        """Return how long a try for an account has to wait at an address (one query)."""
        keys = Attempt(account, "", address).allowances
        opens = cls.objects.filter(key__in=keys).aggregate(last=models.Max("opens_at"))["last"]
        return max(0, math.ceil((opens - timezone.now()).total_seconds())) if opens else 0

    @writes
    def count(self, fingerprint: str, allowance: Allowance, now: datetime.datetime) -> None:
        """Add a wrong try, unless the same one was counted lately."""
        if self.opens_at < now - allowance.forgotten_after:
            self.wrong, self.seen = 0, ""
        if fingerprint in self._fingerprints():
            return
        self.wrong += 1
        self.opens_at = now + allowance.wait_after(self.wrong)
        self._keep([fingerprint, *self._fingerprints()])

    @writes
    def take_back(self, fingerprint: str, now: datetime.datetime) -> None:
        """Forget a try that proved right."""
        if fingerprint in self._fingerprints():
            self.wrong, self.opens_at = max(0, self.wrong - 1), min(self.opens_at, now)
            self._keep([one for one in self._fingerprints() if one != fingerprint])
            self.save()

    def _fingerprints(self) -> list[str]:
        """Return the last wrong ones that were told apart."""
        return [self.seen[at : at + DIGITS] for at in range(0, len(self.seen), DIGITS)]

    def _keep(self, fingerprints: list[str]) -> None:
        """Remember the newest."""
        self.seen = "".join(fingerprints[:FINGERPRINTS])


def claim(allowances: Mapping[str, Allowance], fingerprint: str) -> None:
    """Count a try under each key, or none where one of them has to wait.

    Args:
        allowances: what is free under each key, made by `key_of`.
        fingerprint: tells one try from another; of the same one lately no second is counted.

    Raises:
        TooSoonError: when it has to wait; then nothing is counted.
    """
    now = timezone.now()
    with transaction.atomic():
        rows = Throttle.objects.held(allowances, now)
        wait = max((row.opens_at - now).total_seconds() for row in rows)
        if wait > 0:
            raise TooSoonError(math.ceil(wait))
        for row in rows:
            row.count(fingerprint, allowances[row.key], now)
        Throttle.objects.bulk_update(rows, ["wrong", "opens_at", "seen"])
    Throttle.objects.purge(now)


def name_of(typed: str) -> str:
    """Return what all spellings of an account's name have in common."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def key_of(*parts: str) -> str:
    """Return a key that tells nobody the name or the address it is made of."""
    return salted_hmac(SALT, "\0".join(parts), algorithm="sha256").hexdigest()
