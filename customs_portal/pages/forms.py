"""What the forms of pages have in common: the classes of GOV.UK Frontend on every field."""

from datetime import datetime
from typing import Any

from django import forms

_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.Textarea, "govuk-textarea"),
    (forms.Select, "govuk-select"),
    (forms.CheckboxInput, "govuk-checkboxes__input"),
)


class PageForm(forms.Form):
    """A form whose fields are called in the page as they are here, and look like its other ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "%s", **kwargs})
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs["class"] = next(
                (css for kind, css in _CLASSES if isinstance(field.widget, kind)), "govuk-input"
            )
            if field.help_text:
                attrs["aria-describedby"] = f"{name}-hint"

    def summary(self) -> list[tuple[str, str]]:
        """Return every error with the field that it leads to."""
        return [
            (name if name in self.fields else "form", str(text))
            for name, errors in self.errors.items()
            for text in errors
        ]


class DayInput(forms.DateInput):
    """A day, chosen in the browser's own calendar."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """Return the day as browsers want it."""
        return value if isinstance(value, str) or value is None else f"{value:%Y-%m-%d}"


class MomentInput(forms.DateTimeInput):
    """A day and time, chosen in the browser."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """Return the time as browsers want it."""
        return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value
