from django.db import migrations

# Rows live for milliseconds: vacuum by count, not by share, and without resting.
SETTINGS = (
    "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,"
    " autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0"
)
NAMES = (
    "autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,"
    " autovacuum_vacuum_insert_threshold, autovacuum_vacuum_cost_delay"
)


class Migration(migrations.Migration):
    dependencies = [("events", "0002_month_digests")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE events_delivery SET ({SETTINGS})",
            f"ALTER TABLE events_delivery RESET ({NAMES})",
        )
    ]
