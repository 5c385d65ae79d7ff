import uuid

from odoo import fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import html2plaintext, plaintext2html

NEEDED_TEXTS = ("outcome", "process", "scope_in")


class ClientAgreementProposalMixin(models.AbstractModel):
    """The time in which the client can answer: proposed, taken back, asked for changes."""

    _name = "client.agreement.proposal.mixin"
    _description = "Proposal of a Working Agreement"

    def action_propose(self):
        """Lock the text and send the signatory the link to it."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self._get_closed_message())
        self._check_complete()
        if not self.active:
            raise UserError(self.env._("Please unarchive the agreement before you propose it."))
        if not self.signatory_id.email:
            raise UserError(self.env._("%s has no e-mail address.", self.signatory_id.display_name))
        if self._is_proposal_over():
            raise UserError(
                self.env._(
                    "The last day to answer cannot be in the past. Please choose a later date."
                )
            )
        self._set_proposed()
        self._send_proposal()

    def _set_proposed(self):
        # sudo: evidence; the callers have checked the rights and the text. Each proposal has a
        # link of its own, so that those of earlier ones lead nowhere.
        self.sudo().write(
            {
                "state": "proposed",
                "proposed_on": fields.Datetime.now(),
                "access_token": str(uuid.uuid4()),
            }
        )

    def action_send_again(self):
        """Send the same link again: it got lost, or the client forgot."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "proposed":
            raise UserError(self._get_closed_message())
        self._send_proposal()

    def action_withdraw(self):
        """Take the proposal back, to change it."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "proposed":
            raise UserError(self._get_closed_message())
        self._set_withdrawn()

    def _set_withdrawn(self):
        # sudo: evidence; the callers have checked who asks. The link ends with the proposal.
        self.sudo().write({"state": "draft", "access_token": False})

    def _decline_online(self, reason, text_hash):
        """Withdraw the proposal for the client, which asks for changes; notify the salesperson."""
        self.ensure_one()
        self._check_open_for_answer(text_hash)
        if not (reason or "").strip():
            raise UserError(self.env._("Please tell us what should change."))
        self._set_withdrawn()
        self._schedule_on_holder(
            "client_health.mail_activity_type_agreement_talk",
            summary=self.env._("The client asks for changes to the agreement"),
            note=plaintext2html(reason.strip()),
        )
        # sudo: the client who answers has no rights of its own
        self.sudo().message_post(
            body=self.env._(
                "%(name)s asks for changes: %(reason)s",
                name=self.signatory_id.name,
                reason=reason.strip(),
            ),
            partner_ids=self._get_responsible().partner_id.ids,
        )

    def _check_open_for_answer(self, text_hash):
        """Raise unless the client can answer now, to the text that it read."""
        try:
            # two answers at the same moment: the second is refused at once, with a message
            self.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("Another answer is being saved at this moment. Please reload the page.")
            ) from error
        if self.state != "proposed":
            raise UserError(self._get_closed_message())
        if self._is_proposal_over():
            raise UserError(
                self.env._(
                    "This proposal was open until %s. Please ask us for a new one.",
                    fields.Date.to_string(self.proposal_end),
                )
            )
        if text_hash != self._get_text_hash():
            raise UserError(
                self.env._(
                    "The text was changed after you opened this page. "
                    "Please reload the page and read it again before you answer."
                )
            )

    def _is_proposal_over(self):
        self.ensure_one()
        return bool(self.proposal_end and self.proposal_end < fields.Date.context_today(self))

    def _get_missing(self):
        """Return the labels of what a proposal lacks."""
        self.ensure_one()
        labels = self.fields_get([*NEEDED_TEXTS, "signatory_id"], ["string"])
        filled = [name for name in NEEDED_TEXTS if html2plaintext(self[name] or "").strip()]
        if self.signatory_id:
            filled.append("signatory_id")
        missing = [label["string"] for name, label in labels.items() if name not in filled]
        return missing if self.partner_id else [*missing, self.env._("Client")]

    def _check_complete(self):
        missing = self._get_missing()
        if missing:
            raise UserError(
                self.env._("Before the client can accept, please fill in: %s.", ", ".join(missing))
            )

    def _get_closed_message(self):
        self.ensure_one()
        if self.state == "draft":
            return self.env._("This agreement is being worked on. We will send it to you again.")
        if self.state in ("accepted", "outdated"):
            return self.env._("%s was accepted already.", self.display_name)
        if self.state == "replaced":
            return self.env._("%s was replaced by a newer version.", self.display_name)
        return self.env._("%s waits for the client's answer.", self.display_name)
