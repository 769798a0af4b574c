"""What can happen to filings, ENS and measures."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

FILING_REGISTERED = Kind(
    name="filing.registered", sentence=_("Registered, MRN %(mrn)s given to %(declarant)s")
)
FILING_REJECTED = Kind(name="filing.rejected", sentence=_("%(type)s %(lrn)s rejected"))
MEASURE_PLACED = Kind(
    name="measure.placed", sentence=_("%(kind_name)s placed on %(subject_name)s, %(reason_code)s")
)
MEASURE_ANNOUNCED = Kind(
    name="measure.announced", sentence=_("%(kind_name)s announced to the trader, %(reason_code)s")
)
CLOCK_ENDED = Kind(name="clock.ended", sentence=_("%(clock_name)s ran out"))
SUBSEQUENT_ENTRY_INFORMED = Kind(
    name="subsequent_entry.informed", sentence=_("Office of subsequent entry %(office)s informed")
)
