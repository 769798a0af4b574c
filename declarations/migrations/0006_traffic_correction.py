from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("declarations", "0005_measures")]

    operations = [
        migrations.AddField(
            model_name="ens",
            name="traffic_correction",
            field=models.CharField(
                blank=True,
                choices=[
                    ("deep_sea_container", "Deep sea, containers"),
                    ("deep_sea_bulk", "Deep sea, bulk and general cargo"),
                    ("short_sea", "Short sea"),
                    ("short_voyage", "Voyage under 24 hours to an outermost region"),
                    ("ferry", "Ferry"),
                    ("inland_water", "Inland waterway"),
                    ("air_long_haul", "Long-haul flight"),
                    ("air_short_haul", "Short-haul flight"),
                    ("rail", "Rail"),
                    ("rail_short", "Rail, under two hours from the last station abroad"),
                    ("road", "Road"),
                ],
                db_default="",
                default="",
                max_length=20,
                verbose_name="corrected traffic class",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="kind",
            field=models.CharField(
                choices=[
                    ("analysis", "Risk analysis"),
                    ("do_not_load", "Do-not-load window"),
                    ("arrival", "Expected arrival"),
                    ("reconciliation", "Reconciliation with the arrival"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
    ]
