from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import USER_GROUP
from ..engine import fit
from .fit.client_fit_round import BEFORE_SIGNING


class CrmLead(models.Model):
    """Fit and working agreement before signing.

    A company may require either before an opportunity is won; winning makes the client and hands
    both over to it.
    """

    _name = "crm.lead"
    _inherit = [
        "crm.lead",
        "client.relationship.link.mixin",
        "client.fit.mixin",
        "client.agreement.holder.mixin",
        "client.responsible.mixin",
    ]

    fit_answer_ids = fields.One2many(inverse_name="lead_id")
    agreement_ids = fields.One2many(
        "client.agreement",
        "lead_id",
        string="Agreements",
        groups=USER_GROUP,
    )

    # Odoo's own hooks: won, merged

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Odoo's own hook for an opportunity that was just won or lost."""
        won = self.filtered(
            lambda lead: (
                new_status_by_lead.get(lead.id, {}).get("is_won")
                and not old_status_by_lead.get(lead.id, {}).get("is_won")
            )
        )
        won._check_can_be_won()
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        won._open_client_relationships()
        return result

    def _open_client_relationships(self):
        """Make a client of the won customer; one that had ended only makes an activity."""
        for company, leads in self.grouped(lambda lead: lead._get_client_company()).items():
            owners = {
                lead.partner_id.commercial_partner_id: lead.user_id
                for lead in leads.filtered("partner_id")
            }
            # sudo: users who may win the opportunity may make its client; nothing is read back
            self.env["client.intake"].sudo()._add_clients(company, owners)
        self._take_fit_along()
        self._link_agreements()

    def _merge_dependences(self, opportunities):
        """Odoo's own hook for what moves along when opportunities are merged."""
        result = super()._merge_dependences(opportunities)
        self._merge_fit(opportunities)
        self._merge_agreements(opportunities)
        return result

    # What is missing before an opportunity is won

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
            # sudo: whoever may win the opportunity is shown what it still needs
            found = [lead.sudo()._get_missing_fit(), lead.sudo()._get_missing_agreement()]
            yield lead, [missing for missing in found if missing]

    def _get_missing_fit(self):
        self.ensure_one()
        if not self._get_client_company().client_fit_required:
            return None
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

    def _get_missing_agreement(self):
        self.ensure_one()
        wanted = self._get_client_company().client_agreement_required
        if wanted and self.agreement_state != "accepted":
            return self.env._("an agreement that the client accepted (button Agreement)")
        return None

    def _get_deal_breakers(self):
        """Return the questions that end it."""
        broken = self.fit_answer_ids.filtered(lambda line: fit.is_broken(line._get_fit_answer()))
        return broken.criterion_id

    # Fit

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
        Relationship = self.env["client.relationship"].with_context(active_test=False)
        known = Relationship._get_by_client(self.partner_id.commercial_partner_id)
        return {
            lead: known.get(
                (lead.partner_id.commercial_partner_id, lead._get_client_company()),
                Relationship.browse(),
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

    # Agreements

    def unlink(self):
        # not @api.ondelete, which only checks: drafts are deleted along
        self._unlink_draft_agreements()
        return super().unlink()

    def _unlink_draft_agreements(self):
        """Delete drafts that no client has yet; refuse where a client was asked already."""
        # sudo: users who may delete the opportunity may delete what was only prepared for it. By
        # the field, not by a search: merging opportunities has read it already.
        leads = self.sudo().with_context(active_test=False)
        agreements = leads.agreement_ids.filtered(lambda agreement: not agreement.relationship_id)
        kept = agreements.filtered(lambda agreement: agreement._is_evidence())
        if kept:
            raise UserError(
                self.env._(
                    "The client was asked for an agreement on these opportunities, so they cannot "
                    "be deleted. Please mark them as lost, or archive them:\n%s",
                    "\n".join(f"– {lead.display_name}" for lead in kept.lead_id & self),
                )
            )
        agreements.unlink()

    @api.model
    def _get_agreement_link(self):
        return "lead_id"

    def _link_agreements(self):
        """Hand the agreements over to the clients that the opportunities became.

        An accepted one goes to the client that accepted it, and to no other.
        """
        # sudo: users who may win the opportunity may hand its agreements over; nothing is read back
        leads = self.sudo().with_context(active_test=False)
        agreements = leads.agreement_ids.filtered(
            lambda agr: (
                not agr.relationship_id
                and (
                    not agr.signatory_id or agr.signatory_id.commercial_partner_id == agr.partner_id
                )
            )
        )
        known = leads.env["client.relationship"]._get_by_client(agreements.partner_id)
        for key, group in agreements.grouped(lambda agr: (agr.partner_id, agr.company_id)).items():
            if relationship := known.get(key):
                group.relationship_id = relationship

    def _merge_agreements(self, others):
        """Take over what was agreed on opportunities that are merged into this one."""
        # sudo: users who may merge the opportunities may merge their agreements
        others.sudo().with_context(active_test=False).agreement_ids.lead_id = self
