from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain

from ...tools import get_data_record

SEEN_STATES = ("accepted", "outdated", "replaced")


class ClientAgreementPortal(models.Model):
    """The mails that the client gets about an agreement, and its page on the portal.

    The discussion on the agreement is internal. The mails are sent apart from it and answered to
    the salesperson's own address; the page neither shows the discussion nor writes to it.
    """

    _name = "client.agreement"
    _inherit = [
        "client.agreement",
        "client.document.mixin",
        "portal.mixin",
        "client.link.holder.mixin",
    ]

    # Not used, links are personal (client.personal.link); and readable by no group.
    access_token = fields.Char(groups=NO_ACCESS, protected=True)

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for agreement in self:
            agreement.access_url = f"/my/agreements/{agreement.id}"
        return result

    @api.model
    def _get_thread_with_access(self, thread_id, *, mode="read", **kwargs):
        """The link in the mail opens the page, never the discussion about it."""
        for key in ("hash", "pid", "token"):
            kwargs.pop(key, None)
        return super()._get_thread_with_access(thread_id, mode=mode, **kwargs)

    def action_preview(self):
        """Open the page as the client sees it."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "target": "new", "url": self.access_url}

    def _send_proposal(self):
        moment, user = self.signatory_id._get_email_change()
        self._send_link(
            "client_health.mail_template_agreement_proposal",
            self.env._(
                "Mail to %(name)s (%(email)s): the proposal, open until %(day)s. The address was "
                "last changed on %(changed)s by %(user)s.",
                name=self.signatory_id.name,
                email=self.signatory_id.email,
                day=fields.Date.to_string(self.proposal_end) or "–",
                changed=fields.Date.to_string(moment),
                user=user.name,
            ),
        )

    def _send_copy(self):
        if self.signatory_id.email:
            self._send_document(
                "client_health.mail_template_agreement_accepted", self._get_copy_note()
            )

    def _get_copy_note(self):
        return self.env._(
            "Mail to %(name)s (%(email)s): the copy of what was accepted.",
            name=self.signatory_id.name,
            email=self.signatory_id.email,
        )

    def action_send_copy(self):
        """Send the signatory the accepted text once more, with a fresh link to read it."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in SEEN_STATES:
            raise UserError(self._get_closed_message())
        self._send_link("client_health.mail_template_agreement_accepted", self._get_copy_note())

    def _send_link(self, template_xmlid, note):
        for agreement in self:
            link = self.env["client.personal.link"]._get_for(agreement, agreement.signatory_id)
            url = f"{agreement.get_base_url()}{agreement.access_url}?access_token={link.key}"
            agreement.with_context(answer_url=url)._send_document(template_xmlid, note)

    def _send_document(self, template_xmlid, note):
        """Send the signatory a mail apart from the discussion, from the responsible user."""
        sender = self._get_mail_sender() or self.company_id
        self._send_apart(
            # Made by the system, not by the user: the author of a mail may read it, and its link.
            get_data_record(self.env, template_xmlid).with_user(SUPERUSER_ID),
            self.signatory_id,
            note,
            "mail.mail_notification_light",
            email_from=sender.email_formatted,
            reply_to=sender.email_formatted,
            reply_to_force_new=True,
            author_id=self.env.ref("base.partner_root").id,
        )

    def _get_mail_holder(self):
        return self._get_holder()

    def _get_mail_sender(self):
        # sudo: only who it is; the client who answers has no rights of its own
        return self.sudo()._get_responsible()[self]

    def _may_follow_link(self, contact):
        return self.active and self.state != "draft" and contact == self.signatory_id

    @api.model
    def _get_portal_domain(self, client):
        """Return the domain of what the portal users of a client see: never a draft."""
        seen = Domain("state", "in", SEEN_STATES) & Domain("active", "in", [True, False])
        open_ = Domain("state", "=", "proposed") & Domain("active", "=", True)
        # Before the opportunity is won it may change hands: then the agreement stays with the
        # client whose signatory it names.
        mine = Domain("relationship_id.partner_id", "=", client.id) | (
            Domain("relationship_id", "=", False)
            & Domain("lead_id.partner_id.commercial_partner_id", "=", client.id)
            & Domain("signatory_id.commercial_partner_id", "=", client.id)
        )
        return (seen | open_) & mine

    def _get_signing_refusal(self, user, by_link):
        """Return why this visitor can't answer for the client, or False when they can."""
        self.ensure_one()
        if user._is_public():
            allowed = by_link
        elif user._is_internal():
            return self.env._(
                "Only the client can accept. An acceptance on paper or by mail is recorded on the "
                "agreement itself, with its proof."
            )
        else:
            allowed = user.partner_id == self.signatory_id
        if allowed and self.env["client.personal.link"]._is_ours(self.signatory_id.email):
            return self.env._("Colleagues cannot accept for the client.")
        if allowed:
            return False
        return self.env._("This agreement waits for the answer of %s.", self.signatory_id.name)

    def _get_portal_values(self):
        """Return what the client may read of the agreement: nothing else goes to its page."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "name": self.name,
            "version": self.version,
            "state": self.state,
            "state_name": states[self.state],
            "client_name": self.partner_id.name,
            "company_name": self.company_id.name,
            "owner_name": self._get_mail_sender().name,
            "signatory_name": self.signatory_id.name,
            "contents": self._get_contents(),
            "hours_month": self.hours_month,
            "date_review": self.date_review,
            "proposed_on": self.proposed_on,
            "proposal_end": self.proposal_end,
            "is_over": self._is_proposal_over(),
            "accepted_on": self.accepted_on,
            "accepted_by": self.accepted_by,
            "acceptance_channel": self.acceptance_channel,
            "signature": self.signature,
            "replaced_on": self.replaced_on,
        }
