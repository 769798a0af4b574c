"""What is still to be assessed: versions with what their rules read, and the kind that is due."""

from collections.abc import Sequence

import msgspec

from customs_portal.bulk import fetch_prepared
from declarations.expected import withdrawn
from declarations.filing_types import FilingLevel, is_analysed_twice, level_of
from declarations.models import Ens
from risk import versions
from risk.analysed import Subjects
from risk.engine.subject import Features
from risk.models import Assessment
from risk.services.stages import not_loaded_yet


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an ENS to be assessed."""

    ens: int
    ens_version: int
    version: int


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What is assessed: the version with all that its rules read.

    `features` are those of an earlier assessment of the same version; they stay as they are.
    """

    request: Request
    ens: Ens
    subjects: Subjects
    features: Features | None
    kind: str = ""
    differs: bool = False

    @property
    def type(self) -> str:
        """Return the type of the highest filing."""
        return self.subjects.readings.declared.document.type


_ASSESSED = """
SELECT ens_version_id, kind FROM risk_assessment
WHERE ens_version_id = ANY(%s::bigint[]) AND kind IN ('full', 'preloading')
  AND status <> 'superseded'
"""


def lacking(requests: Sequence[Request], locked: dict[int, Ens]) -> list[Declared]:
    """Return what still lacks an assessment, each with the kind that is due."""
    wanted = [request.ens_version for request in requests]
    made = {(version, kind) for version, kind in fetch_prepared(_ASSESSED, [wanted])}
    done = {version for version, kind in made if kind == Assessment.Kind.FULL}
    found = versions.load(version for version in wanted if version not in done)
    gone = withdrawn({each.ens for each in requests if locked[each.ens].completeness})
    declared = [
        Declared(
            request=request,
            ens=locked[request.ens],
            subjects=found[request.ens_version].subjects,
            features=found[request.ens_version].features,
            differs=bool(found[request.ens_version].differences) or request.ens in gone,
        )
        for request in requests
        if request.ens_version in found
    ]
    return [
        each for each in _of_kind(declared) if (each.request.ens_version, each.kind) not in made
    ]


def _of_kind(declared: Sequence[Declared]) -> list[Declared]:
    """Name the kind of the assessment: before loading for a house, and where a full one follows."""
    twice = [each.ens.pk for each in declared if is_analysed_twice(each.type)]
    early = not_loaded_yet(twice) if twice else frozenset()
    return [
        msgspec.structs.replace(
            each,
            kind=Assessment.Kind.PRELOADING
            if level_of(each.type) is FilingLevel.HOUSE or each.ens.pk in early
            else Assessment.Kind.FULL,
        )
        for each in declared
    ]
