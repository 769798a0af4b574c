"""The form of a draft: what follows from a hit as fields, the condition as parts by their place.

The same form stands on the page of the builder and in the admin.
"""

import csv
import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customs_portal.accounts.models import Role, User
from customs_portal.findings import Finding
from risk.builder import editing
from risk.builder.outline import WHOLE, Condition, Group, Join, Over, Part
from risk.engine.fields import CATALOGUE
from risk.engine.operands import FORMS
from risk.engine.operators import OPERATORS, Operator
from risk.models import RuleDraft
from risk.models.choices import Outcome, Severity

_PLACE = re.compile(r"kind-(1(?:\.[1-9][0-9]{0,2}){0,7})")
_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_TEXT = 2_000

EDITS: Mapping[str, Callable[[Group, str], Group]] = {
    "add-condition": editing.add_condition,
    "add-group": editing.add_group,
    "remove": editing.remove,
    "up": editing.move_up,
    "down": editing.move_down,
}
"""What the buttons of parts do, by the name that stands before the place in their value."""


class Codes(forms.CharField):
    """Codes separated by commas or spaces, as a list in capitals."""

    def to_python(self, value: Any) -> Any:
        """Return the codes, each once."""
        if isinstance(value, list):
            return value
        found = re.split(r"[,;\s]+", (value or "").strip().upper())
        return list(dict.fromkeys(code for code in found if code))

    def prepare_value(self, value: Any) -> Any:
        """Return the codes as they are typed."""
        return ", ".join(value) if isinstance(value, list) else value


class ContentForm(forms.ModelForm[RuleDraft]):
    """What follows from a hit, where and when the rule applies, and whose it is."""

    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    family = forms.CharField(label=_("Family"), max_length=60, required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices)
    score = forms.IntegerField(label=_("Points"), min_value=0, max_value=100)
    modes = Codes(label=_("Modes"), required=False, help_text=_("1 sea, 4 air; empty means all"))
    offices = Codes(label=_("Offices of first entry"), required=False)
    filing_types = Codes(label=_("Filing types"), required=False)
    observe_only = forms.BooleanField(label=_("Only observe (shadow)"), required=False)

    class Meta:
        model = RuleDraft
        fields = (
            "outcome",
            "severity",
            "score",
            "modes",
            "offices",
            "filing_types",
            "instruction",
            "secret_reason",
            "trader_text",
            "referral",
            "reason",
            "note",
            "owner",
            "valid_from",
            "valid_until",
            "review_by",
            "cap",
            "observe_only",
        )
        widgets = {
            "instruction": forms.Textarea(attrs={"rows": 2}),
            "secret_reason": forms.Textarea(attrs={"rows": 2}),
            "trader_text": forms.Textarea(attrs={"rows": 2}),
            "note": forms.Textarea(attrs={"rows": 2}),
            "valid_from": _MOMENT,
            "valid_until": _MOMENT,
            "review_by": _DAY,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keepers = User.objects.filter(role__in=(Role.ANALYST, Role.APPROVER), is_active=True)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = keepers.order_by("username")
        owner.choices = [("", "-"), *((user.pk, _name(user)) for user in owner.queryset)]
        for name in ("valid_from", "valid_until"):
            self.fields[name].input_formats = ["%Y-%m-%dT%H:%M"]  # type: ignore[attr-defined]
        rule = self.instance.rule
        self.initial.update(title=rule.title, family=rule.family)
        if rule.versions.exists():
            del self.fields["title"], self.fields["family"]

    def content(self) -> dict[str, Any]:
        """Return the fields that could be read, for a draft. To be asked once validated."""
        return {
            name: value for name, value in self.cleaned_data.items() if name in self.Meta.fields
        }

    def refuse(self, findings: list[Finding]) -> None:
        """Show findings at the fields that they are about; those about conditions stand there."""
        for finding in findings:
            if finding.location in self.fields:
                self.add_error(finding.location, finding.text)
            elif not finding.location:
                self.add_error(None, finding.text)


def _name(user: User) -> str:
    return user.get_full_name() or user.username


def read_outline(sent: QueryDict) -> Group:
    """Return the outline that the form holds; parts that make no sense are left out."""
    places = [found.group(1) for name in sent if (found := _PLACE.fullmatch(name))]
    known = set(places[: editing.MOST_PARTS])
    part = _part(sent, WHOLE, known)
    return part if isinstance(part, Group) else Group(items=(part,))


def _part(sent: QueryDict, place: str, known: set[str]) -> Part:
    if sent.get(f"kind-{place}") == "condition" and place != WHOLE:
        return _condition(sent, place)
    below = re.compile(rf"{re.escape(place)}\.([0-9]+)")
    numbers = sorted(int(m.group(1)) for each in known if (m := below.fullmatch(each)))
    join, over = sent.get(f"join-{place}", ""), sent.get(f"over-{place}", "")
    limit = sent.get(f"limit-{place}", "")
    return Group(
        join=Join(join) if join in set(Join) else Join.ALL,
        over=Over(over) if over in set(Over) else Over.SAME,
        limit=int(limit) if limit.isdecimal() and len(limit) < 5 else 1,
        items=tuple(_part(sent, f"{place}.{number}", known) for number in numbers),
    )


def _condition(sent: QueryDict, place: str) -> Condition:
    field, operator = sent.get(f"field-{place}", ""), sent.get(f"operator-{place}", "")
    field = field if field in CATALOGUE else ""
    operator = operator if operator in set(Operator) else ""
    if field and operator and CATALOGUE[field].type not in OPERATORS[Operator(operator)].types:
        operator = ""
    takes = operands(operator)
    return Condition(
        field=field,
        operator=operator,
        values=split_values(sent.get(f"value-{place}", "")) if "values" in takes else (),
        list=sent.get(f"list-{place}", "") if "list" in takes else "",
        other=sent.get(f"other-{place}", "") if "field" in takes else "",
    )


def operands(operator: str) -> frozenset[str]:
    """Return what may stand beside an operator: `values`, `list`, `field`; values until chosen."""
    if not operator:
        return frozenset({"values"})
    forms_of = FORMS[OPERATORS[Operator(operator)].operand]
    beside = {form.beside for form in forms_of if form.beside}
    return frozenset(beside | ({"values"} if any(form.most != 0 for form in forms_of) else set()))


def split_values(text: str) -> tuple[str, ...]:
    """Return the values of a text that separates them by commas; quotes keep a comma."""
    rows = csv.reader([text.replace("\n", " ").replace("\r", " ")], skipinitialspace=True)
    try:
        return tuple(value.strip() for row in rows for value in row if value.strip())
    except csv.Error:
        return (text,)


def joined_values(values: tuple[str, ...]) -> str:
    """Return values as they are typed."""
    return ", ".join(f'"{value}"' if "," in value else value for value in values)


def edited(outline: Group, pressed: str) -> Group:
    """Return the outline after a button of a part; as it is for any other button."""
    verb, _colon, place = pressed.partition(":")
    return EDITS[verb](outline, place) if verb in EDITS else outline
