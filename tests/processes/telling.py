"""Print the story of an ENS as its page tells it: `python -m tests.processes.telling MRN`."""

import json
import sys

import django

django.setup()

from customs_portal.pages.reads.story import happenings  # noqa: E402  needs the apps
from declarations.models import Ens  # noqa: E402

print(json.dumps([line.sentence for line in happenings(Ens.objects.get(mrn=sys.argv[1]))]))
