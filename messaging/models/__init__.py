"""Messages received and sent, their raw bodies, and the partners we exchange them with."""

from messaging.models.dispatch import Dispatch, PartnerLine, Transmission
from messaging.models.inbound import InboundMessage, MessageClaim
from messaging.models.outbound import OutboundMessage
from messaging.models.partner import Partner, PartnerContact, PartnerKey, PartnerOutage
from messaging.models.port_system import PortSystem
from messaging.models.raw import RawBody
from messaging.models.subscription import Subscription

__all__ = [
    "Dispatch",
    "InboundMessage",
    "MessageClaim",
    "OutboundMessage",
    "Partner",
    "PartnerContact",
    "PartnerKey",
    "PartnerLine",
    "PartnerOutage",
    "PortSystem",
    "RawBody",
    "Subscription",
    "Transmission",
]
