"""What can happen to the engine itself."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

DELIVERY_WAIVED = Kind(
    name="delivery.waived", sentence=_("Delivery to %(consumer)s waived: %(reason)s")
)
