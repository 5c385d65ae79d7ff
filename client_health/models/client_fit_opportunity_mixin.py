from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import fit
from .client_fit_round import BEFORE_SIGNING


class ClientFitOpportunityMixin(models.AbstractModel):
    """Fit before signing: what an opportunity needs before it is won, and takes along then."""

    _name = "client.fit.opportunity.mixin"
    _inherit = ["client.fit.mixin"]
    _description = "Fit of an Opportunity"

    fit_answer_ids = fields.One2many(inverse_name="lead_id")

    def _check_can_be_won(self):
        """Raise unless everything is there that the company wants before signing.

        Asked by Odoo's own hook for what was just won, so that a button, a drag, a mass edit,
        an import and an API call obey alike.
        """
        problems = [
            "\n– ".join([lead.name, *missing])
            for lead, missing in self._get_missing_to_win()
            if missing
        ]
        if problems:
            raise UserError(
                self.env._("Not yet won. Before signing, this is missing:")
                + "\n\n"
                + "\n".join(problems)
            )

    def _get_missing_to_win(self):
        """Yield (opportunity, [what is missing, in words]); extended by what else is wanted."""
        for lead in self:
            wanted = lead._get_client_company().client_fit_required
            # sudo: users who may win the opportunity see why they can't yet
            missing = lead.sudo()._get_missing_fit() if wanted else None
            yield lead, [missing] if missing else []

    def _get_missing_fit(self):
        self.ensure_one()
        if self.fit_state == fit.DEAL_BREAKER:
            return self.env._(
                "the fit has a deal breaker (%s)",
                ", ".join(self._get_deal_breakers().mapped("name")),
            )
        if self.fit_state == fit.NOT_FIT:
            return self.env._("the answers on the Fit tab show that it is not a fit")
        if self.fit_state != fit.FIT:
            return self.env._(
                "not enough is known about the fit (%s); the questions are on the Fit tab",
                self.fit_progress,
            )
        return None

    def _get_deal_breakers(self):
        """Return the questions that end it."""
        broken = self.fit_answer_ids.filtered(lambda line: fit.is_broken(line._get_fit_answer()))
        return broken.criterion_id

    def _take_fit_along(self):
        """Give the clients what was known before signing, as a round that cannot be changed.

        Won again after it was reopened, the round is brought up to date.
        """
        # sudo: users who may win the opportunity may hand over its answers; nothing is read back
        leads = self.sudo().filtered(lambda lead: lead.partner_id and lead.fit_answer_ids)
        clients = leads._get_client_relationships()
        rounds = self.env["client.fit.round"].sudo()
        known = rounds.search([("lead_id", "in", leads.ids)]).grouped("lead_id")
        new_values = []
        for lead in leads:
            values = dict(lead._prepare_fit_round(), relationship_id=clients[lead].id)
            if lead in known:
                known[lead].fit_answer_ids.unlink()
                known[lead].write(values)
            elif clients[lead]:
                new_values.append(values)
        rounds.create(new_values)

    def _prepare_fit_round(self):
        self.ensure_one()
        return {
            "reason": BEFORE_SIGNING,
            "date": (self.date_closed or fields.Datetime.now()).date(),
            "user_id": (self.user_id or self.env.user).id,
            "lead_id": self.id,
            "fit_note": self.fit_note,
            "fit_answer_ids": [
                Command.create({"criterion_id": line.criterion_id.id, "answer": line.answer})
                for line in self.fit_answer_ids
            ],
        }

    def _get_client_relationships(self):
        """Return {opportunity: relationship of its client, archived ones too}, in one query."""
        relationships = (
            self.env["client.relationship"]
            .with_context(active_test=False)
            .search([("partner_id", "in", self.partner_id.commercial_partner_id.ids)])
        )
        by_key = {(rel.partner_id, rel.company_id): rel for rel in relationships}
        return {
            lead: by_key.get(
                (lead.partner_id.commercial_partner_id, lead._get_client_company()),
                relationships.browse(),
            )
            for lead in self
        }

    def _merge_fit(self, others):
        """Take over what is known about opportunities that are merged into this one."""
        self.ensure_one()
        # sudo: Odoo merges the opportunities whatever the rights on what hangs on them
        known = self.sudo().fit_answer_ids.filtered(lambda line: line.answer in fit.POINTS)
        (self.sudo().fit_answer_ids - known).unlink()
        for line in others.sudo().fit_answer_ids:
            if line.answer in fit.POINTS and line.criterion_id not in known.criterion_id:
                line.lead_id = self
                known |= line
