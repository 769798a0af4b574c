"""All invariants in one table."""

from collections.abc import Iterator

from messaging.invariants import declared, linking, log, messages, opinions, releases
from messaging.invariants.invariant import Breach, Harm, Invariant, Scope

_ROWS = (
    (
        "unanswered",
        Harm.LOST,
        messages.unanswered,
        "Every stored message has its answer or unfinished work.",
    ),
    (
        "unjudged_repeats",
        Harm.WRONG,
        messages.unjudged_repeats,
        "A repeat names the first message.",
    ),
    ("lodged_twice", Harm.DUPLICATE, messages.lodged_twice, "A message is lodged once."),
    (
        "same_id_taken_twice",
        Harm.DUPLICATE,
        messages.same_id_taken_twice,
        "A message id of a sender is accepted once.",
    ),
    (
        "outbound_ids_twice",
        Harm.DUPLICATE,
        messages.outbound_ids_twice,
        "Ids of messages sent are unique.",
    ),
    (
        "told_twice",
        Harm.DUPLICATE,
        messages.told_twice,
        "A recipient is told of an event once for each MRN.",
    ),
    (
        "not_told",
        Harm.LOST,
        messages.not_told,
        "Every event that asks for a message has it or will have it.",
    ),
    (
        "without_cause",
        Harm.WRONG,
        messages.without_cause,
        "Every message sent names its event and version.",
    ),
    (
        "told_for_another_reason",
        Harm.WRONG,
        messages.told_for_another_reason,
        "A message tells of the event that it names.",
    ),
    (
        "complete_but_not_told",
        Harm.LOST,
        messages.complete_but_not_told,
        "The filer of ICS2 is told that an assessment is complete, unless it is not to load.",
    ),
    (
        "changed_bodies",
        Harm.WRONG,
        messages.changed_bodies,
        "Raw messages are the bytes that came or went.",
    ),
    (
        "states_not_told",
        Harm.LOST,
        messages.states_not_told,
        "Every risk is told to the other States on the way.",
    ),
    (
        "own_offices_not_told",
        Harm.LOST,
        messages.own_offices_not_told,
        "Every risk is told to our offices on the way.",
    ),
    (
        "unannounced_but_told",
        Harm.WRONG,
        messages.unannounced_but_told,
        "No trader is told of an unannounced measure.",
    ),
    (
        "announced_but_not_told",
        Harm.LOST,
        messages.announced_but_not_told,
        "Every announced measure has its IE351.",
    ),
    ("mrn_twice", Harm.DUPLICATE, declared.mrn_twice, "An MRN belongs to one filing and one ENS."),
    (
        "lrn_twice",
        Harm.DUPLICATE,
        declared.lrn_twice,
        "An LRN belongs to one accepted filing of a declarant.",
    ),
    (
        "filings_without_ens",
        Harm.LOST,
        declared.filings_without_ens,
        "Every registered filing is a member of an ENS.",
    ),
    (
        "ens_without_version",
        Harm.LOST,
        declared.ens_without_version,
        "Every ENS has its current version.",
    ),
    (
        "old_filing_versions",
        Harm.WRONG,
        declared.old_filing_versions,
        "The version of an ENS has the newest versions of its filings.",
    ),
    (
        "members_not_in_version",
        Harm.LOST,
        linking.members_not_in_version,
        "The version of an ENS has exactly its filings.",
    ),
    (
        "linked_otherwise",
        Harm.WRONG,
        linking.linked_otherwise,
        "Every house stands below the filing whose key it asks for.",
    ),
    (
        "linked_without_link",
        Harm.WRONG,
        linking.linked_without_link,
        "A filing is linked exactly while it stands below another.",
    ),
    (
        "in_a_wrong_ens",
        Harm.WRONG,
        linking.in_a_wrong_ens,
        "A filing is part of the ENS of the highest one above it.",
    ),
    (
        "absorbed_wrongly",
        Harm.WRONG,
        linking.absorbed_wrongly,
        "An ENS is absorbed exactly while its filing is part of another.",
    ),
    (
        "keys_of_ended_filings",
        Harm.WRONG,
        linking.keys_of_ended_filings,
        "Only live filings have keys.",
    ),
    (
        "complete_without_filings",
        Harm.WRONG,
        linking.complete_without_filings,
        "What is complete lacks no filing, and what waits lacks one.",
    ),
    (
        "lost_consignments",
        Harm.LOST,
        declared.lost_consignments,
        "The goods of every declared consignment have their life.",
    ),
    (
        "released_with_open_measure",
        Harm.WRONG,
        releases.released_with_open_measure,
        "Nothing is released while a measure that touches it is open.",
    ),
    (
        "do_not_load_too_late",
        Harm.WRONG,
        declared.do_not_load_too_late,
        "No do-not-load is signed after its window.",
    ),
    (
        "measure_on_dead_filing",
        Harm.WRONG,
        declared.measure_on_dead_filing,
        "What was withdrawn takes no new measure.",
    ),
    (
        "wrong_projections",
        Harm.WRONG,
        declared.wrong_projections,
        "What is searched is what was declared.",
    ),
    (
        "not_assessed",
        Harm.LOST,
        opinions.not_assessed,
        "Every registered ENS has an assessment, unfinished work or an open case.",
    ),
    (
        "undecided_without_case",
        Harm.LOST,
        opinions.undecided_without_case,
        "What is in review has an open case.",
    ),
    (
        "case_without_reason",
        Harm.WRONG,
        opinions.case_without_reason,
        "An open case has something to be decided.",
    ),
    (
        "open_cases_twice",
        Harm.DUPLICATE,
        opinions.open_cases_twice,
        "An ENS has one open case at most.",
    ),
    (
        "assessed_twice",
        Harm.DUPLICATE,
        opinions.assessed_twice,
        "A version has one assessment of a kind.",
    ),
    ("decided_twice", Harm.DUPLICATE, opinions.decided_twice, "An assessment is decided once."),
    (
        "passed_by_mistake",
        Harm.WRONG,
        opinions.passed_by_mistake,
        "Only what hit nothing passes without a person.",
    ),
    (
        "measure_without_decision",
        Harm.WRONG,
        opinions.measure_without_decision,
        "Every measure follows from a decision.",
    ),
    (
        "screens_for_nothing",
        Harm.LOST,
        opinions.screens_for_nothing,
        "What waits for other States, waits for one that was asked.",
    ),
    (
        "not_asked",
        Harm.LOST,
        opinions.not_asked,
        "Every State that is to screen a filing is asked.",
    ),
    (
        "screened_unanswered",
        Harm.LOST,
        opinions.screened_unanswered,
        "What another State asks is answered, or a person has to.",
    ),
    (
        "waits_for_nothing",
        Harm.LOST,
        opinions.waits_for_nothing,
        "What waits, waits for an open question.",
    ),
    (
        "asked_but_not_waiting",
        Harm.WRONG,
        opinions.asked_but_not_waiting,
        "While a question is open, the analysis waits.",
    ),
    (
        "void_proposals_open",
        Harm.WRONG,
        opinions.void_proposals_open,
        "A proposal stands only on the case as it was.",
    ),
    (
        "rests_for_nothing",
        Harm.WRONG,
        declared.rests_for_nothing,
        "A clock rests only while a question is open.",
    ),
    (
        "broken_attachments",
        Harm.LOST,
        declared.broken_attachments,
        "Every file is whole.",
    ),
    ("unlimited", Harm.WRONG, opinions.unlimited, "The analysis of an ENS has its limit."),
    (
        "assessed_too_early",
        Harm.WRONG,
        opinions.assessed_too_early,
        "What is assessed has no assessment that is still open.",
    ),
    (
        "not_assessed_in_full",
        Harm.LOST,
        opinions.not_assessed_in_full,
        "What was assessed before loading is assessed in full, or is not to be loaded.",
    ),
    ("due_for_nothing", Harm.LOST, log.due_for_nothing, "What is due is due for an event."),
    ("due_twice", Harm.DUPLICATE, log.due_twice, "A consumer is told of an event once."),
    ("due_for_nobody", Harm.LOST, log.due_for_nobody, "What is due is due for a known consumer."),
    (
        "changed_months",
        Harm.WRONG,
        log.changed_months,
        "Closed months of the event log are as they were.",
    ),
)

INVARIANTS = tuple(
    Invariant(name=name, harm=harm, find=find, sentence=sentence)
    for name, harm, find, sentence in _ROWS
)


def breaches(scope: Scope) -> Iterator[Breach]:
    """Look for breaches of every invariant, and yield those that do not hold."""
    for invariant in INVARIANTS:
        places = invariant.find(scope)
        if places:
            yield Breach(invariant=invariant, places=places)


def counted(found: list[Breach], harm: Harm) -> int:
    """Return in how many places invariants of that harm do not hold."""
    return sum(len(breach.places) for breach in found if breach.invariant.harm is harm)
