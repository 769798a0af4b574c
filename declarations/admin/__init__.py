"""Declarations in the admin."""

from declarations.admin.arrivals import ArrivalAdmin, DualFilingAdmin, InfringementAdmin
from declarations.admin.declared import EnsScopedAdmin, FilingAdmin, link_to, user_of
from declarations.admin.linking import FilingLinkAdmin, LinkKeyAdmin
from declarations.admin.other_administrations import (
    DeclarationRequestAdmin,
    ReceivedTransmissionAdmin,
    SubsequentEntryFeedbackAdmin,
    SubsequentEntryNoticeAdmin,
)
from declarations.admin.referrals import AttachmentAdmin, ReferralAdmin

__all__ = [
    "ArrivalAdmin",
    "AttachmentAdmin",
    "DeclarationRequestAdmin",
    "DualFilingAdmin",
    "EnsScopedAdmin",
    "FilingAdmin",
    "FilingLinkAdmin",
    "InfringementAdmin",
    "LinkKeyAdmin",
    "ReceivedTransmissionAdmin",
    "ReferralAdmin",
    "SubsequentEntryFeedbackAdmin",
    "SubsequentEntryNoticeAdmin",
    "link_to",
    "user_of",
]
