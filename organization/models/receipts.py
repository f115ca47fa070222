"""Receipts of forms that were sent, so that the same form sent ten times makes one row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organization.models.accounts import User


class FormReceipt(models.Model):
    """A form with this key was carried out and led to this address."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True)  # a receipt means nothing without its account
    url = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("form receipt")
        verbose_name_plural = _("form receipts")
