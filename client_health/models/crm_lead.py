from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import MANAGER_GROUP, USER_GROUP
from ..engine import fit
from ..engine.clock import get_day
from ..exceptions import MoveQuestion
from .common.reason import is_reason
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
    _protect_derived = False

    fit_answer_ids = fields.One2many(inverse_name="lead_id")
    # who wins the opportunity gives the reason, whether or not they work with clients
    fit_waiver = fields.Text(tracking=True, groups=f"{USER_GROUP},sales_team.group_sale_salesman")
    agreement_ids = fields.One2many(
        "client.agreement",
        "lead_id",
        string="Agreements",
        groups=USER_GROUP,
    )

    # Odoo's own hooks: won, merged

    def write(self, vals):
        if "fit_waiver" in vals and not self.env.su and "won" in self.mapped("won_status"):
            raise UserError(
                self.env._(
                    "The reason for winning stays as it was given. Please log a note instead."
                )
            )
        return super().write(vals)

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Odoo's own hook for an opportunity that was just won or lost."""
        before, now = (
            self.filtered(lambda lead, status=status: status.get(lead.id, {}).get("is_won"))
            for status in (old_status_by_lead, new_status_by_lead)
        )
        won = now - before
        won._check_can_be_won()
        # Odoo gives no earlier status of what was just created
        won._check_fit_waiver(can_ask=bool(old_status_by_lead))
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        won._open_client_relationships()
        # sudo: locked while it was won; the next time it may be won for another reason, or for none
        (before - now).filtered("fit_waiver").sudo().fit_waiver = False
        return result

    def _open_client_relationships(self):
        """Make a client of the won customer; one that had ended only makes an activity."""
        for company, leads in self.grouped(lambda lead: lead._get_client_company()).items():
            # the salesperson may have left since
            responsible = leads._get_responsible()
            owners = {
                lead.partner_id.commercial_partner_id: responsible[lead]
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
            found = [
                not lead._can_waive_fit() and lead.sudo()._get_fit_doubt(),
                lead.sudo()._get_missing_agreement(),
            ]
            yield lead, [missing for missing in found if missing]

    def _can_waive_fit(self):
        """Return whether the user may win it without a fit, with a reason."""
        # sudo: a setting of the company; the reason as well is asked for any user
        lead = self.sudo()
        if not lead._get_client_company().client_fit_required:
            return True
        if self.env.su:
            return bool(lead.fit_waiver)
        return self.env.user.has_group(MANAGER_GROUP)

    def _check_fit_waiver(self, can_ask):
        """Ask for a reason to win what is no fit all the same; what Odoo wins itself is not asked.

        :param can_ask: the opportunities are there already, and can be won from the question
        """
        if self.env.su:
            return
        # sudo: whoever may win the opportunity is asked, and told what there is against it
        doubts = {lead: lead.sudo()._get_fit_doubt() for lead in self}
        asked = self.filtered(lambda lead: doubts[lead] and not is_reason(lead.sudo().fit_waiver))
        if not asked:
            return
        message = self.env._(
            "Win all the same? Please give a reason (“%(field)s”). Before signing:\n\n%(doubts)s",
            field=self._fields["fit_waiver"]._description_string(self.env),
            doubts="\n".join(f"{lead.name}\n– {doubts[lead]}" for lead in asked),
        )
        if not can_ask:
            raise UserError(message)
        stages = self.stage_id
        raise MoveQuestion(
            message,
            self.env.ref("client_health.client_lead_win_action").id,
            {
                "default_lead_ids": self.ids,
                "default_stage_id": stages.id if len(stages) == 1 else False,
            },
            notify=False,
        )

    def _get_fit_doubt(self):
        """Return what the answers say against winning it, in words, or None.

        Where a fit is required, too few answers count as well; else only none at all.
        """
        self.ensure_one()
        if self.fit_state == fit.DEAL_BREAKER:
            return self.env._(
                "the fit has a deal breaker (%s)",
                ", ".join(self._get_deal_breakers().mapped("name")),
            )
        if self.fit_state == fit.NOT_FIT:
            return self.env._("the answers on the Fit tab show that it is not a fit")
        required = self._get_client_company().client_fit_required
        if self.fit_state != fit.FIT and (required or self._is_fit_unasked()):
            return self.env._(
                "not enough is known about the fit (%s); the questions are on the Fit tab",
                self.fit_progress,
            )
        return None

    def _is_fit_unasked(self):
        """Return whether there are questions, and no answer to any."""
        return not self.fit_known and bool(self.env["client.fit.criterion"]._get_asked())

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
        leads = self.sudo().filtered(
            lambda lead: lead.partner_id and (lead.fit_answer_ids or lead.fit_waiver)
        )
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
            "date": get_day(self._get_client_company(), self.date_closed or fields.Datetime.now()),
            "user_id": (self.user_id or self.env.user).id,
            "lead_id": self.id,
            "fit_note": self.fit_note,
            "fit_waiver": self.fit_waiver,
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
