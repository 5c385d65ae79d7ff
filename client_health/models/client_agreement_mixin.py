from odoo import api, fields, models


class ClientAgreementMixin(models.AbstractModel):
    """The working agreements of a client."""

    _name = "client.agreement.mixin"
    _inherit = ["client.agreement.holder.mixin"]
    _description = "Working Agreements of a Client"

    agreement_ids = fields.One2many(
        "client.agreement",
        "relationship_id",
        string="Agreements",
        groups="client_health.group_client_user",
    )

    # The question that comes up every week: is this what we agreed on?
    agreement_scope_in = fields.Html(
        related="agreement_id.scope_in",
        string="Agreed Scope",
        related_sudo=False,
        groups="client_health.group_client_user",
    )
    agreement_scope_out = fields.Html(
        related="agreement_id.scope_out",
        string="Agreed not to Be in Scope",
        related_sudo=False,
        groups="client_health.group_client_user",
    )

    @api.model
    def _get_agreement_link(self):
        return "relationship_id"

    def action_expectation_changed(self):
        self.ensure_one()
        return self.agreement_id.action_expectation_changed()

    def action_renew_agreement(self):
        self.ensure_one()
        return self.agreement_id.action_renew()
