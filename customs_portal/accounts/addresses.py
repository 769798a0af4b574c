"""From where a request comes."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

LONGEST_AGENT = 200


def address_of(request: HttpRequest) -> str | None:
    """Return the network address of whoever asks, None where there is none.

    Behind proxies of ours (setting TRUSTED_PROXIES: how many) it is the entry of X-Forwarded-For
    that the outermost of them wrote; what stands before it is the sender's own text.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    text = forwarded[-proxies] if 0 < proxies <= len(forwarded) else ""
    try:
        return str(ip_address(text.strip() or request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def agent_of(request: HttpRequest) -> str:
    """Return how the browser names itself, cut."""
    return str(request.META.get("HTTP_USER_AGENT", ""))[:LONGEST_AGENT]
