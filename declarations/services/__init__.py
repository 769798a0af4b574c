"""The verbs of declarations. Each runs in the caller's transaction."""

from declarations.services.controls import start_recommended_controls
from declarations.services.do_not_load import breach_do_not_loads, comply_do_not_loads
from declarations.services.lodge import Lodged, Lodgement, Refused, lodge
from declarations.services.measures import MeasureOrder, place_measures
from declarations.services.reconfirm import ask_to_reconfirm, reconfirm
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
    "ask_to_reconfirm",
    "breach_do_not_loads",
    "comply_do_not_loads",
    "inform_own_offices",
    "lodge",
    "place_measures",
    "reconfirm",
    "rehearse",
    "reject",
    "start_recommended_controls",
]
