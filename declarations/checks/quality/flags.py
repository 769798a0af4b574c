"""What can be said against the quality of declared data: a flag with its reason in words."""

from enum import StrEnum

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.findings import Finding, Stage
from declarations.checks.quality.nomenclature import section_of
from declarations.document import GoodsItem


class FlagKind(StrEnum):
    """What is said; the value is what rules compare."""

    STOP_WORDS = "STOP_WORDS"
    PARTY_STOP_WORDS = "PARTY_STOP_WORDS"
    REPEATS_CODE = "REPEATS_CODE"
    REPEATS_PACKAGE = "REPEATS_PACKAGE"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    CHAPTER = "CHAPTER"
    CHARACTERS = "CHARACTERS"
    UNUSUAL_GOODS = "UNUSUAL_GOODS"


OF_OTHERS = frozenset({FlagKind.UNUSUAL_GOODS})
"""Kinds that rest on what others declared: never told to a trader."""

NAMES: dict[FlagKind, Promise] = {
    FlagKind.STOP_WORDS: gettext_lazy("Description says nothing"),
    FlagKind.PARTY_STOP_WORDS: gettext_lazy("Party says nothing"),
    FlagKind.REPEATS_CODE: gettext_lazy("Description repeats the code"),
    FlagKind.REPEATS_PACKAGE: gettext_lazy("Description repeats the package"),
    FlagKind.UNKNOWN_CODE: gettext_lazy("Code not in force"),
    FlagKind.CHAPTER: gettext_lazy("Chapter does not fit the description"),
    FlagKind.CHARACTERS: gettext_lazy("Letters of another script"),
    FlagKind.UNUSUAL_GOODS: gettext_lazy("Unusual for the consignee"),
}


class Flag(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One flag; `field` is where it stands (`description`, `consignee.name`).

    `chapters` are those that texts like the description usually are of, the likeliest first.
    """

    kind: FlagKind
    field: str
    chapters: tuple[str, ...] = ()


def reason(flag: Flag, item: GoodsItem | None) -> str:
    """Return the flag as a sentence; `item` is the goods item it stands on, None for the header."""
    return _SENTENCES[flag.kind](flag, item)


def as_finding(flag: Flag, item: GoodsItem | None) -> Finding:
    """Return the flag as a finding of stage quality, which never rejects."""
    place = f"items[{item.number}].{flag.field}" if item else flag.field
    return Finding(code=flag.kind, location=place, text=reason(flag, item), stage=Stage.QUALITY)


def _stop_words(flag: Flag, item: GoodsItem | None) -> str:
    return _("The description “%(text)s” holds nothing but stop words.") % {
        "text": _description(item)
    }


def _party_stop_words(flag: Flag, item: GoodsItem | None) -> str:
    return _("The %(field)s holds nothing but stop words.") % {"field": field_name(flag.field)}


def _repeats_code(flag: Flag, item: GoodsItem | None) -> str:
    return _("The description “%(text)s” only repeats the commodity code.") % {
        "text": _description(item)
    }


def _repeats_package(flag: Flag, item: GoodsItem | None) -> str:
    return _("The description “%(text)s” only repeats the packages.") % {"text": _description(item)}


def _unknown_code(flag: Flag, item: GoodsItem | None) -> str:
    return _("The subheading %(code)s was not in the Harmonised System in force.") % {
        "code": _code(item)[:6]
    }


def _chapter(flag: Flag, item: GoodsItem | None) -> str:
    return _(
        "Described as “%(text)s”; chapter %(chapter)s is named;"
        " texts like this are usually of chapters %(chapters)s."
    ) % {
        "text": _description(item),
        "chapter": _code(item)[:2],
        "chapters": ", ".join(flag.chapters),
    }


def _characters(flag: Flag, item: GoodsItem | None) -> str:
    return _(
        "The %(field)s has letters that are not Latin, Greek or Cyrillic, or hidden signs."
    ) % {"field": field_name(flag.field)}


def _unusual_goods(flag: Flag, item: GoodsItem | None) -> str:
    return _(
        "The consignee's earlier goods are of other sections of the Harmonised System"
        " than %(section)s (chapter %(chapter)s)."
    ) % {"section": section_of(_code(item)[:2]), "chapter": _code(item)[:2]}


_SENTENCES = {
    FlagKind.STOP_WORDS: _stop_words,
    FlagKind.PARTY_STOP_WORDS: _party_stop_words,
    FlagKind.REPEATS_CODE: _repeats_code,
    FlagKind.REPEATS_PACKAGE: _repeats_package,
    FlagKind.UNKNOWN_CODE: _unknown_code,
    FlagKind.CHAPTER: _chapter,
    FlagKind.CHARACTERS: _characters,
    FlagKind.UNUSUAL_GOODS: _unusual_goods,
}


def field_name(field: str) -> str:
    """Return the words for a field of a flag."""
    role, _dot, part = field.partition(".")
    of_role = {
        "description": _("description"),
        "consignor": _("consignor's"),
        "consignee": _("consignee's"),
        "notify_party": _("notify party's"),
        "declarant": _("declarant's"),
        "representative": _("representative's"),
        "carrier": _("carrier's"),
    }.get(role, role)
    of_part = {"name": _("name"), "street": _("street"), "city": _("town")}.get(part, part)
    return f"{of_role} {of_part}".strip()


def _description(item: GoodsItem | None) -> str:
    return (item.description or "" if item else "")[:140]


def _code(item: GoodsItem | None) -> str:
    return item.commodity_code or "" if item else ""
