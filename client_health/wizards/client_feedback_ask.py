from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.client_protected_mixin import once


class ClientFeedbackAsk(models.TransientModel):
    """Asks which contacts get the question; ``client.feedback.request`` asks them."""

    _name = "client.feedback.ask"
    _description = "Ask Contacts for Feedback"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_ids"

    relationship_ids = fields.Many2many("client.relationship", string="Clients", required=True)
    partner_ids = fields.Many2many(
        "res.partner",
        relation="client_feedback_ask_client_rel",
        string="Clients as Contacts",
        compute="_compute_partner_ids",
    )
    contact_ids = fields.Many2many(
        "res.partner",
        relation="client_feedback_ask_contact_rel",
        string="Contacts",
        compute="_compute_contact_ids",
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', 'in', partner_ids), ('email', '!=', False)]",
        help="Those asked before, else the signatory of the agreement. Who cannot be asked today "
        "is left out.",
    )
    ask_count = fields.Integer(string="To Ask", compute="_compute_left_out")
    left_out = fields.Text(compute="_compute_left_out")

    @api.depends("relationship_ids")
    def _compute_partner_ids(self):
        for wizard in self:
            wizard.partner_ids = wizard.relationship_ids.partner_id

    @api.depends("relationship_ids")
    def _compute_contact_ids(self):
        for wizard in self:
            clients = wizard.relationship_ids._origin
            known = clients._get_feedback_contacts()
            only = wizard._get_only_contacts(clients.filtered(lambda one, k=known: not k[one]))
            wizard.contact_ids = self.env["res.partner"].union(*known.values()) | only

    def _get_only_contacts(self, clients):
        """Return the contacts of clients that have no more than one with an address."""
        found = self.env["res.partner"].search(
            [
                ("commercial_partner_id", "in", clients.partner_id.ids),
                ("is_company", "=", False),
                ("email", "!=", False),
            ]
        )
        groups = found.grouped("commercial_partner_id").values()
        return found.browse().union(*(group for group in groups if len(group) == 1))

    @api.depends("relationship_ids", "contact_ids")
    def _compute_left_out(self):
        for wizard in self:
            contacts = wizard._get_contacts()
            everybody = self.env["res.partner"].union(*contacts.values())
            hindrances = wizard._get_hindrances(contacts)
            lines = [f"{contact.name} {why}." for contact, why in hindrances.items() if why]
            without = [client.display_name for client, some in contacts.items() if not some]
            if without:
                lines.append(self.env._("No contact chosen: %s.", ", ".join(without)))
            wizard.ask_count = sum(not hindrances.get(contact) for contact in everybody)
            wizard.left_out = "\n".join(lines)

    def _get_hindrances(self, contacts):
        found = {}
        requests = self.env["client.feedback.request"]
        clients = self.env["client.relationship"].union(*contacts)
        for company, group in clients.grouped("company_id").items():
            chosen = self.env["res.partner"].union(*(contacts[client] for client in group))
            found |= requests._get_hindrances(chosen, company)
        return found

    def _get_contacts(self):
        """Return {client: its chosen contacts}."""
        chosen = self.contact_ids._origin.grouped("commercial_partner_id")
        nobody = self.env["res.partner"]
        return {
            client: chosen.get(client.partner_id, nobody)
            for client in self.relationship_ids._origin
        }

    @once
    def action_ask(self):
        self.ensure_one()
        if not self.contact_ids:
            raise UserError(self.env._("Please choose at least one contact."))
        requests, left_out = self.env["client.feedback.request"]._ask(self._get_contacts())
        if not requests:
            reasons = [f"{contact.name} {why}." for contact, why in left_out.items()]
            raise UserError("\n".join([self.env._("Nobody can be asked:"), *reasons]))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(asked)s asked, %(left)s left out.", asked=len(requests), left=len(left_out)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
