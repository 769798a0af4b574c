"""Story 1, steps 1 and 2: a secret selection that nobody but customs can notice."""

import pytest
from django.core.management import call_command

from customs_portal import clock
from customs_portal.accounts.models import User
from customs_portal.demo import stories
from customs_portal.demo.decisions import recommend_scan
from customs_portal.events import advance
from declarations.models import Measure
from messaging.inbox import receive
from messaging.models import OutboundMessage
from risk.models import Assessment, Case
from tests.pipeline.conftest import operator


@pytest.fixture
def anna(officer: User) -> User:
    officer.username = "anna"
    officer.save()
    return officer


def test_a_scan_is_recommended_in_secret_and_belgium_is_told(anna: User, same_mrns: None) -> None:
    call_command("load_rules", verbosity=0)
    token = operator("NL900000011")
    sample = stories.changed_seal(at=clock.now())
    receive(token_digest=token, body=sample.xml, at=clock.now())
    advance.drain()
    case = Case.objects.get()
    assert [hit["rule"] for hit in Assessment.objects.get().hits] == ["CNT-01"]
    told_before = list(OutboundMessage.objects.filter(channel="trader").values_list("kind"))
    assert recommend_scan()
    advance.drain()
    measure = Measure.objects.get(ens=case.ens)
    assert (measure.kind, measure.reason_code, measure.announced_at) == ("control", "CTL-02", None)
    assert measure.placed_by == anna
    assert list(OutboundMessage.objects.filter(channel="trader").values_list("kind")) == told_before
    [transmission] = OutboundMessage.objects.filter(channel="partner")
    assert (transmission.kind, transmission.recipient) == ("CD319A", "BE")
