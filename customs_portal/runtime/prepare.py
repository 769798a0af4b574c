"""Run management commands one after another in one process, those that exist.

`python -m customs_portal.runtime.prepare migrate load_reference`
"""

import os
import sys
from collections.abc import Sequence

PROGRESS = {
    "migrate": "Preparing the database",
    "load_reference": "Loading the reference data",
    "load_retention": "Loading the retention policies",
    "measure_descriptions": "Measuring the model of goods descriptions",
    "load_demo": "Making the demo accounts",
    "tell_stories": "Telling the stories of the demo",
    "seed_demo": "Lodging the demo traffic",
}


def run(commands: Sequence[str]) -> None:
    """Stop at the first command that fails: SystemExit with its reason."""
    import django
    from django.core.management import CommandError, call_command, get_commands

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "customs_portal.settings")
    django.setup()
    for command in commands:
        if command in get_commands():
            print(PROGRESS.get(command, command), flush=True)
            try:
                call_command(command, verbosity=0)
            except CommandError as error:
                sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    run(sys.argv[1:])
