"""What whoever is handed an evidence pack asks of the site."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from organization.open_signing import public_keys
from outcomes.documents.pack import SIGNED_AS


@login_not_required
@require_safe
def pack_key(request: HttpRequest) -> HttpResponse:
    """Give the public keys that check the signatures of packs, the present one first, then earlier ones."""
    return HttpResponse("".join(public_keys(SIGNED_AS)), content_type="application/x-pem-file")
