"""Two declarations side by side."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.accounts.models import User
from declarations.document import Document, Party
from declarations.dual_filings import is_carriers_own
from declarations.models import ConsignmentLife, DualFiling, Ens, Filing
from declarations.persons import is_masked, veil_of
from declarations.subjects import current_document


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One thing as the first and as the second declaration say it."""

    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether they do not say the same."""
        return self.first != self.second


def _party(party: Party | None) -> str:
    if party is None:
        return "-"
    return " ".join(text for text in (party.identifier, party.name) if text) or "-"


_FIELDS: tuple[tuple[Promise, Callable[[Document], str]], ...] = (
    (gettext_lazy("Declarant"), lambda doc: _party(doc.declarant)),
    (gettext_lazy("Representative"), lambda doc: _party(doc.representative)),
    (gettext_lazy("Carrier"), lambda doc: _party(doc.effective_carrier())),
    (gettext_lazy("Carrier's own"), lambda doc: _("yes") if is_carriers_own(doc) else _("no")),
    (gettext_lazy("Means"), lambda doc: doc.means.identification if doc.means else "-"),
    (gettext_lazy("Transport documents"), lambda doc: ", ".join(_papers(doc)) or "-"),
    (gettext_lazy("Containers"), lambda doc: ", ".join(_boxes(doc)) or "-"),
    (gettext_lazy("Goods"), lambda doc: "; ".join(_goods(doc))),
    (gettext_lazy("Gross mass"), lambda doc: f"{_mass(doc):,} kg"),
    (gettext_lazy("Consignor"), lambda doc: _party(doc.consignor)),
    (gettext_lazy("Consignee"), lambda doc: _party(doc.consignee)),
)


def _papers(doc: Document) -> list[str]:
    papers = (paper for each in doc.consignments for paper in each.transport_documents)
    return sorted({f"{paper.type} {paper.reference}" for paper in papers})


def _boxes(doc: Document) -> list[str]:
    return sorted({number for item in doc.items() for number in item.containers})


def _goods(doc: Document) -> list[str]:
    return [
        " ".join(filter(None, (item.commodity_code, item.description))) for item in doc.items()
    ][:20]


def _mass(doc: Document) -> object:
    return sum(item.gross_mass or 0 for item in doc.items())


def compared(pair: DualFiling, user: User, at: datetime) -> list[Compared]:
    """Return what the two declarations of a pair say to the user, and where their goods are."""
    first, second = (_document(ens, user, at) for ens in (pair.first, pair.second))
    rows = [
        Compared(label=str(label), first=str(read(first)), second=str(read(second)))
        for label, read in _FIELDS
    ]
    states = [
        (_filing(ens_id).get_status_display(), _where(ens_id))
        for ens_id in (pair.first_id, pair.second_id)
    ]
    rows.append(Compared(label=_("Status"), first=str(states[0][0]), second=str(states[1][0])))
    rows.append(Compared(label=_("Where the goods are"), first=states[0][1], second=states[1][1]))
    return rows


def _document(ens: Ens, user: User, at: datetime) -> Document:
    document = current_document(ens)
    return veil_of(ens.mrn, [document], user, at).document(document)


def with_masked_persons(pair: DualFiling, user: User, at: datetime) -> list[Ens]:
    """Return the declarations of the pair whose persons are masked for the user."""
    return [ens for ens in (pair.first, pair.second) if is_masked(ens.mrn, user, at)]


def _filing(ens: int) -> Filing:
    return Filing.objects.get(membership__ens=ens)


def _where(ens: int) -> str:
    lives = ConsignmentLife.objects.filter(filing__membership__ens=ens)
    return ", ".join(sorted({str(life.get_goods_display()) for life in lives}))
