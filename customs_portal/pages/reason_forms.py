"""Forms that ask why something is decided about many declarations at once."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy

from customs_portal.pages.forms import PageForm
from customs_portal.reference.models import ReasonCode


class ReasonForm(PageForm):
    """Why something is decided about many declarations at once."""

    decision: ReasonCode.Decision
    reason_code = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = forms.CharField(
        label=gettext_lazy("Internal reason"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, data: object = None, *, at: date) -> None:
        super().__init__(data)
        rows = ReasonCode.objects.valid_on(at).filter(
            decision=self.decision, second_signature=ReasonCode.SecondSignature.NO
        )
        self.fields["reason_code"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (row.code, f"{row.code} {row.title}") for row in rows.order_by("code")
        ]


class NoFurtherActionForm(ReasonForm):
    """Why nothing more is done about the chosen declarations."""

    decision = ReasonCode.Decision.CLEAR


class ReleaseForm(ReasonForm):
    """Why the goods of the chosen declarations are released."""

    decision = ReasonCode.Decision.RELEASE
