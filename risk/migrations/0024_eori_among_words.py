"""Put the EORI numbers among the words of the cases that are open."""

from django.db import migrations

ADD = """
UPDATE risk_case SET words = concat_ws(' ', found.eoris, words)
FROM (
    SELECT c.id, lower(string_agg(k.value, ' ')) AS eoris
    FROM risk_case c JOIN declarations_searchkey k ON k.ens_id = c.ens_id AND k.kind = 'eori'
    WHERE c.status = 'open' GROUP BY c.id
) found
WHERE risk_case.id = found.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("declarations", "0013_ens_forming"),
        ("risk", "0023_linked_filings"),
    ]

    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
