from odoo import api, fields, models
from odoo.fields import Domain

from ...const import USER_GROUP

# The version that counts comes first: what is in force, then what is on its way.
RANK = ("accepted", "outdated", "proposed", "draft")


class ClientAgreementHolderMixin(models.AbstractModel):
    """What has working agreements: a client, or an opportunity that is to become one.

    ``agreement_state`` is ``accepted`` while an accepted agreement is in force, ``outdated`` when
    it no longer holds, ``proposed`` or ``draft`` while the first one is on its way, and empty when
    there is none. The model brings ``agreement_ids`` and ``_get_agreement_link``.
    """

    _name = "client.agreement.holder.mixin"
    _description = "Holder of Working Agreements"

    agreement_id = fields.Many2one(
        "client.agreement",
        string="Current Agreement",
        compute="_compute_agreement",
        search="_search_agreement_id",
        groups=USER_GROUP,
        help="The accepted agreement; without one, the version that is out of date, proposed or "
        "being written. Of several accepted ones, the latest.",
    )
    agreement_next_id = fields.Many2one(
        "client.agreement",
        string="Next Version",
        compute="_compute_agreement",
        groups=USER_GROUP,
        help="The new version that is a draft or is waiting for the client's answer.",
    )
    agreement_state = fields.Selection(
        selection=lambda self: self.env["client.agreement"]._fields["state"].selection,
        string="Agreement",
        compute="_compute_agreement",
        search="_search_agreement_state",
        groups=USER_GROUP,
    )

    @api.model
    def _get_agreement_link(self):
        """Return the field of ``client.agreement`` that leads here."""
        raise NotImplementedError

    @api.depends("agreement_ids.state", "agreement_ids.active")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_agreement(self):
        link = self._get_agreement_link()
        # one query; a user sees only the agreements that they may read
        agreements = self.env["client.agreement"].search_fetch(
            [(link, "in", self.ids), ("state", "in", RANK)],
            [link, "state", "previous_id"],
            order="accepted_on desc nulls last, id desc",
        )
        by_holder = agreements.grouped(lambda agreement: agreement[link].id)
        for holder in self:
            own = by_holder.get(holder._origin.id, agreements.browse())
            current = own.sorted(lambda agreement: RANK.index(agreement.state))[:1]
            holder.agreement_id = current
            holder.agreement_state = current.state
            holder.agreement_next_id = (own - current).filtered(
                lambda agreement: agreement.state in ("draft", "proposed")
            )[:1]

    @api.model
    def _search_agreement_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        wanted = Domain(value) if operator == "any" else Domain("id", "in", [v for v in value if v])
        agreements = self.env["client.agreement"].search(wanted)
        holders = agreements[self._get_agreement_link()]
        found = holders.filtered(lambda holder: holder.agreement_id in agreements)
        domain = Domain("id", "in", found.ids)
        if operator == "in" and False in value:
            domain |= Domain("agreement_state", "=", False)
        return domain

    @api.model
    def _search_agreement_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains, none_better = [], Domain.TRUE
        for state in RANK:
            has_state = Domain("agreement_ids", "any", [("state", "=", state)])
            if state in value:
                domains.append(none_better & has_state)
            none_better &= ~has_state
        if False in value:
            domains.append(none_better)
        return Domain.OR(domains)

    def action_view_agreement(self):
        """Open the current agreement, or a new one."""
        self.ensure_one()
        if self.agreement_id:
            return self.agreement_id._get_records_action()
        return self.action_create_agreement()

    def action_create_agreement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New agreement"),
            "res_model": "client.agreement",
            "views": [(False, "form")],
            "context": {f"default_{self._get_agreement_link()}": self.id},
        }

    def _on_expectation_changed(self):
        """Called after an accepted agreement of the record got out of date.

        Extend it, with ``super()``, where something must be asked anew: fit asks its questions.
        """
