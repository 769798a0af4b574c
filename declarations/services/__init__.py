"""The verbs of declarations. Each runs in the caller's transaction."""

from declarations.services.lodge import Lodged, Lodgement, Refused, lodge
from declarations.services.measures import MeasureOrder, place_measures
from declarations.services.rehearse import rehearse
from declarations.services.reject import Rejection, reject
from declarations.services.subsequent_entry import OwnOfficeNotice, inform_own_offices

__all__ = [
    "Lodged",
    "Lodgement",
    "MeasureOrder",
    "OwnOfficeNotice",
    "Refused",
    "Rejection",
    "inform_own_offices",
    "lodge",
    "place_measures",
    "rehearse",
    "reject",
]
