from odoo import api, models
from odoo.fields import Domain

from ...client_input import read_text

WORDS_LENGTH = 2000


class ClientRelationship(models.Model):
    """Adds to the client what it says and sees on the portal besides its records."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    def _wish_rhythm(self, contact, cadence, channel, words):
        """Tell the salesperson how a contact would like to hear from us; who decides is we.

        Called as superuser by the portal, which has made sure who it is. Return whether anything
        was wished.
        """
        self.ensure_one()
        words = read_text(self.env, words, WORDS_LENGTH)
        wished = {"cadence": cadence, "channel": channel}
        for fname, value in wished.items():
            if value not in self._fields[fname].get_values(self.env):
                wished[fname] = False
        if not words and not any(wished.values()):
            return False

        def get_summary(some):
            return self.with_context(lang=some.env.lang)._get_wish_text(contact, **wished)

        self._message_log(body=f"{get_summary(self)}\n{words}" if words else get_summary(self))
        self._schedule_activities(
            self._get_responsible(),
            "mail.mail_activity_data_todo",
            get_summary=get_summary,
            note=words or False,
        )
        return True

    def _get_wish_text(self, contact, **wished):
        labels = [
            dict(self._fields[fname]._description_selection(self.env))[value]
            for fname, value in wished.items()
            if value
        ]
        return self.env._(
            "%(name)s would like to hear from us in another way: %(wish)s",
            name=contact.name,
            wish=", ".join(labels) or self.env._("see the words"),
        )

    @api.model
    def _get_hidden_companies(self, partners):
        """Return the companies that hide hours from these clients, on Odoo's own portal."""
        # sudo: a setting of the company, and whether somebody is its client
        clients = self.sudo().search(
            Domain("partner_id", "in", partners.commercial_partner_id.ids)
            & Domain("company_id.client_hide_hours", "=", True)
        )
        return clients.company_id
