"""What can be known of an ICS2 message whatever its structure: to address its answer.

ICS2 bodies have no sender and no message id; both stand in the AS4 header. Over HTTP the sender is
the owner of the token, and the bytes themselves are the id: the same bytes again are the same
message.
"""

from hashlib import sha256
from typing import Any

from messaging.formats.ics1.locations import local_name

_VALUES = {"LRN": "lrn", "MRN": "mrn", "functionalReference": "reference"}
_GROUPS = {
    "customsOfficeOfFirstEntry": {"referenceNumber": "office"},
    "addressedMemberState": {"country": "office"},
}
_ID_LENGTH = 32


def heading(root: Any, body: bytes) -> dict[str, str]:
    """Return the references of a message by the fields of a reading."""
    found = _texts(root, _VALUES)
    for child in root:
        names = _GROUPS.get(local_name(child))
        if names:
            found = {**_texts(child, names), **found}
    return {**found, "message_id": sha256(body).hexdigest()[:_ID_LENGTH]}


def _texts(parent: Any, names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in parent:
        field = names.get(local_name(child))
        if field and field not in found and len(child) == 0:
            found[field] = (child.text or "").strip()
    return found
