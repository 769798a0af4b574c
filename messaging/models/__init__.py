"""Messages received and sent, their raw bodies, and the partners we exchange them with."""

from messaging.models.inbound import InboundMessage, MessageClaim
from messaging.models.outbound import OutboundMessage
from messaging.models.partner import Partner
from messaging.models.port_system import PortSystem
from messaging.models.raw import RawBody

__all__ = ["InboundMessage", "MessageClaim", "OutboundMessage", "Partner", "PortSystem", "RawBody"]
