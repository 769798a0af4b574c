"""Telling our own offices of subsequent entry about a positive result (LIFECYCLE section 7)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.events.services import NewEvent, record_many
from declarations.events import SUBSEQUENT_ENTRY_INFORMED
from declarations.models import SubsequentEntryNotice
from declarations.services.locks import assert_in_transaction


class OwnOfficeNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What one of our offices is to be told about one version of an ENS."""

    ens: int
    office: str
    version: int
    result_code: str
    text: str


def inform_own_offices(notices: Sequence[OwnOfficeNotice], *, at: datetime) -> None:
    """Put the notices into the inboxes; one that is there already is left alone."""
    assert_in_transaction()
    SubsequentEntryNotice.objects.bulk_create(
        [
            SubsequentEntryNotice(
                ens_id=notice.ens,
                office=notice.office,
                version=notice.version,
                result_code=notice.result_code,
                text=notice.text,
                informed_at=at,
            )
            for notice in notices
        ],
        ignore_conflicts=True,
    )
    record_many(
        [
            NewEvent(
                kind=SUBSEQUENT_ENTRY_INFORMED,
                at=at,
                stream=notice.ens,
                data={"office": notice.office, "version": notice.version},
            )
            for notice in notices
        ]
    )
