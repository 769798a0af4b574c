"""An alarm at a screening stands on top of the queue, as what was loaded against an instruction."""

from django.db import migrations, models

_ORDER = ["alarm_rank", "due_at", "severity_rank", "id"]
_OPEN = models.Q(("status", "open"))
_QUEUES = {
    "case_queue": _ORDER,
    "case_office_queue": ["office", *_ORDER],
    "case_own": ["assignee", *_ORDER],
}


class Migration(migrations.Migration):
    dependencies = [("risk", "0024_eori_among_words")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="cause",
            field=models.CharField(
                choices=[
                    ("risk", "Risk analysis"),
                    ("changed", "Changed after selection"),
                    ("not_assessed", "Not assessed in time"),
                    ("not_delivered", "Instruction not delivered"),
                    ("breached", "Loaded against an instruction"),
                    ("dual_filing", "From the superseded declaration"),
                    ("told", "Found by another administration"),
                    ("inconsistent", "Filings contradict each other"),
                    ("alarm", "Alarm at a screening"),
                ],
                default="risk",
                max_length=16,
                verbose_name="cause",
            ),
        ),
        *(migrations.RemoveIndex(model_name="case", name=name) for name in _QUEUES),
        migrations.RemoveField(model_name="case", name="alarm_rank"),
        migrations.AddField(
            model_name="case",
            name="alarm_rank",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(cause__in=["breached", "alarm"], then=models.Value(0)),
                    default=models.Value(1),
                ),
                output_field=models.SmallIntegerField(),
            ),
        ),
        *(
            migrations.AddIndex(
                model_name="case", index=models.Index(fields=fields, condition=_OPEN, name=name)
            )
            for name, fields in _QUEUES.items()
        ),
    ]
