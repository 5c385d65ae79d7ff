from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.clock import get_today
from ..engine.correspondence.contacts import MEETING, MESSAGE, read_kinds
from ..models.common.client_protected_mixin import once
from ..models.common.client_word_mixin import WORD_SOURCES


class ClientWordNote(models.TransientModel):
    """Asks who of the client said it, when and how; the rules are where it is recorded.

    Opened from one goal, or from tasks. All is filled in: a click is enough.
    """

    _name = "client.word.note"
    _description = "Record a Client's Yes"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]

    goal_id = fields.Many2one("client.goal", readonly=True)
    task_ids = fields.Many2many("project.task", string="Tasks", readonly=True)
    relationship_id = fields.Many2one(
        "client.relationship", string="Client", compute="_compute_client"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Company of the Client", compute="_compute_client"
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Who",
        compute="_compute_contact_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', partner_id)]",
        help="The contact who said it for the client.",
    )
    date = fields.Date(
        string="On",
        required=True,
        compute="_compute_date",
        store=True,
        precompute=True,
        readonly=False,
    )
    source = fields.Selection(
        WORD_SOURCES,
        string="How",
        required=True,
        compute="_compute_source",
        store=True,
        precompute=True,
        readonly=False,
    )
    trace = fields.Char(compute="_compute_trace")

    @api.model
    def _get_action(self, records):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_word_note_action"
        )
        if records._name == "client.goal":
            context = {"default_goal_id": records.id}
        else:
            context = {"default_task_ids": records.ids}
        return dict(action, context=context)

    @api.depends("goal_id", "task_ids")
    def _compute_client(self):
        for wizard in self:
            clients = wizard.task_ids._get_request_clients() if wizard.task_ids else []
            client = wizard.goal_id.relationship_id or (
                clients[0][0] if len(clients) == 1 else None
            )
            # what the tasks show of their client, to users who may not read the client
            readable = client and client.sudo(False)._filtered_access("read")
            wizard.relationship_id = readable
            partners = wizard.task_ids.project_id.partner_id.commercial_partner_id
            wizard.partner_id = wizard.goal_id.partner_id or (
                partners if len(partners) == 1 else False
            )

    @api.depends("goal_id", "task_ids")
    def _compute_date(self):
        """Today where the client's company is, which may not be the user's: never tomorrow."""
        for wizard in self:
            project = wizard.task_ids[:1].project_id
            company = wizard.goal_id.company_id or project.company_id or self.env.company
            wizard.date = wizard.date or get_today(company)

    @api.depends("goal_id", "task_ids")
    def _compute_contact_id(self):
        for wizard in self:
            contact = wizard.goal_id.agreed_by_id or wizard.goal_id.client_owner_id
            for task in wizard.task_ids[:1]:
                contact = task._get_request_contact()
                if contact.commercial_partner_id != wizard.partner_id:
                    contact = wizard.partner_id
            person = contact and not contact.is_company
            main = wizard.relationship_id and wizard.relationship_id._get_main_contact()
            wizard.contact_id = contact if person else main or contact

    @api.depends("relationship_id", "date")
    def _compute_source(self):
        """Take the meeting of that day, or the message, where there was one."""
        for wizard in self:
            if wizard.relationship_id and wizard.date:
                # sudo: only whether there was a contact; the user reads the client
                client = wizard.relationship_id.sudo()._origin
                kinds = read_kinds(client.env, client, wizard.date).get(client.id, ())
                wizard.source = (
                    "meeting" if MEETING in kinds else "mail" if MESSAGE in kinds else "call"
                )
            wizard.source = wizard.source or "call"

    @api.depends("relationship_id", "date", "source")
    def _compute_trace(self):
        Goal = self.env["client.goal"]
        for wizard in self:
            client = wizard.relationship_id._origin
            traces = wizard.date and Goal._find_word_traces(client, wizard.source, wizard.date)
            wizard.trace = traces.get(client) if traces else False

    @once
    def action_record(self):
        self.ensure_one()
        if not self.contact_id and self.partner_id:
            raise UserError(
                self.env._("Please choose under “Who” which contact of the client said it.")
            )
        if self.goal_id:
            self.goal_id._agree(self.contact_id, self.source, self.date)
        else:
            contact = self.contact_id if self.partner_id else None
            self.task_ids._set_requested(contact, self.source, self.date)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
