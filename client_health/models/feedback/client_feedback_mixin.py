from odoo import api, fields, models

from ...const import USER_GROUP


class ClientFeedbackMixin(models.AbstractModel):
    """Counts feedback and open issues, on the client, the contact and the project.

    Nothing is computed as superuser: users count only what they may read. A model says with
    ``_get_feedback_path`` how a feedback or issue leads to it.
    """

    _name = "client.feedback.mixin"
    _description = "Feedback and Issues of a Client"

    client_feedback_count = fields.Integer(
        string="Feedback", compute="_compute_client_feedback_count", groups=USER_GROUP
    )
    client_feedback_open_count = fields.Integer(
        string="To Answer",
        compute="_compute_client_feedback_count",
        groups=USER_GROUP,
        help="Complaints and concerns without an answer.",
    )
    client_issue_count = fields.Integer(
        string="Open Issues", compute="_compute_client_issue_count", groups=USER_GROUP
    )

    @api.model
    def _get_feedback_path(self):
        """Return the path from a feedback, or an issue, to this model, as a dotted field name."""
        raise NotImplementedError

    def _get_feedback_record(self):
        """Return the record that the path leads to: itself, unless overridden."""
        return self

    def _get_feedback_domain(self):
        ids = [record._get_feedback_record().id for record in self._origin]
        return [(self._get_feedback_path(), "in", ids)]

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_client_feedback_count(self):
        total, waiting = self._count_by_record("client.feedback", "open")
        for record in self:
            key = record._get_feedback_record()._origin.id
            record.client_feedback_count = total.get(key, 0)
            record.client_feedback_open_count = waiting.get(key, 0)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_client_issue_count(self):
        _total, still_open = self._count_by_record("client.issue", "open")
        for record in self:
            key = record._get_feedback_record()._origin.id
            record.client_issue_count = still_open.get(key, 0)

    def _count_by_record(self, model, state):
        """Return two {record id: count}, all lines and those in ``state``, in one query."""
        total, wanted = {}, {}
        for record, in_state, count in self.env[model]._read_group(
            self._get_feedback_domain(), [self._get_feedback_path(), "state"], ["__count"]
        ):
            total[record.id] = total.get(record.id, 0) + count
            if in_state == state:
                wanted[record.id] = count
        return total, wanted

    def action_view_feedback(self):
        return self._get_feedback_action("client_health.client_feedback_action")

    def action_view_issues(self):
        return self._get_feedback_action("client_health.client_issue_action")

    def action_log_feedback(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_feedback_action_log"
        )
        return dict(action, context=self._prepare_feedback_context())

    def _get_feedback_action(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        context = self._prepare_feedback_context()
        return dict(action, domain=self._get_feedback_domain(), context=context)

    def _prepare_feedback_context(self):
        """Return the defaults of a feedback or an issue that is added from here."""
        self.ensure_one()
        return {"default_relationship_id": self.client_relationship_id.id}
