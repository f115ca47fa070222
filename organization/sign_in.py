"""How people get in: accounts are given by the operator, never taken, and whoever guesses is slowed."""

from typing import Any, cast

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.forms import ChangePasswordForm
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organization.addresses import client_address
from organization.events import Event, record
from organization.models import User
from organization.models.throttle import Attempt, TooSoonError, key_of, name_of
from organization.sessions import begin, empty_device

DEVICE_KNOWN_FOR = 365 * 24 * 3600
IN_MINUTES_FROM = 120


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and every password that is tried anywhere passes one gate."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: the operator makes the accounts."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the client's address, or a word that stands for all whose address nobody says."""
        return client_address(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave the counting to `authenticate`, where allauth would count by the Host header."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the account whose name and password these are, or None.

        Raises:
            TooSoonError: when the password was not looked at.
        """
        account = credentials.get("username", "")
        attempt = Attempt(
            account, credentials.get("password", ""), client_address(request), device_of(request, account)
        )
        known = User.objects.filter(username__iexact=account.strip()).first()
        try:
            attempt.claim()
        except TooSoonError:
            record(Event.SLOWED, about=known)
            raise
        user = super().authenticate(request, **credentials)
        if user is None:
            record(Event.SIGN_IN_FAILED, about=known)  # people type passwords into the name's field: it is never kept
        else:
            attempt.was_right()
        return user

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Note who came in."""
        record(Event.SIGNED_IN, by=cast("User", user), about=user)
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        """Note who left."""
        record(Event.SIGNED_OUT, about=cast("User", request.user))
        super().logout(request)


class OwnPasswordForm(ChangePasswordForm):
    """A new password for whoever knows the old one, which is guessed no faster here than at the door."""

    def clean_oldpassword(self) -> str:
        """Ask at the gate.

        Raises:
            ValidationError: when it is another.
            TooSoonError: when it was not looked at.
        """
        old: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, old):
            raise get_adapter().validation_error("enter_current_password")
        return old

    def clean_password1(self) -> str:
        """Refuse the old one once more.

        Raises:
            ValidationError: when nothing would change.
        """
        new: str = self.cleaned_data["password1"]
        if new == self.cleaned_data.get("oldpassword"):
            raise ValidationError(_("This is the old password. Please choose another one."))
        return new

    def save(self) -> None:
        """Save it; a first password is one no longer."""
        self.user.must_change_password = False
        super().save()


class SlowedMixin:
    """Answers a try that came too soon with a page that says how long to wait."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the form in, or say when to come again."""
        try:
            return cast("HttpResponse", super().post(request, *args, **kwargs))  # type: ignore[misc]
        except TooSoonError as refusal:
            return too_soon(request, refusal.seconds)


class SignIn(SlowedMixin, views.LoginView):
    """The door."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Let the account in, and know this device from now on."""
        response = super().form_valid(form)
        if self.request.user.is_authenticated:
            begin(self.request)
            know_device(self.request, response, form.cleaned_data["login"])
        return response


class ChangePassword(SlowedMixin, views.PasswordChangeView):
    """The account's own new password."""


class Reauthenticate(SlowedMixin, views.ReauthenticateView):
    """The password once more, and a new key for the session."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Give the session a new key."""
        self.request.session.cycle_key()
        return cast("HttpResponse", super().form_valid(form))


class SignOut(views.LogoutView):
    """The way out."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave nothing on the device."""
        response = cast("HttpResponse", super().post(*args, **kwargs))
        empty_device(response)
        return response


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
change_password = ChangePassword.as_view()
reauthenticate = Reauthenticate.as_view()


def device_of(request: HttpRequest, account: str) -> str | None:
    """Return the nonce of the device, if the account's owner signed in on it before."""
    nonce = request.get_signed_cookie(
        _cookie_of(account), default=None, salt=name_of(account), max_age=DEVICE_KNOWN_FOR
    )
    return nonce or None


def know_device(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Leave a signed cookie that gives this device a count of its own, which nobody else uses up."""
    response.set_signed_cookie(
        _cookie_of(account),
        device_of(request, account) or get_random_string(22),
        salt=name_of(account),
        max_age=DEVICE_KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie_of(account: str) -> str:
    """Return the name of an account's cookie: several people may share a device."""
    return f"{settings.COOKIE_PREFIX}device_{key_of('cookie', name_of(account))[:12]}"


def too_soon(request: HttpRequest, seconds: int) -> HttpResponse:
    """Return the page that says how long to wait."""
    response = render(request, "429.html", {"wait": _in_words(seconds)}, status=429)
    response["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def _in_words(seconds: int) -> str:
    """Return how long to wait."""
    if seconds < IN_MINUTES_FROM:
        return ngettext(
            "Please try again in %(seconds)s second.", "Please try again in %(seconds)s seconds.", seconds
        ) % {"seconds": seconds}
    return _("Please try again in %(minutes)s minutes.") % {"minutes": -(-seconds // 60)}
