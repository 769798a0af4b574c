"""Tables whose rows are never changed: a trigger refuses it, whoever asks."""

import pgtrigger

RETENTION_SETTING = "portal.retention"


def append_only() -> pgtrigger.Trigger:
    """Return the trigger that refuses UPDATE and DELETE.

    The retention command alone may pass: it sets `portal.retention` to `on` in its transaction.
    """
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF current_setting('{RETENTION_SETTING}', true) = 'on' THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        """,
    )
