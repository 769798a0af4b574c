"""The filings of an ENS, of which several parts of its page speak."""

from django.db.models import prefetch_related_objects

from declarations.models import Ens, Filing


def filings_of(ens: Ens) -> list[Filing]:
    """Return the filings in the order in which they came; read once for as long as `ens` lives."""
    prefetch_related_objects([ens], "members__filing")
    return [member.filing for member in sorted(ens.members.all(), key=lambda each: each.pk)]
