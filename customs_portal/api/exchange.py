"""The door for partners: signed messages in, receipts out, and our public keys.

Plain views: who sends is proven by the signature, not by a token or a session.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from customs_portal import clock
from customs_portal.api.backlog import backlog
from customs_portal.api.bodies import read_body
from customs_portal.api.connection import trust_connection
from customs_portal.api.problems import STORE_AWAY, problem, store_away, unavailable
from messaging.wire import own_keys
from messaging.wire.cover import Cover
from messaging.wire.headers import SIGNATURE, cover_of
from messaging.wire.receiving import NotTaken, reason, take_in
from messaging.wire.signing import sign

STATUS = {
    "bad_cover": 400,
    "digest_differs": 400,
    "unknown_sender": 401,
    "unknown_key": 401,
    "bad_signature": 401,
    "skew": 403,
    "no_agreement": 403,
    "id_reused": 409,
    "not_for_us": 421,
    "kind_not_agreed": 422,
    "kind_differs": 422,
}
"""The HTTP status of each refusal; from 409 on, sending the same again is of no use."""


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    """Take a signed message in: 200 with our signed receipt, else a problem with its code.

    A message that was taken in before gets its first receipt again.
    """
    if request.method != "POST":
        return problem(405, _("Use POST."), code="method_not_allowed", headers={"Allow": "POST"})
    signature, cover = request.headers.get(SIGNATURE, ""), cover_of(request.headers)
    if not signature or cover is None:
        return _refused("bad_cover" if signature else "bad_signature")
    body = read_body(request, limit=settings.MESSAGE_SIZE_LIMIT)
    if isinstance(body, HttpResponse):
        return body
    return _taken_in(cover, signature, body)


def _taken_in(cover: Cover, signature: str, body: bytes) -> HttpResponse:
    trust_connection()
    try:
        if backlog.is_too_much():
            return unavailable(_("Too much is waiting to be judged."), code="busy")
        result = take_in(cover, signature, body, at=clock.now())
    except STORE_AWAY:
        return store_away()
    except ImproperlyConfigured:
        return unavailable(_("There is no key to sign receipts with."), code="no_key")
    if isinstance(result, NotTaken):
        return _refused(result.code)
    return HttpResponse(result.receipt, content_type="application/jose")


def _refused(code: str) -> HttpResponse:
    headers = {"WWW-Authenticate": "Signature"} if STATUS[code] == 401 else None
    return problem(STATUS[code], reason(code), code=code, headers=headers)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Return our public keys as JSON Web Key Set, signed with the one that signs now."""
    at = clock.now()
    try:
        body, signing = own_keys.published(at), own_keys.signing_key(at)
    except ImproperlyConfigured:
        return unavailable(_("There is no key to sign with."), code="no_key")
    signature = sign(body, signing)
    return HttpResponse(
        body, content_type="application/jwk-set+json", headers={SIGNATURE: signature}
    )
