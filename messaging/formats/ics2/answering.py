"""Answers to questions of customs as they come in messages: IE3R02 and IE3R03."""

from base64 import b64decode
from collections.abc import Iterator, Sequence

from declarations.screening import ScreeningResult
from messaging.formats.ics1.tree import Group
from messaging.formats.requests import AnswerSent, FileSent, ReferralAnswers

RESPONSE, SCREENING = "additionalInformationResponse", "hrcmScreeningResults"
_REFERENCE = "referralRequestReference"
_INFORMATION = "additionalInformation"
_FACILITY = ("street", "number", "streetAdditionalLine", "poBox", "postCode", "city", "country")


def read_information(root: Group) -> ReferralAnswers:
    """Return what an IE3R02 answers; results of screening belong to the answer on their house."""
    responses, results = root.all(RESPONSE), root.all(SCREENING)
    places = [_place(result, responses) for result in results]
    return _answers(
        root,
        [
            _answer(
                response,
                [each for each, found in zip(results, places, strict=True) if found == place],
            )
            for place, response in enumerate(responses)
        ],
    )


def read_screening(root: Group) -> ReferralAnswers:
    """Return what an IE3R03 answers: each result is the answer to one question."""
    return _answers(root, [_answer(result, [result]) for result in root.all(SCREENING)])


def _answers(root: Group, answers: Sequence[AnswerSent]) -> ReferralAnswers:
    return ReferralAnswers(
        mrn=root.text("MRN"),
        declarant=_of(root, "declarant", "identificationNumber"),
        representative=_of(root, "representative", "identificationNumber"),
        answers=tuple(answers),
    )


def _place(result: Group, responses: Sequence[Group]) -> int:
    wanted = _house(result)
    same = (place for place, each in enumerate(responses) if _house(each) == wanted)
    return next(same, 0)


def _answer(group: Group, results: Sequence[Group]) -> AnswerSent:
    told = dict.fromkeys((group, *results))
    said = [one for each in told for one in each.all(_INFORMATION)]
    return AnswerSent(
        reference=group.text(_REFERENCE),
        text="\n".join(filter(None, (one.text("text") for one in said))),
        codes=tuple((one.text("code"), one.text("type")) for one in said if one.text("code")),
        screenings=tuple(_screening(result) for result in results),
        files=tuple(file for each in told for file in _files(each)),
    )


def _screening(result: Group) -> ScreeningResult:
    return ScreeningResult(
        result=result.text("result"),
        methods=tuple(dict.fromkeys(one.text("method") for one in result.all("screeningMethod"))),
        document=_house(result),
        person=_of(result, "authorizedPerson", "name"),
        person_identifier=_of(result, "authorizedPerson", "identificationNumber"),
        place=_facility(result.first("facilityPlace")),
    )


def _facility(place: Group | None) -> str:
    address = place.first("address") if place else None
    return " ".join(filter(None, map(address.text, _FACILITY))) if address else ""


def _files(group: Group) -> Iterator[FileSent]:
    for one in (*group.all("binaryAttachment"), *group.all("binaryFile")):
        yield FileSent(
            name=one.text("filename"),
            content=b64decode(one.text("includedBinaryObject").replace(" ", "")),
        )


def _house(group: Group) -> str:
    return _of(group, "transportDocumentHouseLevel", "documentNumber")


def _of(group: Group, name: str, value: str) -> str:
    found = group.first(name)
    return found.text(value) if found else ""
