"""What can happen to stored data as such."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

RETENTION_APPLIED = Kind(
    name="retention.applied",
    sentence=_("Retention: %(rows)s of %(data)s %(what)s removed, %(held)s held back. %(basis)s"),
)
RETENTION_REHEARSED = Kind(
    name="retention.rehearsed",
    sentence=_("Retention rehearsed: %(rows)s of %(data)s %(what)s, %(held)s held back"),
)
HOLD_PLACED = Kind(
    name="hold.placed", sentence=_("Legal hold placed on %(subject)s %(reference)s: %(reason)s")
)
HOLD_LIFTED = Kind(
    name="hold.lifted", sentence=_("Legal hold on %(subject)s %(reference)s lifted: %(reason)s")
)
SUBJECT_REPORTED = Kind(
    name="subject.reported",
    sentence=_("Told what is stored about %(kind)s %(value)s: %(rows)s rows. %(reason)s"),
)
