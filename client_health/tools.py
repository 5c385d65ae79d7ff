from odoo.exceptions import UserError


def get_data_record(env, xmlid):
    """Return a record of our data that a firm may delete; say so in words where it did."""
    record = env.ref(xmlid, raise_if_not_found=False)
    if not record:
        raise UserError(
            env._(
                "What this needs was deleted from the configuration. Please ask an administrator "
                "to restore it: %s.",
                xmlid,
            )
        )
    return record
