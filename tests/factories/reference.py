"""Reference data that rows refer to."""

import msgspec

from customs_portal.reference.models import Office, ReasonCode
from customs_portal.reference.sources import from_csv


def store_offices_and_reasons() -> None:
    """Store the offices and the reason codes of the product's files."""
    tables = from_csv()
    Office.objects.bulk_create(Office(**msgspec.structs.asdict(row)) for row in tables.offices)
    ReasonCode.objects.bulk_create(
        ReasonCode(**msgspec.structs.asdict(row)) for row in tables.reasons
    )
