"""What can happen to filings, ENS and measures."""

from django.utils.translation import gettext_lazy as _

from customs_portal.events.kinds import Kind

FILING_REGISTERED = Kind(
    name="filing.registered", sentence=_("Registered, MRN %(mrn)s given to %(declarant)s")
)
FILING_REJECTED = Kind(name="filing.rejected", sentence=_("%(type)s %(lrn)s rejected"))
FILING_AMENDED = Kind(
    name="filing.amended", sentence=_("Amended by %(sender)s: version %(version)s")
)
AMENDMENT_REFUSED = Kind(
    name="amendment.refused", sentence=_("Amendment by %(sender)s refused, code %(motivation)s")
)
FILING_APPROACHED = Kind(
    name="filing.approached", sentence=_("%(sender)s, who may not know it, sent a message about it")
)
FILING_INVALIDATED = Kind(
    name="filing.invalidated", sentence=_("Invalidated on the request of %(sender)s")
)
INVALIDATION_REFUSED = Kind(
    name="invalidation.refused", sentence=_("Invalidation by %(sender)s refused")
)
LINK_DUE = Kind(
    name="link.due", sentence=_("To be held against the filings above and below: %(mrn)s")
)
FILING_LINKED = Kind(name="filing.linked", sentence=_("%(mrn)s linked below %(upper_mrn)s"))
FILING_LINK_CONFIRMED = Kind(
    name="filing.link_confirmed",
    sentence=_("%(mrn)s linked below %(upper_mrn)s by an officer: %(reason)s"),
)
FILING_UNLINKED = Kind(
    name="filing.unlinked", sentence=_("%(mrn)s is no longer linked below %(upper_mrn)s")
)
ENS_ABSORBED = Kind(name="ens.absorbed", sentence=_("Part of the ENS %(into)s from now on"))
ENS_PARTED = Kind(name="ens.parted", sentence=_("An ENS by itself again, no longer part of %(of)s"))
ENS_REGROUPED = Kind(
    name="ens.regrouped", sentence=_("Version %(version)s, filings in it: %(filings)s")
)
ENS_COMPLETED = Kind(name="ens.completed", sentence=_("Complete: every filing named is there"))
ENS_INCOMPLETE = Kind(
    name="ens.incomplete", sentence=_("Not complete, filings missing: %(missing_count)s")
)
FILING_EXPIRED = Kind(
    name="filing.expired", sentence=_("%(mrn)s expired: its goods did not come in 200 days")
)
FILING_EXPECTED = Kind(
    name="filing.expected", sentence=_("Reminded that a filing is expected: %(named)s")
)
ENS_CONSIDERED_COMPLETE = Kind(
    name="ens.considered_complete",
    sentence=_("Not all houses were filed in half of the time: analysed with what is there"),
)
ENS_CONSULTED = Kind(name="ens.consulted", sentence=_("%(requester)s asked for the state"))
CONSULTATION_REFUSED = Kind(
    name="consultation.refused", sentence=_("A question for the state of an ENS refused")
)
DIVERSION_ACKNOWLEDGED = Kind(
    name="diversion.acknowledged", sentence=_("Diversion %(reference)s acknowledged")
)
DIVERSION_RECORDED = Kind(
    name="diversion.recorded",
    sentence=_("Diversion %(reference)s recorded, asked for by %(requester)s"),
)
DIVERSION_REFUSED = Kind(name="diversion.refused", sentence=_("Diversion %(reference)s refused"))
ENS_DIVERTED = Kind(
    name="ens.diverted",
    sentence=_("Diverted to %(actual_office)s by %(requester)s, reference %(reference)s"),
)
DECLARATIONS_REQUESTED = Kind(
    name="declarations.requested",
    sentence=_("%(country)s asked for declarations, request %(reference)s"),
)
ENS_REQUESTED = Kind(
    name="ens.requested", sentence=_("Given to %(office)s on its request %(reference)s")
)
MEASURE_PLACED = Kind(
    name="measure.placed", sentence=_("%(kind_name)s placed on %(subject_name)s, %(reason_code)s")
)
MEASURE_ANNOUNCED = Kind(
    name="measure.announced", sentence=_("%(kind_name)s announced to the trader, %(reason_code)s")
)
MEASURE_PROPOSED = Kind(
    name="measure.proposed",
    sentence=_("%(kind_name)s proposed on %(subject_name)s, %(reason_code)s"),
)
MEASURE_LAPSED = Kind(
    name="measure.lapsed", sentence=_("%(kind_name)s on %(subject_name)s lapsed unsigned")
)
MEASURE_RECONFIRM_ASKED = Kind(
    name="measure.reconfirm_asked",
    sentence=_("%(kind_name)s on %(subject_name)s is to be confirmed on version %(new)s"),
)
MEASURE_RECONFIRMED = Kind(
    name="measure.reconfirmed",
    sentence=_("%(kind_name)s on %(subject_name)s confirmed on version %(version)s"),
)
MEASURE_BREACHED = Kind(
    name="measure.breached", sentence=_("%(kind_name)s breached: %(subject_name)s arrived")
)
MEASURE_COMPLIED = Kind(
    name="measure.complied",
    sentence=_("%(kind_name)s complied with: %(subject_name)s did not arrive"),
)
CONTROL_DUE = Kind(
    name="control.due", sentence=_("Goods arrived: control of %(subject_name)s to be decided")
)
MEASURE_SIGNED = Kind(
    name="measure.signed", sentence=_("%(kind_name)s on %(subject_name)s signed by a second person")
)
MEASURE_DECLINED = Kind(
    name="measure.declined", sentence=_("%(kind_name)s on %(subject_name)s not signed: %(note)s")
)
MEASURE_LIFTED = Kind(
    name="measure.lifted",
    sentence=_("%(kind_name)s on %(subject_name)s lifted, %(lift_reason)s"),
)
STEP_PROPOSED = Kind(
    name="measure.step_proposed",
    sentence=_("%(step_name)s proposed: %(kind_name)s on %(subject_name)s, %(step_reason)s"),
)
STEP_DECLINED = Kind(
    name="measure.step_declined",
    sentence=_("%(step_name)s not signed: %(kind_name)s on %(subject_name)s"),
)
CONTROL_ORDERED = Kind(
    name="control.ordered", sentence=_("Control of %(subject_name)s ordered, %(type)s")
)
CONTROL_DECIDED_AGAINST = Kind(
    name="control.decided_against",
    sentence=_("Not to be controlled: %(subject_name)s, %(lift_reason)s"),
)
CONTROL_SCHEDULED = Kind(
    name="control.scheduled", sentence=_("Control of %(subject_name)s set for %(moment)s")
)
CONTROL_ANNOUNCED = Kind(
    name="control.announced", sentence=_("Control of %(subject_name)s announced to the trader")
)
CONTROL_FOREWARNED = Kind(
    name="control.forewarned",
    sentence=_("Authorised operators told in advance of the control of %(subject_name)s"),
)
CONTROL_STARTED = Kind(name="control.started", sentence=_("Control of %(subject_name)s begun"))
CONTROL_RESULT = Kind(
    name="control.result_recorded", sentence=_("Control of %(subject_name)s ended: %(result)s")
)
CONTROL_PICTURE = Kind(name="control.picture_added", sentence=_("Picture added: %(name)s"))
CONTROL_WAIVED = Kind(
    name="control.waived", sentence=_("Control of %(subject_name)s waived, %(lift_reason)s")
)
CONTROL_PASSED_ON = Kind(
    name="control.passed_on", sentence=_("Control of %(subject_name)s passed on to %(office)s")
)
REFUSAL_SIGNED = Kind(
    name="refusal.signed",
    sentence=_("Refusal of entry of %(subject_name)s signed, to be heard until %(until)s"),
)
REFUSAL_HEARD = Kind(
    name="refusal.heard", sentence=_("Heard on the refusal of entry of %(subject_name)s")
)
REFUSAL_IN_FORCE = Kind(
    name="refusal.in_force", sentence=_("Refusal of entry of %(subject_name)s in force")
)
REFUSAL_EXECUTED = Kind(
    name="refusal.executed",
    sentence=_("Refusal of entry of %(subject_name)s carried out: %(execution_name)s"),
)
REFUSAL_REVOKED = Kind(
    name="refusal.revoked", sentence=_("Refusal of entry of %(subject_name)s revoked")
)
CONSIGNMENT_PRESENTED = Kind(
    name="consignment.presented", sentence=_("Consignment %(consignment_name)s presented")
)
PRESENTATION_REVOKED = Kind(
    name="consignment.presentation_revoked",
    sentence=_("Presentation of consignment %(consignment_name)s revoked"),
)
CONSIGNMENT_UNDER_CONTROL = Kind(
    name="consignment.under_control",
    sentence=_("Consignment %(consignment_name)s under control"),
)
CONSIGNMENT_RELEASED = Kind(
    name="consignment.released",
    sentence=_("Consignment %(consignment_name)s released for further treatment, %(reason_code)s"),
)
CONSIGNMENT_NOT_RELEASED = Kind(
    name="consignment.not_released", sentence=_("Consignment %(consignment_name)s not released")
)
CLOCK_ENDED = Kind(name="clock.ended", sentence=_("%(clock_name)s ran out"))
SUBSEQUENT_ENTRY_INFORMED = Kind(
    name="subsequent_entry.informed", sentence=_("Office of subsequent entry %(office)s informed")
)
TRAFFIC_CORRECTED = Kind(
    name="traffic.corrected",
    sentence=_("Traffic class corrected to %(traffic_name)s, by %(rule)s: %(reason)s"),
)
ARRIVAL_REGISTERED = Kind(
    name="arrival.registered", sentence=_("Arrival of %(means)s at %(office)s notified")
)
ARRIVAL_RECORDED = Kind(
    name="arrival.recorded", sentence=_("Arrival of %(means)s at %(office)s recorded")
)
ARRIVAL_REJECTED = Kind(name="arrival.rejected", sentence=_("Arrival notification refused"))
ARRIVAL_ATTEMPTED = Kind(
    name="arrival.attempted",
    sentence=_("%(by)s, who is no party to this declaration, notified its arrival"),
)
ARRIVAL_MATCHED = Kind(
    name="arrival.matched",
    sentence=_(
        "Arrived with %(means)s at %(office)s: %(arrived)s of %(consignments)s consignments, "
        "%(partly)s in part"
    ),
)
ARRIVAL_UNMATCHED = Kind(
    name="arrival.unmatched",
    sentence=_("%(means)s brought goods without a declaration, lines: %(lines)s"),
)
ARRIVAL_LINE_ASKED = Kind(
    name="arrival.line_asked", sentence=_("Declared in %(country)s: its office has to answer")
)
ARRIVAL_FOUND = Kind(name="arrival.found", sentence=_("Found with %(means)s: %(what)s. %(note)s"))
ARRIVAL_LINE_HELD = Kind(
    name="arrival.line_held", sentence=_("%(what)s held: arrived without a declaration")
)
ARRIVAL_HOLD_LIFTED = Kind(
    name="arrival.hold_lifted", sentence=_("Hold on %(what)s lifted: %(why)s")
)
ARRIVAL_HOLD_MOVED = Kind(
    name="arrival.hold_moved", sentence=_("Hold on %(what)s goes on under %(mrn)s")
)
ARRIVAL_WAIVED = Kind(name="arrival.waived", sentence=_("%(what)s needs no declaration: %(why)s"))
ARRIVAL_RESOLVED = Kind(
    name="arrival.resolved",
    sentence=_("Declared after arrival with %(means)s at %(office)s"),
)
ARRIVAL_HOUSE_LEFT = Kind(
    name="arrival.house_left",
    sentence=_("%(means)s is here; the house could not arrive, as it is not linked to its master"),
)
CONSIGNMENT_MISSED = Kind(
    name="consignment.missed",
    sentence=_("Not arrived by the expected time with its tolerance, consignments: %(count)s"),
)
DUAL_FILING_SUSPECTED = Kind(
    name="dual_filing.suspected",
    sentence=_("The same goods seem to be declared by another person: %(other_mrn)s"),
)
DUAL_FILING_DISMISSED = Kind(
    name="dual_filing.dismissed", sentence=_("Not the same goods as %(other_mrn)s")
)
DUAL_FILING_KEPT = Kind(
    name="dual_filing.kept", sentence=_("Kept for analysis beside %(other_mrn)s")
)
DUAL_FILING_WON = Kind(
    name="dual_filing.won",
    sentence=_("Counts for the goods of %(other_mrn)s, whose measures it takes over"),
)
FILING_SUPERSEDED = Kind(
    name="filing.superseded", sentence=_("Superseded: for these goods %(other_mrn)s counts")
)
SUBSEQUENT_ENTRY_ACTED = Kind(
    name="subsequent_entry.acted",
    sentence=_("Office of subsequent entry %(office)s to %(to)s: %(action_name)s, %(feedback)s"),
)
INFRINGEMENT_FOUND = Kind(
    name="infringement.found", sentence=_("Possible infringement: %(kind_name)s")
)
INFRINGEMENT_STEP = Kind(
    name="infringement.step", sentence=_("Infringement, %(kind_name)s: %(state_name)s")
)
SUBSEQUENT_ENTRY_NOTIFIED = Kind(
    name="subsequent_entry.notified",
    sentence=_("%(country)s told of a risk before our office, result %(codes)s"),
)
SUBSEQUENT_ENTRY_LATE = Kind(
    name="subsequent_entry.late",
    sentence=_("The goods were at %(office)s before %(country)s told of them"),
)
SUBSEQUENT_ENTRY_WITHDRAWN = Kind(
    name="subsequent_entry.withdrawn", sentence=_("%(country)s withdrew the risk that it told of")
)
SUBSEQUENT_ENTRY_SET_ASIDE = Kind(
    name="subsequent_entry.set_aside",
    sentence=_("An older message of %(country)s came after a newer one and was set aside"),
)
SUBSEQUENT_ENTRY_REPLACED = Kind(
    name="subsequent_entry.replaced",
    sentence=_("What %(office)s was told of version %(version)s is replaced"),
)
SUBSEQUENT_ENTRY_ARRIVED = Kind(
    name="subsequent_entry.arrived", sentence=_("Arrived at %(office)s")
)
SUBSEQUENT_ENTRY_MISSED = Kind(
    name="subsequent_entry.missed",
    sentence=_("Not arrived at %(office)s in the days after first entry"),
)
SUBSEQUENT_ENTRY_FEEDBACK = Kind(
    name="subsequent_entry.feedback",
    sentence=_("%(office)s tells what it did: %(action_name)s, %(result)s"),
)
ENS_TAKEN_OVER = Kind(
    name="ens.taken_over",
    sentence=_("Taken over from %(country)s by %(message_name)s, result %(codes)s"),
)
ENS_SCREENING_REQUESTED = Kind(
    name="ens.screening_requested",
    sentence=_("%(country)s asks for an e-screening"),
)
ENS_TOLD_AGAIN = Kind(
    name="ens.told_again",
    sentence=_("%(country)s told of the declaration again by %(message_name)s, result %(codes)s"),
)
DECLARATION_REQUEST_MADE = Kind(
    name="declaration_request.made",
    sentence=_("%(country)s asked for declarations, request %(reference)s, attempt %(attempt)s"),
)
DECLARATION_REQUEST_ANSWERED = Kind(
    name="declaration_request.answered",
    sentence=_("%(country)s answered request %(reference)s: %(given)s given, %(refused)s refused"),
)
DECLARATION_REQUEST_TIMED_OUT = Kind(
    name="declaration_request.timed_out",
    sentence=_("%(country)s did not answer request %(reference)s in time"),
)
REFERRAL_ASKED = Kind(
    name="referral.asked",
    sentence=_("%(type_name)s %(reference)s asked of %(addressee)s, %(reason_code)s"),
)
REFERRAL_REMINDED = Kind(
    name="referral.reminded", sentence=_("%(type_name)s %(reference)s: reminder sent")
)
REFERRAL_OVERDUE = Kind(
    name="referral.overdue", sentence=_("%(type_name)s %(reference)s not answered in time")
)
REFERRAL_ANSWERED = Kind(
    name="referral.answered",
    sentence=_("%(type_name)s %(reference)s answered by %(sender)s, files: %(files)s"),
)
REFERRAL_AMENDED = Kind(
    name="referral.amended", sentence=_("%(type_name)s %(reference)s answered by an amendment")
)
REFERRAL_ANSWER_REFUSED = Kind(
    name="referral.answer_refused", sentence=_("An answer of %(sender)s refused")
)
REFERRAL_ATTEMPTED = Kind(
    name="referral.attempted",
    sentence=_("%(type_name)s %(reference)s: an answer by %(sender)s was refused, code %(code)s"),
)
REFERRAL_SETTLED = Kind(
    name="referral.settled", sentence=_("%(type_name)s %(reference)s settled: the answer is enough")
)
REFERRAL_INSUFFICIENT = Kind(
    name="referral.insufficient",
    sentence=_("%(type_name)s %(reference)s: the answer is not enough"),
)
REFERRAL_WITHDRAWN = Kind(
    name="referral.withdrawn", sentence=_("%(type_name)s %(reference)s withdrawn")
)
REFERRAL_CANCELLED = Kind(
    name="referral.cancelled", sentence=_("%(type_name)s %(reference)s overtaken: %(why)s")
)
ATTACHMENT_ADDED = Kind(name="attachment.added", sentence=_("File added: %(name)s"))
ATTACHMENT_SCANNED = Kind(
    name="attachment.scanned", sentence=_("File %(name)s scanned: %(scan_name)s")
)
