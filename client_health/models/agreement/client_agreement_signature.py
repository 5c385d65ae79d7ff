import hashlib
import json
from base64 import b64decode
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.tools import html2plaintext, plaintext2html
from odoo.tools.mimetypes import guess_mimetype

from ...client_input import NAME_LENGTH, PICTURE_LENGTH, read_text
from ...const import ACTIVITY_AGREEMENT_CONVERSATION, ACTIVITY_AGREEMENT_REVIEW
from ...engine.clock import get_start, get_today
from ...tools import format_day
from ..common.client_personal_link import KEEP_DAYS
from .client_agreement import REVIEW_AGAIN, TEXT_FIELDS

NEEDED_TEXTS = ("outcome", "process", "scope_in")
SIGNATURE_TYPES = ("image/png", "image/jpeg", "image/webp")


def _decode(value):
    """Return the content of a base64-encoded file, empty when it is none."""
    try:
        return b64decode(value or "", validate=True)
    except (TypeError, ValueError):
        return b""


class ClientAgreementSignature(models.Model):
    """From proposal to acceptance: signed online, or recorded by a colleague with a proof.

    The client accepts the text that it read: its fingerprint goes with the page and is compared
    with that of the answer. The fields that prove an acceptance are protected: only the methods
    below write them, as superuser, after they have checked the user or the client's link.
    """

    _name = "client.agreement"
    _inherit = ["client.agreement", "client.protected.mixin"]

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("outdated", "Out of Date"),
            ("replaced", "Replaced"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        protected=True,
    )
    proposed_on = fields.Datetime(readonly=True, copy=False, protected=True)
    accepted_on = fields.Datetime(readonly=True, copy=False, protected=True)
    accepted_by = fields.Char(
        readonly=True,
        copy=False,
        help="Name of the person who accepted for the client.",
        protected=True,
    )
    acceptance_channel = fields.Selection(
        [("online", "Online, signed"), ("paper", "On paper"), ("mail", "By mail")],
        string="Accepted",
        readonly=True,
        copy=False,
        protected=True,
    )
    acceptance_hash = fields.Char(
        string="Fingerprint of the Text",
        readonly=True,
        copy=False,
        help="Computed from everything that was accepted: any later change would show.",
        protected=True,
    )
    # In the table, not in attachments: writers of the record may write its attachments.
    signature = fields.Image(
        readonly=True,
        copy=False,
        attachment=False,
        max_width=1024,
        max_height=1024,
        protected=True,
    )
    acceptance_proof = fields.Binary(
        string="Proof",
        readonly=True,
        copy=False,
        attachment=False,
        help="The signed paper or the mail that proves the acceptance.",
        protected=True,
    )
    acceptance_proof_name = fields.Char(readonly=True, copy=False, protected=True)
    acceptance_email = fields.Char(
        string="Link Sent To",
        readonly=True,
        copy=False,
        help="Address to which the link went by which it was accepted; the login of whoever "
        "accepted on the portal.",
        protected=True,
    )
    acceptance_email_date = fields.Datetime(
        string="Address Last Changed On",
        readonly=True,
        copy=False,
        help="When the address of the signatory was last changed before the acceptance.",
        protected=True,
    )
    acceptance_email_user_id = fields.Many2one(
        "res.users",
        string="Address Last Changed By",
        readonly=True,
        copy=False,
        ondelete="restrict",
        protected=True,
    )
    acceptance_ip = fields.Char(
        string="IP Address",
        readonly=True,
        copy=False,
        help="From where it was accepted online. Deleted after two years.",
        protected=True,
    )
    acceptance_browser = fields.Char(
        string="Browser",
        readonly=True,
        copy=False,
        help="With what it was accepted online. Deleted after two years.",
        protected=True,
    )
    acceptance_user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="User who recorded an acceptance on paper or by mail.",
        protected=True,
    )

    date_review_agreed = fields.Date(
        string="Review On, as Accepted",
        readonly=True,
        copy=False,
        help="The review that the client accepted, where the next one was set since.",
        protected=True,
    )

    # Proposal

    def action_propose(self):
        """Lock the text and send the signatory the link to it.

        With more hours than the team has, ask first why all the same.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self._get_closed_message())
        self._check_complete()
        if not self.active:
            raise UserError(self.env._("Please unarchive the agreement before you propose it."))
        self.env["client.personal.link"]._check_contact(self.signatory_id)
        if self._is_proposal_over():
            raise UserError(
                self.env._(
                    "The last day to answer cannot be in the past. Please choose a later date."
                )
            )
        if self.capacity_state == "over" and not self.capacity_reason:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "client_health.client_agreement_overbook_action"
            )
            return dict(action, context={"default_agreement_id": self.id})
        self._set_proposed()
        self._send_proposal()
        return None

    def _get_sent_moment(self):
        """Return when the client got the text: its files stay as they were then."""
        return self.state != "draft" and (self.accepted_on or self.proposed_on)

    def _set_proposed(self):
        # sudo: evidence; the callers have checked the rights and the text. Each proposal has a
        # link of its own, so that those of earlier ones lead nowhere.
        self.sudo().write(
            {
                "state": "proposed",
                "proposed_on": fields.Datetime.now(),
            }
        )
        self.env["client.personal.link"]._end_of(self, "replaced")

    def action_send_again(self):
        """Send the same link again: it got lost, or the client forgot."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "proposed":
            raise UserError(self._get_closed_message())
        self._cancel_to_send_again()
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
        self.sudo().write({"state": "draft", "capacity_reason": False})
        self.env["client.personal.link"]._end_of(self, "replaced")

    # The client's answer

    def _decline_online(self, reason, text_hash):
        """Withdraw the proposal for the client, which asks for changes; notify the salesperson."""
        self.ensure_one()
        self._check_open_for_answer(text_hash)
        reason = read_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Please tell us what should change."))
        self._set_withdrawn()
        self._schedule_on_holder(
            ACTIVITY_AGREEMENT_CONVERSATION,
            summary=self.env._("The client asks for changes to the agreement"),
            note=plaintext2html(reason),
        )
        # sudo: the client who answers has no rights of its own
        self.sudo().message_post(
            body=self.env._(
                "%(name)s asks for changes: %(reason)s",
                name=self.signatory_id.name,
                reason=reason,
            ),
            partner_ids=self._get_responsible()[self].partner_id.ids,
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
        return bool(self.proposal_end and self.proposal_end < get_today(self.company_id))

    # What a proposal needs, and what it says

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

    def _get_contents(self):
        """Return [(field name, label, HTML)] of what is agreed, in the order of reading."""
        self.ensure_one()
        labels = {
            "our_duties": self.env._("Duties of %s", self.company_id.name),
            "client_duties": self.env._("Duties of %s", self.partner_id.name or ""),
        }
        # fields_get, for labels in the language of the reader
        strings = self.fields_get(TEXT_FIELDS, ["string"])
        return [
            (name, labels.get(name) or strings[name]["string"], self[name]) for name in TEXT_FIELDS
        ]

    def _get_text_hash(self):
        """Return the fingerprint of what the client is asked to accept."""
        self.ensure_one()
        content = {
            "hours": self.hours_month,
            "name": self.name,
            "review": fields.Date.to_string(self.date_review_agreed or self.date_review),
            "texts": [(name, str(html or "")) for name, _label, html in self._get_contents()],
            "version": self.version,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def action_keep(self):
        """Note that both sides looked at it and keep it as it is; the next review follows.

        The text that the client accepted does not change, nor does its version.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "accepted":
            raise UserError(
                self.env._(
                    "Only an accepted agreement can be kept as it is. Please create a new version,"
                    " or wait for the client's answer."
                )
            )
        day = get_today(self.company_id) + REVIEW_AGAIN
        # sudo: locked with the text, whose fingerprint keeps the day that was accepted; that the
        # user may write the agreement was just checked
        agreement = self.sudo()
        agreement._set_next_review(day)
        agreement._get_holder().activity_unlink([ACTIVITY_AGREEMENT_REVIEW])
        self._message_log(
            body=self.env._(
                "Reviewed, and kept as it is. Next review on %s.", format_day(self.env, day)
            )
        )
        return True

    # Acceptance

    def action_record_acceptance(self):
        """Ask for the proof of an acceptance that came on paper or by mail."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record an acceptance"),
            "res_model": "client.agreement.acceptance",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _record_acceptance(self, channel, day, name, proof, proof_name):
        """Record an acceptance on paper or by mail; ``proof`` is the file, base64-encoded."""
        self.ensure_one()
        self.check_access("write")
        self._check_complete()
        if self.state not in ("draft", "proposed"):
            raise UserError(self._get_closed_message())
        if channel not in ("paper", "mail"):
            raise UserError(
                self.env._(
                    "Only the client can accept online. Please record the signed paper or the "
                    "mail instead."
                )
            )
        if not _decode(proof) or not (name or "").strip():
            raise UserError(
                self.env._(
                    "Please attach the signed paper or the mail, and enter the name of "
                    "the person who accepted."
                )
            )
        if not day or day > get_today(self.company_id):
            raise UserError(
                self.env._(
                    "The date of acceptance cannot be in the future. Please enter the day on "
                    "which it was accepted."
                )
            )
        self._write_acceptance(
            {
                "acceptance_channel": channel,
                "acceptance_proof": proof,
                "acceptance_proof_name": proof_name or self.env._("Proof"),
                "acceptance_user_id": self.env.uid,
                "accepted_by": name.strip(),
                "accepted_on": self._get_noon(day),
            }
        )
        self._announce_acceptance()

    def _get_noon(self, day):
        """Return noon of a day where the company is, or now when it isn't noon yet."""
        return min(get_start(self, day) + timedelta(hours=12), fields.Datetime.now())

    def _accept_online(self, name, signature, text_hash, visit=None):
        """Accept for the client; the caller has checked who it is.

        :param signature: base64 image
        :param visit: {"email", "ip", "browser"} of whoever accepts
        """
        self.ensure_one()
        if self._is_accepted_by(name, text_hash):
            return  # a second click
        self._check_open_for_answer(text_hash)
        name = read_text(self.env, name, NAME_LENGTH)
        if not name:
            raise UserError(self.env._("Please type your name."))
        signature = read_text(self.env, signature, PICTURE_LENGTH)
        if not signature:
            raise UserError(self.env._("Please sign before you accept."))
        self._write_acceptance(
            {
                "acceptance_channel": "online",
                "accepted_by": name,
                "accepted_on": fields.Datetime.now(),
                "signature": self._check_signature(signature),
                **self._prepare_visit(visit or {}),
            }
        )
        self._announce_acceptance()

    def _prepare_visit(self, visit):
        """Return from where it was accepted, and who gave the signatory this address."""
        moment, user = self.signatory_id._get_email_change()
        return {
            "acceptance_email": visit.get("email"),
            "acceptance_email_date": moment,
            "acceptance_email_user_id": user.id,
            "acceptance_ip": visit.get("ip"),
            "acceptance_browser": visit.get("browser"),
        }

    @api.autovacuum
    def _gc_acceptance_visits(self):
        """IP address and browser are kept for two years."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        old = self.with_context(active_test=False).search(
            [("accepted_on", "<", limit), ("acceptance_ip", "!=", False)]
        )
        # sudo: evidence fields, of which these two have their time
        old.sudo().write({"acceptance_ip": False, "acceptance_browser": False})

    def _is_accepted_by(self, name, text_hash):
        """Return whether this person accepted this very text online."""
        return (
            self.state == "accepted"
            and self.acceptance_channel == "online"
            and self.accepted_by == (name or "").strip()
            and self.acceptance_hash == text_hash
        )

    @api.model
    def _check_signature(self, signature):
        """Return the signature when it is a picture; anything else could carry scripts."""
        if guess_mimetype(_decode(signature)) not in SIGNATURE_TYPES:
            raise UserError(self.env._("This signature can't be read. Please sign again."))
        return signature

    def _write_acceptance(self, values):
        """Mark as accepted, and what it follows as replaced."""
        # sudo: the fields are evidence; what goes in was checked by the methods above
        agreement = self.sudo()
        agreement.write(
            {**values, "state": "accepted", "acceptance_hash": agreement._get_text_hash()}
        )
        agreement._replace_previous()
        self.env["client.personal.link"]._end_of(agreement, "accepted")

    def _announce_acceptance(self):
        """Notify the salesperson, and send the client its copy."""
        # sudo: the client who accepts has no rights of its own
        agreement = self.sudo()
        owner = agreement._get_responsible()[agreement]
        agreement.message_post(
            body=self.env._(
                "%(name)s accepted %(agreement)s (%(channel)s).",
                name=agreement.accepted_by,
                agreement=agreement.display_name,
                channel=dict(self._fields["acceptance_channel"]._description_selection(self.env))[
                    agreement.acceptance_channel
                ].lower(),
            ),
            partner_ids=(owner.partner_id - self.env.user.partner_id).ids,
        )
        agreement._send_copy()
