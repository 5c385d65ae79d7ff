from odoo import api, fields, models


class ClientEmailChange(models.Model):
    """Who changed the e-mail address of a contact, and when: where an acceptance came from.

    Of all contacts, as the address may change before the first link is sent. Append-only: no
    user has the right to write it.
    """

    _name = "client.email.change"
    _description = "Change of an E-mail Address"
    _order = "id desc"
    _rec_name = "new_email"

    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    old_email = fields.Char(string="Before", readonly=True)
    new_email = fields.Char(string="After", readonly=True)
    user_id = fields.Many2one("res.users", string="Changed By", readonly=True)

    @api.model
    def _get_last(self, partner):
        """Return (moment, user) of the last change; of its creation when there was none."""
        # sudo: evidence about a contact of the user's own client
        last = self.sudo().search([("partner_id", "=", partner.id)], limit=1)
        partner = partner.sudo()
        if last:
            return last.create_date, last.user_id
        return partner.create_date, partner.create_uid
