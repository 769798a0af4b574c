"""A small typed client of the portal's API, for traders' systems and the demo traffic.

Needs the standard library only.
"""

from customs_portal.client.answers import Answer, Message, Notification, NotTaken, State
from customs_portal.client.client import Client
from customs_portal.client.errors import (
    ApiError,
    NotAuthorised,
    NotFound,
    Refused,
    TooLarge,
    Unavailable,
    Unreachable,
)

__all__ = [
    "Answer",
    "ApiError",
    "Client",
    "Message",
    "NotAuthorised",
    "NotFound",
    "NotTaken",
    "Notification",
    "Refused",
    "State",
    "TooLarge",
    "Unavailable",
    "Unreachable",
]
