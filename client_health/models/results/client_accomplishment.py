from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError

from ...const import USER_GROUP
from ...engine.clock import get_today


class ClientAccomplishmentSourceMixin(models.AbstractModel):
    """Becomes an accomplishment in one click: a goal, a milestone, a task.

    A model says which field of the accomplishment points to it, and when it is done.
    """

    _name = "client.accomplishment.source.mixin"
    _description = "Becomes an Accomplishment"

    client_accomplishment_id = fields.Many2one(
        "client.accomplishment",
        string="Accomplishment",
        compute="_compute_client_accomplishment_id",
        groups=USER_GROUP,
        help="The accomplishment logged for this.",
    )
    accomplishment_client_id = fields.Many2one(
        "client.relationship",
        string="Client of the Accomplishment",
        compute="_compute_accomplishment_client_id",
        groups=USER_GROUP,
        help="The client for whom it can be logged; empty where the customer is no client.",
    )

    @api.model
    def _get_accomplishment_field(self):
        """Return the field of the accomplishment that points to this model."""
        raise NotImplementedError

    def _get_accomplishment_relationship(self):
        return self.project_id.client_relationship_id

    def _is_accomplished(self):
        raise NotImplementedError

    def _compute_accomplishment_client_id(self):
        for record in self:
            record.accomplishment_client_id = record._get_accomplishment_relationship()

    def _compute_client_accomplishment_id(self):
        found = self._get_accomplishments()
        for record in self:
            record.client_accomplishment_id = found.get(record.id, False)

    def _get_accomplishments(self):
        """Return {id: id of its first accomplishment}."""
        fname = self._get_accomplishment_field()
        rows = self.env["client.accomplishment"]._read_group(
            [(fname, "in", self.ids)], [fname], ["id:min"]
        )
        return {source.id: accomplishment for source, accomplishment in rows}

    def action_log_accomplishment(self):
        """Open the accomplishment of this record; the first time, make it."""
        self.ensure_one()
        accomplishment = self.env["client.accomplishment"].browse(
            self._get_accomplishments().get(self.id)
        )
        if not accomplishment:
            self._check_accomplished()
            accomplishment = accomplishment.create(self._prepare_accomplishment())
        return accomplishment._get_records_action(name=self.env._("Accomplishment"), context={})

    def _check_accomplished(self):
        if not self._is_accomplished():
            raise UserError(
                self.env._(
                    "%s is not done yet. Log an accomplishment when it is done.", self.display_name
                )
            )
        if not self._get_accomplishment_relationship():
            raise UserError(
                self.env._(
                    "%s does not belong to a client. Please set a client as the customer of its "
                    "project.",
                    self.display_name,
                )
            )

    def _prepare_accomplishment(self):
        return {
            "name": self.display_name,
            "relationship_id": self._get_accomplishment_relationship().id,
            "project_id": self.project_id.id,
            self._get_accomplishment_field(): self.id,
        }


# What the client said yes to stays as it was, and so does the claim beside it.
LOCKED_FIELDS = {
    "name",
    "date",
    "description",
    "value_amount",
    "value_words",
    "link",
    "attachment_ids",
    "relationship_id",
}


