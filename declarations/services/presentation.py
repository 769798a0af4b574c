"""Presentation as a trader notifies it: of a filing, or of transport documents under a carrier.

The national notice in place of IE4N10 (UCC Art. 139); all that it names, or nothing. Whoever
lodged, represents or carries may tell; to anybody else nothing of that name exists.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.accounts.policies import operator_eoris
from declarations.models import ConsignmentLife, Filing, SearchKey
from declarations.services.goods import Presented, present_together
from declarations.services.results import Refused, refused

UNKNOWN = "not_found"
GONE = ConsignmentLife.Goods.NO_LONGER_DECLARED


def present_filing(mrn: str, *, user: User, at: datetime) -> Presented | Refused:
    """Present the goods of a filing; of the highest one also those of the filings below it."""
    filing = _own(user).filter(mrn=mrn).first()
    if filing is None:
        return _unknown()
    home = filing.membership.ens
    about = Q(filing__membership__ens=home) if home.mrn == mrn else Q(filing=filing)
    return _present(about, user, at)


def present_documents(
    carrier: str, documents: Collection[str], *, user: User, at: datetime
) -> Presented | Refused:
    """Present what travels under these documents (type and number) of a carrier."""
    numbers = [paper.partition(" ")[2] for paper in documents]
    keys = SearchKey.objects.filter(kind="document", value__in=numbers)
    near = Q(membership__ens__in=keys.values("ens"))
    own = _own(user).filter(near, carrier=carrier)
    about = Q(filing__in=list(own), documents__overlap=list(documents))
    known = ConsignmentLife.objects.exclude(goods=GONE).filter(about)
    named = {paper for papers in known.values_list("documents", flat=True) for paper in papers}
    return _present(about, user, at) if set(documents) <= named else _unknown()


def _own(user: User) -> QuerySet[Filing]:
    """Return the filings that an operator of the user lodged, represents or carries."""
    eoris = operator_eoris(user)
    party = Q(sender__in=eoris) | Q(declarant__in=eoris)
    party |= Q(representative__in=eoris) | Q(carrier__in=eoris)
    live = Filing.objects.filter(status=Filing.Status.REGISTERED, received_from="")
    return live.filter(party).select_related("membership__ens")


def _present(about: Q, user: User, at: datetime) -> Presented | Refused:
    lives = ConsignmentLife.objects.exclude(goods=GONE).filter(about).order_by("pk")
    found = list(lives.values_list("pk", flat=True))
    return present_together(found, by=user, at=at) if found else _unknown()


def _unknown() -> Refused:
    return refused(UNKNOWN, _("There are no such goods of yours."))
