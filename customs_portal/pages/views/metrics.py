"""Metrics for a monitoring system, which shows the token of the setting METRICS_TOKEN."""

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from customs_portal.events.metrics import BacklogCollector
from declarations.metrics import ClockCollector
from messaging.wire.metrics import PartnerCollector

_portal = CollectorRegistry(auto_describe=False)
_portal.register(BacklogCollector())
_portal.register(ClockCollector())
_portal.register(PartnerCollector())


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics of this process and of the portal as text; 401 without the token."""
    if not _is_known(request.headers.get("Authorization", "")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    text = generate_latest(REGISTRY) + generate_latest(_portal)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _is_known(header: str) -> bool:
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and compare_digest(header.encode(), wanted.encode())
