"""Story 1: bananas whose seal changes; a secret scan, a seizure."""

from datetime import timedelta

import msgspec

from customs_portal.demo import stories
from customs_portal.demo.telling import papers
from customs_portal.demo.telling.story import Story
from declarations.document import Document, Seal, SupportingDocument
from declarations.services.reconfirm import Reconfirmation, reconfirm
from declarations.services.refusals import (
    RefusalOrder,
    RefusalStep,
    enforce_refusals,
    execute_refusals,
    hear,
    propose_refusals,
    sign_refusals,
)

CONTAINER = "DMOU1000014"


class ChangedSeal(Story):
    """P1, deep sea, Guayaquil to Rotterdam, then Antwerp: secret hold, IE319, control, seizure."""

    number = 1
    title = "The changed seal"
    span = timedelta(days=14)
    STEPS = ("lodge", "select_in_secret", "amend_seal", "keep", "arrive", "scan", "refuse")

    def prepare(self) -> None:
        """Write the declaration, which names Antwerp as the port after Rotterdam."""
        self.document = msgspec.structs.replace(
            stories.bananas(self.stage.at, "EC44718"), lrn=self.lrn("NKL-S1T")
        )
        self.control = self.hold = self.refusal = 0

    def lodge(self) -> None:
        """1: IE315 and IE328; cover goods from a cover port. And its twin, from another port."""
        self.mrn = self.stage.mrn(self.stage.declare(papers.CARRIER, self.document))
        self.twin = self.stage.mrn(self.stage.declare(papers.CARRIER, self._twin()))

    def _twin(self) -> Document:
        twin = papers.with_goods(
            self.document,
            containers=("DMOU1000098",),
            documents=(SupportingDocument(type="N705", reference="NKL7715"),),
        )
        return msgspec.structs.replace(
            twin,
            lrn=self.lrn("NKL-S1W"),
            place_of_loading="CMDLA",
            itinerary=("CM", "NL", "BE"),
            seals=(Seal(identity="EC44719"),),
        )

    def select_in_secret(self) -> None:
        """2: a known consignee and a weekly trade; a scan at first entry, not announced."""
        self.stage.wait(hours=2)
        self.control = self.stage.decide(
            self.mrn,
            "control",
            "CTL-02",
            note="Known consignee, weekly trade; cover goods from a cover port.",
            subject="equipment",
            reference=CONTAINER,
            place=papers.ROTTERDAM,
        )

    def amend_seal(self) -> None:
        """3: IE313 changes only the seal, which nothing that was announced forbids: IE304."""
        self.stage.wait(days=2)
        changed = papers.amendment(
            self.document, self.mrn, at=self.stage.at, seals=(Seal(identity="EC90002"),)
        )
        self.amendment = self.stage.declare(papers.CARRIER, changed)

    def keep(self) -> None:
        """3: the officer keeps the scan and holds the box as well, still in secret."""
        confirmed = Reconfirmation(
            measure=self.control, version=2, subject="equipment", reference=CONTAINER
        )
        self.stage.wait(minutes=20)
        self.stage.done(reconfirm, confirmed, "anna")
        self.hold = self.stage.decide(
            self.mrn,
            "hold",
            "HLD-01",
            note="The seal was changed after the selection.",
            subject="equipment",
            reference=CONTAINER,
        )

    def arrive(self) -> None:
        """4: UK347A and UK348A; the scan is due."""
        self.stage.wait(days=9)
        voyage = papers.Voyage(
            ship=stories.NOORD_ALBA, number="047E", loading="ECGYE", arrives=self.stage.at
        )
        envelope = self.stage.envelope(papers.CARRIER)
        self.arrival = self.stage.send(papers.CARRIER, papers.arrival(voyage, [self.mrn], envelope))

    def scan(self) -> None:
        """4: presented, told, scanned; bags behind the doors."""
        self.stage.wait(hours=1)
        self.stage.present(self.mrn)
        self.stage.control(
            self.control, type_="CTL-02", objects=CONTAINER, announce=True, by="anna"
        )
        self.stage.found(
            self.control,
            "RES-04",
            method="Scan and emptying behind the doors",
            finding="212 kg in bags behind the doors, receipt 2026-118",
            quantities=(("212 kg", "cocaine"),),
            by="bram",
        )

    def refuse(self) -> None:
        """5: entry is refused, the goods are seized."""
        order = RefusalOrder(
            ens=self.stage.ens(self.mrn).pk,
            version=2,
            subject="equipment",
            reference=CONTAINER,
            reason_code="REF-02",
            legal_basis="Opium Act, Art. 2",
            reasons="Forbidden goods were found in the container.",
        )
        self.stage.done(propose_refusals, order, "anna")
        self.refusal = self.stage.ens(self.mrn).measures.get(kind="refusal").pk
        step = RefusalStep(measure=self.refusal, note="The importer was heard by telephone.")
        for verb, by in ((sign_refusals, "sofie"), (hear, "anna"), (enforce_refusals, "sofie")):
            self.stage.done(verb, step, by)
        self.stage.wait(hours=2)
        seized = RefusalStep(measure=self.refusal, execution="seized")
        self.stage.done(execute_refusals, seized, "sofie")
