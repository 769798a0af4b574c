"""Rules and their versions, reference lists, assessments, cases and decisions."""

from risk.models.analysed import AnalysedDeclaration, AnalysedHistory, AnalysedItem
from risk.models.assessment import Assessment
from risk.models.back_test import BackTest, BackTestPart
from risk.models.case import Case, Decision, DecisionProposal, Undoing
from risk.models.drafting import RuleDraft
from risk.models.find import ConfirmedFind
from risk.models.hit_count import RuleHitCount
from risk.models.names import MatchVerdict, NameHit, NameMatch, Rescreening, ScreenedName
from risk.models.note import CaseNote, TextTemplate
from risk.models.publication import Publication, Reassessment, RuleReview
from risk.models.quality import ChapterModelMeasure, FilerQuality
from risk.models.rule import (
    ReferenceList,
    ReferenceListEntry,
    RiskProfile,
    Rule,
    RuleSetVersion,
    RuleVersion,
)
from risk.models.saved_view import SavedView
from risk.models.screening import Screening
from risk.models.shift import ShiftNote, ShiftNoteReading

__all__ = [
    "AnalysedDeclaration",
    "AnalysedHistory",
    "AnalysedItem",
    "Assessment",
    "BackTest",
    "BackTestPart",
    "Case",
    "CaseNote",
    "ChapterModelMeasure",
    "ConfirmedFind",
    "Decision",
    "DecisionProposal",
    "FilerQuality",
    "MatchVerdict",
    "NameHit",
    "NameMatch",
    "Publication",
    "Reassessment",
    "ReferenceList",
    "ReferenceListEntry",
    "Rescreening",
    "RiskProfile",
    "Rule",
    "RuleDraft",
    "RuleHitCount",
    "RuleReview",
    "RuleSetVersion",
    "RuleVersion",
    "SavedView",
    "ScreenedName",
    "Screening",
    "ShiftNote",
    "ShiftNoteReading",
    "TextTemplate",
    "Undoing",
]
