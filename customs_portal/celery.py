"""The Celery application. Tasks only wake and run; PostgreSQL holds what is due."""

import os

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "customs_portal.settings")

app = Celery("customs_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def drop_broken_connections(**_: object) -> None:
    """Keep the database connection from task to task, unless it has broken."""
    from django.db import close_old_connections

    close_old_connections()
