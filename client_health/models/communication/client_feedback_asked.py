from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...const import ACTIVITY_LOW_ANSWER
from ...engine.clock import get_today
from ...engine.communication import answers
from ..common.client_job_failure import JobRun

# Phases in which the rhythm of the company asks: nobody is asked amid a reboot or a farewell.
ASKED_PHASES = ("healthy", "at_risk")
SATURDAY = 5


class ClientRelationship(models.Model):
    """Adds to the client the questions that its contacts were asked, and what they answered."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    feedback_request_ids = fields.One2many(
        "client.feedback.request",
        "relationship_id",
        string="Feedback Requests",
        readonly=True,
        protected=True,
    )
    feedback_by_rhythm = fields.Boolean(
        string="Ask Regularly",
        default=True,
        help="The contacts of this client are asked for feedback at the rhythm of the company, "
        "if it has one.",
    )
    feedback_response = fields.Char(
        string="Answers",
        compute="_compute_feedback_response",
        help="Contacts who answered, of those who were asked and have answered or not.",
    )
    feedback_low_answer = fields.Char(
        string="Low Answer",
        compute="_compute_feedback_low_answer",
        help="A low answer of a contact that nobody has answered yet.",
    )

    @api.depends("feedback_request_ids.state")
    def _compute_feedback_response(self):
        rows = self.env["client.feedback.request"]._read_group(
            [("relationship_id", "in", self._origin.ids)],
            ["relationship_id", "state"],
            ["__count"],
        )
        counts = {(client.id, state): count for client, state, count in rows}
        for client in self:
            key = client._origin.id
            answered = counts.get((key, answers.ANSWERED), 0)
            decided = answered + counts.get((key, answers.SILENT), 0)
            waiting = counts.get((key, answers.WAITING), 0)
            client.feedback_response = (
                self.env._("%(answered)s of %(asked)s", answered=answered, asked=decided)
                if decided
                else self.env._("%s waiting", waiting)
                if waiting
                else False
            )

    @api.depends("feedback_request_ids.is_low", "feedback_ids.state")
    def _compute_feedback_low_answer(self):
        found = self.env["client.feedback.request"].search(
            Domain("relationship_id", "in", self._origin.ids) & self._get_low_domain(),
            order="answered_date",
        )
        latest = {request.relationship_id.id: request for request in found}
        for client in self:
            request = latest.get(client._origin.id)
            client.feedback_low_answer = request and self.env._(
                "%(name)s: %(grade)s", name=request._get_name(), grade=request.grade_text
            )

    @api.model
    def _get_low_domain(self):
        """Return the domain of low answers that are not answered yet, among the requests."""
        return Domain("is_low", "=", True) & Domain("feedback_id.state", "=", "open")

    def _get_feedback_contacts(self):
        """Return {client: contacts to ask}: those asked before, else the last signatory.

        A contact that no colleague ever chose is not asked by a machine.
        """
        nobody = self.env["res.partner"]
        asked = self.env["client.feedback.request"]._read_group(
            [("relationship_id", "in", self.ids)], ["relationship_id"], ["contact_id:recordset"]
        )
        signed = self.env["client.agreement"]._read_group(
            [("relationship_id", "in", self.ids), ("state", "=", "accepted")],
            ["relationship_id"],
            ["signatory_id:recordset"],
        )
        found = dict(signed) | dict(asked)
        return {
            # sudo: whose contacts they are; a contact may have moved to another firm
            client: found.get(client, nobody).filtered(
                lambda one, client=client: (
                    one.sudo().active and one.sudo().commercial_partner_id == client.partner_id
                )
            )
            for client in self
        }

    # The rhythm of a company

    @api.model
    def _cron_ask_feedback(self):
        """Ask the clients of companies with a rhythm, on working days, when they are due."""
        JobRun(self.env, "ir_cron_client_feedback_ask").do_all(
            self._get_to_ask_feedback(), lambda clients: clients._ask_by_rhythm(), size=50
        )

    @api.model
    def _get_to_ask_feedback(self):
        """Return the clients that nobody asked within the rhythm of their company."""
        companies = self.env["res.company"].search([("client_feedback_months", ">", 0)])
        now, due = fields.Datetime.now(), []
        for months, group in companies.grouped("client_feedback_months").items():
            awake = group.filtered(lambda one: get_today(one).weekday() < SATURDAY)
            recent = Domain("sent_date", ">", now - relativedelta(months=months))
            due.append(
                Domain("company_id", "in", awake.ids)
                & ~Domain("feedback_request_ids", "any", recent)
            )
        clients = self.search(
            Domain.OR(due)
            & Domain("phase", "in", ASKED_PHASES)
            & Domain("feedback_by_rhythm", "=", True),
            order="id",
        )
        requests = self.env["client.feedback.request"]
        known, free = clients._get_feedback_contacts(), self.env["res.partner"]
        for company, group in clients.grouped("company_id").items():
            contacts = self.env["res.partner"].union(*(known[client] for client in group))
            hindrances = requests._get_hindrances(contacts, company)
            free |= contacts.filtered(lambda one, why=hindrances: not why[one])
        return clients.filtered(lambda client: known[client] & free)

    def _ask_by_rhythm(self):
        self.env["client.feedback.request"]._ask(self._get_feedback_contacts())

    def _close_low_answers(self):
        """Take away the reminder of low answers where none is left to answer."""
        # sudo: any of them, whoever of the colleagues has the reminder
        clients = self.sudo()
        rows = clients.env["client.feedback.request"]._read_group(
            Domain("relationship_id", "in", self.ids) & self._get_low_domain(),
            ["relationship_id"],
        )
        open_ones = clients.browse().union(*(client for (client,) in rows))
        done = clients - open_ones
        done.activity_unlink([ACTIVITY_LOW_ANSWER])

    def action_ask_feedback(self):
        """Ask which contacts of the clients are to be asked."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_feedback_ask_action"
        )
        return dict(action, context={"default_relationship_ids": self.ids})

    def action_view_feedback_requests(self):
        """List what the contacts of the client were asked, and what they answered."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_feedback_request_action"
        )
        return dict(action, domain=[("relationship_id", "=", self.id)], context={})
