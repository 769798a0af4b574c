"""All stories one after the other, as the demo tells them."""

from io import StringIO

from django.core.management import call_command

from customs_portal.demo.telling.book import STORIES
from declarations.models import Ens, Filing
from risk.models import Case
from tests.acceptance.stories.looking import all_is_well


def test_the_demo_tells_every_story_once() -> None:
    output = StringIO()
    call_command("tell_stories", stdout=output)
    told = output.getvalue().splitlines()
    assert sorted(line.partition(":")[0] for line in told) == sorted(
        f"{kind.number} {kind.title}" for kind in STORIES
    )
    assert {line.rpartition(" ")[2] for line in told} <= set(
        Ens.objects.values_list("mrn", flat=True)
    )
    all_is_well()
    calls = Case.objects.open().filter(cause="not_delivered")
    assert list(calls.values_list("ens__mrn", "office")) == []
    count = Filing.objects.count()
    call_command("tell_stories", stdout=output)
    assert Filing.objects.count() == count
