from odoo import api, fields, models

from ..engine.clock import get_today
from ..models.common.client_protected_mixin import once


class ClientValueNote(models.TransientModel):
    """Records a client's words about value, or its answer to our estimate, with the proof.

    The rules are in ``client.value``; this only asks.
    """

    _name = "client.value.note"
    _description = "Record the Client's Words"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "relationship_id"

    relationship_id = fields.Many2one("client.relationship", string="Client", required=True)
    partner_id = fields.Many2one(
        related="relationship_id.partner_id", related_sudo=False, string="Contact of the Client"
    )
    currency_id = fields.Many2one(
        related="relationship_id.company_id.currency_id", related_sudo=False
    )
    accomplishment_id = fields.Many2one("client.accomplishment", string="About")
    contact_id = fields.Many2one(
        "res.partner",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    date = fields.Date(required=True, default=lambda self: get_today(self.env.company))
    source = fields.Selection(
        [
            ("meeting", "In a meeting"),
            ("call", "On the phone"),
            ("mail", "By mail"),
            ("paper", "In a letter or document"),
        ],
        required=True,
        default="meeting",
    )
    verdict = fields.Selection(
        [("yes", "Yes, it helped us"), ("no", "Not quite")], string="Answer", default="yes"
    )
    amount = fields.Monetary(
        string="Client's Value",
        help="The value named by the client. Leave it empty if no figure was named.",
    )
    words = fields.Text(string="In the Client's Words")
    proof = fields.Binary(help="The mail or the document with the client's words.")
    proof_name = fields.Char()

    @api.model
    def _get_action(self, record):
        """Return the form for a relationship, or for one of its accomplishments."""
        context = {"default_relationship_id": record.id}
        if record._name == "client.accomplishment":
            context = {
                "default_relationship_id": record.relationship_id.id,
                "default_accomplishment_id": record.id,
                "default_source": "mail",
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_value_note_action"
        )
        return dict(action, context=context)

    @once
    def action_note(self):
        self.ensure_one()
        said = {
            "words": self.words,
            "date": self.date,
            "proof": self.proof,
            "proof_name": self.proof_name,
        }
        if self.accomplishment_id:
            self.accomplishment_id.check_access("write")
            self.accomplishment_id._answer(
                self.contact_id, self.source, self.verdict, amount=self.amount, **said
            )
        else:
            self.relationship_id.check_access("write")
            self.env["client.value"]._record(
                self.relationship_id, self.contact_id, self.source, **said
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