class ClientAccomplishment(models.Model):
    """What we did for a client, with the evidence and our estimate of its value.

    The client answers by ``client.value`` records, which no user can write. It never sees our
    figure: it names its own, or none, and only we see the difference. What it confirmed can no
    longer be changed.
    """

    _name = "client.accomplishment"
    _description = "Client Accomplishment"
    _inherit = [
        "client.record.mixin",
        "client.protected.mixin",
        "client.deletion.mixin",
        "client.internal.thread.mixin",
        "client.link.holder.mixin",
        "client.activity.mixin",
        "client.document.mixin",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Accomplishment", required=True, tracking=True)
    active = fields.Boolean(default=True)
    date = fields.Date(
        required=True,
        default=lambda self: get_today(self.env.company),
        tracking=True,
        index=True,
    )
    description = fields.Text(
        string="What Changed", help="In words that the client understands. Shown to the client."
    )
    value_words = fields.Text(
        string="Value in Words",
        help="The benefit for the client, as we see it. Shown to the client.",
    )
    link = fields.Char(
        string="Evidence (Link)", help="A page that shows it: statistics, an article, the result."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Evidence (Files)",
        bypass_search_access=True,
        help="Shown to the client together with the accomplishment.",
    )
    is_shared = fields.Boolean(
        string="Shown to the Client",
        tracking=True,
        copy=False,
        help="The client sees it on the portal and can answer what it is worth. Until then it is "
        "internal.",
    )
    goal_id = fields.Many2one(
        "client.goal",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('relationship_id', '=', relationship_id)]",
    )
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('partner_id.commercial_partner_id', '=', partner_id),"
        " ('is_template', '=', False)]",
    )
    milestone_id = fields.Many2one(
        "project.milestone",
        index="btree_not_null",
        ondelete="set null",
        domain="[('project_id.partner_id.commercial_partner_id', '=', partner_id)]",
    )
    task_id = fields.Many2one(
        "project.task",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('project_id.partner_id.commercial_partner_id', '=', partner_id)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    value_amount = fields.Monetary(
        string="Value (Our Estimate)",
        help="What it is worth to the client, in our estimate. It is internal: the client is asked "
        "for its own figure and never sees ours. Leave it empty when words describe it better. "
        "It is independent of fees and margin.",
    )
    asked_date = fields.Date(string="Asked On", readonly=True, copy=False, protected=True)
    answer_ids = fields.One2many(
        "client.value",
        "accomplishment_id",
        string="Client's Answers",
        readonly=True,
        protected=True,
    )
    state = fields.Selection(
        [
            ("claimed", "Not confirmed"),
            ("disputed", "Client disagrees"),
            ("confirmed", "Confirmed by the client"),
        ],
        string="Confirmation",
        compute="_compute_confirmation",
        store=True,
        copy=False,
        index=True,
        help="Changed only by the client's own answer, or by a proof of it.",
        protected=True,
    )
    confirmed_date = fields.Date(
        string="Confirmed On",
        compute="_compute_confirmation",
        store=True,
        copy=False,
        protected=True,
    )
    confirmed_by_id = fields.Many2one(
        "res.partner",
        compute="_compute_confirmation",
        store=True,
        copy=False,
        index="btree_not_null",
        protected=True,
    )
    confirmed_words = fields.Text(
        string="Confirmed in Words",
        compute="_compute_confirmation",
        store=True,
        copy=False,
        protected=True,
    )
    confirmed_amount = fields.Monetary(
        string="Value (Confirmed)",
        compute="_compute_confirmation",
        store=True,
        copy=False,
        help="The value given by the client. Empty when the client confirmed in words only.",
        protected=True,
    )
    value_difference = fields.Monetary(
        string="Difference from Our Estimate",
        compute="_compute_value_difference",
        help="The client's value less our estimate: negative when our estimate is higher. Empty "
        "unless both are known.",
    )

    @api.model
    def _get_client_links(self):
        project = "project_id.partner_id.commercial_partner_id"
        return {
            "project_id": ("partner_id.commercial_partner_id",),
            "milestone_id": (project,),
            "task_id": (project, "partner_id.commercial_partner_id"),
            "goal_id": ("relationship_id.partner_id",),
        }

    @api.constrains("date", "value_amount")
    def _check_claim(self):
        for accomplishment in self:
            if accomplishment.date > self._get_latest_today():
                raise ValidationError(
                    self.env._(
                        "The date of “%s” cannot be in the future. Log an accomplishment after "
                        "it happened.",
                        accomplishment.name,
                    )
                )
            if accomplishment.value_amount < 0:
                raise ValidationError(
                    self.env._(
                        "The value of “%s” cannot be negative. Please enter what it was "
                        "worth, or leave it empty.",
                        accomplishment.name,
                    )
                )

    @api.constrains("link")
    def _check_link(self):
        for link in self.mapped("link"):
            if link and not link.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._(
                        "Please enter a link to the evidence that begins with https:// or http://."
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        if self.filtered("answer_ids"):
            raise UserError(
                self.env._(
                    "An accomplishment with an answer of the client cannot be deleted. "
                    "Please archive it instead."
                )
            )

    # Evidence, locked once the client confirmed it

    @api.model_create_multi
    def create(self, vals_list):
        accomplishments = super().create(vals_list)
        accomplishments._own_attachments()
        return accomplishments

    def write(self, vals):
        self._check_locked(vals)
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._own_attachments()
        return result

    def _own_attachments(self):
        """Bind files uploaded on a new form: unbound ones could be read by their author only.

        Files are handed to the client, so users can only pass on files that they may read.
        """
        self.attachment_ids.check_access("read")
        for accomplishment in self:
            loose = accomplishment.attachment_ids.filtered(lambda file: not file.res_id)
            loose.write({"res_model": self._name, "res_id": accomplishment.id})

    def _check_locked(self, vals):
        confirmed = self.filtered(lambda accomplishment: accomplishment.state == "confirmed")
        if confirmed and LOCKED_FIELDS & vals.keys():
            raise UserError(
                self.env._(
                    "The client has confirmed “%s”, so it cannot be changed. Please log a new "
                    "accomplishment instead.",
                    confirmed[0].name,
                )
            )

    # Shown to the client

    def action_share(self):
        self.write({"is_shared": True})

    def action_unshare(self):
        self.write({"is_shared": False})

    # The client's answer

    @api.depends("answer_ids.verdict")
    def _compute_confirmation(self):
        for accomplishment in self:
            answers = accomplishment.answer_ids.sorted("id")
            yes = answers.filtered(lambda answer: answer.verdict == "yes")[:1]
            accomplishment.state = "confirmed" if yes else "disputed" if answers else "claimed"
            accomplishment.confirmed_date = yes.date
            accomplishment.confirmed_by_id = yes.contact_id
            accomplishment.confirmed_words = yes.words
            accomplishment.confirmed_amount = yes.amount

    @api.depends("value_amount", "confirmed_amount")
    def _compute_value_difference(self):
        for accomplishment in self:
            claimed, confirmed = accomplishment.value_amount, accomplishment.confirmed_amount
            accomplishment.value_difference = claimed and confirmed and confirmed - claimed

    def action_ask(self):
        """Ask for the recipient of the question."""
        self.ensure_one()
        self._check_askable()
        return self.env["client.value.ask"]._get_action(self)

    def action_note_answer(self):
        """Record an answer that came on paper or by mail, with its proof."""
        self.ensure_one()
        return self.env["client.value.note"]._get_action(self)

    def _check_askable(self):
        if self.state == "confirmed":
            raise UserError(
                self.env._("The client has confirmed this already. Please reload the page.")
            )
        if not self.is_shared:
            raise UserError(
                self.env._(
                    "Please show it to the client first: the client will see it with your question."
                )
            )

    def _may_follow_link(self, contact):
        return self.env["client.value.link"]._may_answer(self, contact)

    def _ask(self, contact):
        self._check_askable()
        self.env["client.value.link"]._send(
            self,
            contact,
            "client_health.mail_template_accomplishment_confirm",
            self.env._("Mail to %s: the question what this is worth.", contact.display_name),
        )
        # sudo: protected; ``_send`` has checked that the user may write
        self.sudo().asked_date = get_today(self.company_id)

    def _answer(self, contact, source, verdict, amount=0, **values):
        """Keep the client's answer; ``amount`` is its own figure, 0 when it named none.

        Called by the controller, with the contact, or by the form that takes a proof. A second
        answer is ignored: the first yes counts.
        """
        self.ensure_one()
        try:
            # sudo: the lock only; two answers at once must not both be the first
            self.sudo().lock_for_update()
        except LockError as error:
            raise LockError(
                self.env._("Another answer is being saved at this moment. Please reload the page.")
            ) from error
        if self.state == "confirmed":
            return self.env["client.value"]
        if verdict == "yes":
            values["amount"] = amount
        answer = self.env["client.value"]._record(
            self.relationship_id,
            contact,
            source,
            verdict=verdict,
            accomplishment_id=self.id,
            **values,
        )
        if verdict == "yes":
            self.env["client.personal.link"]._end_of(self, "accepted")
        # sudo: the client may not write here; the text says who answered, never a figure
        self.sudo()._log_answer(contact, verdict)
        return answer

    def _log_answer(self, contact, verdict):
        if verdict == "yes":
            self._message_log(body=self.env._("%s confirmed the value.", contact.name))
            return
        self._message_log(body=self.env._("%s does not agree with the value.", contact.name))
        self._schedule_activities(
            {self: self.relationship_id._get_responsible()[self.relationship_id]},
            "mail.mail_activity_data_call",
            summary=self.env._("Ask what it is worth to them: the client disagrees"),
        )
