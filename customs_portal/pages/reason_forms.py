"""Forms that ask why something is decided about many declarations at once."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.pages.forms import PageForm
from customs_portal.reference.models import ReasonCode

_ALONE = ReasonCode.SecondSignature.NO


class ReasonForm(PageForm):
    """Why something is decided about many declarations at once."""

    decision: ReasonCode.Decision
    takes_proposals = False
    reason_code = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = forms.CharField(
        label=gettext_lazy("Internal reason"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: object = None, *, at: date) -> None:
        super().__init__(data)
        rows = ReasonCode.objects.valid_on(at).filter(decision=self.decision)
        if not self.takes_proposals:
            rows = rows.filter(second_signature=_ALONE)
        self.fields["reason_code"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (row.code, _label(row)) for row in rows.order_by("code")
        ]


def _label(row: ReasonCode) -> str:
    label = f"{row.code} {row.title}"
    return label if row.second_signature == _ALONE else _("%s (second signature)") % label


class NoFurtherActionForm(ReasonForm):
    """Why nothing more is done about the chosen declarations."""

    decision = ReasonCode.Decision.CLEAR


class EndingForm(NoFurtherActionForm):
    """The same with the reasons for which the decision is proposed until another has signed."""

    takes_proposals = True


class ReleaseForm(ReasonForm):
    """Why the goods of the chosen declarations are released."""

    decision = ReasonCode.Decision.RELEASE
