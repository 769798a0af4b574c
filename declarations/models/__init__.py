"""Filings and ENS, the life of consignments, measures, and the projection for search."""

from declarations.models.arrival import Arrival, ArrivalLine
from declarations.models.attachment import Attachment, AttachmentChunk
from declarations.models.clock import Clock
from declarations.models.control import Control, ControlPicture
from declarations.models.declaration_request import DeclarationRequest
from declarations.models.dual_filing import DualFiling
from declarations.models.ens import Ens, EnsMember, EnsVersion, EntryLeg
from declarations.models.filing import ConsignmentLife, Filing, FilingVersion
from declarations.models.infringement import Infringement
from declarations.models.linking import FilingLink, LinkKey
from declarations.models.measure import Measure, MeasureProposal
from declarations.models.outage import Outage
from declarations.models.projection import (
    DeclaredConsignment,
    DeclaredEquipment,
    DeclaredItem,
    DeclaredParty,
    DeclaredRouting,
    SearchKey,
)
from declarations.models.referral import Referral
from declarations.models.refusal import Refusal
from declarations.models.sight import OfficeSight
from declarations.models.subsequent_entry import (
    Action,
    ReceivedTransmission,
    SubsequentEntryFeedback,
    SubsequentEntryNotice,
)

__all__ = [
    "Action",
    "Arrival",
    "ArrivalLine",
    "Attachment",
    "AttachmentChunk",
    "Clock",
    "ConsignmentLife",
    "Control",
    "ControlPicture",
    "DeclarationRequest",
    "DeclaredConsignment",
    "DeclaredEquipment",
    "DeclaredItem",
    "DeclaredParty",
    "DeclaredRouting",
    "DualFiling",
    "Ens",
    "EnsMember",
    "EnsVersion",
    "EntryLeg",
    "Filing",
    "FilingLink",
    "FilingVersion",
    "Infringement",
    "LinkKey",
    "Measure",
    "MeasureProposal",
    "OfficeSight",
    "Outage",
    "ReceivedTransmission",
    "Referral",
    "Refusal",
    "SearchKey",
    "SubsequentEntryFeedback",
    "SubsequentEntryNotice",
]
