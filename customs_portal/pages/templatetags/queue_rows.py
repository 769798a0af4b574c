"""The rows of the queue, written without the template language: it took a third of the page."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from customs_portal.pages.reads.queue import Card, Row
from customs_portal.pages.reads.queue_page import Moved
from customs_portal.pages.templatetags.portal import moment

register = template.Library()
GOODS_SHOWN = 60


@register.simple_tag
def case_rows(rows: Iterable[Row], at: datetime, may_work: object) -> SafeString:
    """Show cases as rows of a table, each with a box to select it for who may work on them."""
    boxes = _box if may_work else _no_box
    return SafeString("\n".join(_row(row, at, boxes(row)) for row in rows))


@register.filter
def left(row: Row | Moved) -> SafeString:
    """Show the time that is left."""
    late = ' class="portal-late"' if row.left.urgency == "late" else ""
    return SafeString(f"<strong{late}>{escape(row.left.words)}</strong>")


@register.filter
def officer(row: Row | Moved) -> SafeString:
    """Show who has the case."""
    if row.is_mine:
        return SafeString(f"<strong>{escape(_('You'))}</strong>")
    return SafeString(escape(row.officer or _("No officer")))


def _box(row: Row) -> str:
    words = escape(f"{_('Select')} {row.card.mrn}")
    return _cell(
        f'<input type="checkbox" name="case" value="{row.id}" form="selected" aria-label="{words}">'
    )


def _no_box(row: Row) -> str:
    return ""


def _row(row: Row, at: datetime, box: str) -> str:
    stopped = f"{escape(_('Stopped'))}, " if row.is_resting else ""
    until = f"{stopped}{escape(row.due_by)} {moment(row.due_at, at)}"
    return (
        f'<tr class="govuk-table__row" id="case-{row.id}">{box}'
        f'{_cell(f"""<span id="left-{row.id}">{left(row)}</span>{_cut(until)}""")}'
        f"{_card(row.card)}"
        f'{_cell(f"""<span id="officer-{row.id}">{officer(row)}</span>""")}</tr>'
    )


def _card(card: Card) -> str:
    tag = f"govuk-tag govuk-tag--{card.colour} govuk-!-font-size-16 portal-tag"
    proposed = f'<strong class="{tag}">{escape(card.outcome)}</strong><br>{escape(card.severity)}'
    address = reverse("review", args=[card.id])
    link = f'<a class="govuk-link" href="{address}" data-row-link>{escape(card.mrn)}</a>'
    cause = f"<strong>{escape(card.cause)}</strong>" if card.cause else ""
    between = ": " if card.cause and card.reasons else ""
    reasons = f"{cause}{between}{escape(card.reasons)}"
    return (
        f"{_cell(proposed)}"
        f'{_cell(f"""{link}<span class="portal-goods">{_goods(card)}</span>""")}'
        f'{_cell(f"""<span class="portal-two-lines" dir="auto">{reasons}</span>""")}'
        f"{_cell(_cut(escape(card.route)) + _cut(escape(f'{card.mode}, {card.office}')))}"
        f"{_cell(_cut(escape(card.consignor), _AUTO) + _cut(escape(card.consignee), _AUTO))}"
    )


_AUTO = ' dir="auto"'


def _goods(card: Card) -> str:
    """Return the goods and their line; the comma is cut with the goods that do not fit."""
    goods = truncatechars(card.goods, GOODS_SHOWN) if len(card.goods) > GOODS_SHOWN else card.goods
    if not card.goods_line:
        return _cut(escape(goods), _AUTO)
    line = f'<span class="portal-nowrap">&nbsp;{escape(card.goods_line)}</span>'
    return _cut(f"<bdi>{escape(goods)}</bdi>,") + line


def _cut(html: str, direction: str = "") -> str:
    return f'<span class="portal-cut"{direction}>{html}</span>'


def _cell(html: str) -> str:
    return f'<td class="govuk-table__cell">{html}</td>'
