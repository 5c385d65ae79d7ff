from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What the client said yes to stays as it was, and so does the claim beside it.
LOCKED_FIELDS = {"name", "date", "description", "value_amount", "value_words", "relationship_id"}


class ClientAccomplishment(models.Model):
    """What we did for a client, with the evidence and what we believe that it is worth.

    What the client says to it is a concern of its own, ``client.accomplishment.answer.mixin``.
    What it confirmed can no longer be changed.
    """

    _name = "client.accomplishment"
    _description = "Client Accomplishment"
    _inherit = ["client.belonging.mixin", "client.accomplishment.answer.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Accomplishment", required=True, tracking=True)
    active = fields.Boolean(default=True)
    date = fields.Date(
        string="Date", required=True, default=fields.Date.context_today, tracking=True, index=True
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
                    self.env._("The value of “%s” cannot be negative.", accomplishment.name)
                )

    @api.constrains("link")
    def _check_link(self):
        for link in self.mapped("link"):
            if link and not link.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._("The link to the evidence has to begin with https:// or http://.")
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

    def action_share(self):
        self.write({"is_shared": True})

    def action_unshare(self):
        self.write({"is_shared": False})
