from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...client_input import read_text
from ...engine.clock import get_today
from ...tools import get_data_record

# Where we have the client's words from; ``OWN_SOURCES`` it wrote itself.
OWN_SOURCES = ("portal", "link")
SOURCES = [
    ("portal", "On the portal"),
    ("link", "By mail link"),
    ("mail", "Mail"),
    ("paper", "Letter or document"),
    ("call", "On the phone"),
    ("meeting", "In a meeting"),
]


class ClientValue(models.Model):
    """What a client said that our work is worth to it, in its own words.

    Append-only, and no user may write it: ``_record`` makes it for the portal, for the link in a
    mail, and for the form that records what was said elsewhere, with its proof. With
    ``accomplishment_id`` it is the answer to our estimate of that accomplishment.
    """

    _name = "client.value"
    _description = "Value in the Client's Words"
    _inherit = ["client.record.mixin", "client.protected.mixin"]
    _order = "date desc, id desc"
    _rec_name = "words"
    _check_company_auto = True
    # The rights keep users from writing; this refuses defaults of the context, too.

    relationship_id = fields.Many2one(protected=True)
    words = fields.Text(string="In the Client's Words", readonly=True, protected=True)
    date = fields.Date(required=True, readonly=True, index=True, protected=True)
    contact_id = fields.Many2one(
        "res.partner",
        string="Answered By",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        protected=True,
    )
    source = fields.Selection(SOURCES, required=True, readonly=True, protected=True)
    # As an attachment it has the rights of this model: no user may change it.
    proof = fields.Binary(readonly=True, attachment=True, protected=True)
    proof_name = fields.Char(readonly=True, protected=True)
    is_own = fields.Boolean(
        string="Confirmed by the Client",
        compute="_compute_is_own",
        store=True,
        help="The client wrote it, or there is a proof of it. Otherwise it is our note.",
        protected=True,
    )
    accomplishment_id = fields.Many2one(
        "client.accomplishment",
        string="About",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        protected=True,
    )
    verdict = fields.Selection(
        [("yes", "Yes, it helped us"), ("no", "Not quite")],
        readonly=True,
        help="The client's answer to this accomplishment.",
        protected=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        readonly=True,
        help="The value given by the client. Empty when the client answered in words only.",
        protected=True,
    )

    @api.depends("source", "proof_name")
    def _compute_is_own(self):
        for value in self:
            value.is_own = value.source in OWN_SOURCES or bool(value.proof_name)

    @api.model
    def _get_client_links(self):
        return {
            "contact_id": ("commercial_partner_id",),
            "accomplishment_id": ("relationship_id.partner_id",),
        }

    @api.constrains("date")
    def _check_date(self):
        if any(value.date > self._get_latest_today() for value in self):
            raise ValidationError(
                self.env._(
                    "The date of the answer cannot be in the future. Please enter when it was "
                    "given."
                )
            )

    @api.model
    def _record(self, relationship, contact, source, **values):
        """Record what a contact said; the caller has checked the writer and the contact.

        :param values: ``words``, ``date``, ``proof`` with ``proof_name``, ``accomplishment_id``
            with ``verdict`` and ``amount``
        """
        values = {
            "date": get_today(relationship.company_id),
            **values,
            "relationship_id": relationship.id,
            "contact_id": contact.id,
            "source": source,
        }
        values["words"] = read_text(self.env, values.get("words")) or False
        values["proof_name"] = values.get("proof") and (values.get("proof_name") or "proof")
        self._check_said(contact, values)
        # sudo: no user may write this model; the values were checked just above
        value = self.sudo().create(values)
        if not value.accomplishment_id:
            value.relationship_id._close_ask_reminder()
        return value

    @api.model
    def _check_said(self, contact, values):
        # sudo: only whether the contact is one of us
        contact = contact.sudo()
        is_ours = values["source"] in OWN_SOURCES and self.env["client.personal.link"]._is_ours(
            contact.email
        )
        if is_ours or contact.user_ids.filtered(lambda user: user._is_internal()):
            raise UserError(
                self.env._(
                    "%s is an internal user and cannot answer for the client. Please choose a "
                    "contact of the client.",
                    contact.display_name,
                )
            )
        if not values.get("verdict") and not values["words"]:
            raise UserError(self.env._("Please enter the client's words."))
        if (
            values.get("verdict")
            and values["source"] not in OWN_SOURCES
            and not values.get("proof")
        ):
            raise UserError(
                self.env._(
                    "Please attach the mail or the document with the client's answer, or ask the "
                    "client by mail."
                )
            )


class ClientValueLink(models.AbstractModel):
    """The mail with a personal link by which a contact says what our work is worth.

    None of us may read the link, or we could answer in the client's place: the mail is made by the
    system, hangs on no record, and is deleted once it is sent.
    """

    _name = "client.value.link"
    _description = "Link to Confirm a Value"

    @api.model
    def _get_url(self, record, contact):
        link = self.env["client.personal.link"]._get_for(record, contact)
        return f"{record.get_base_url()}/client/value/{link.key}"

    @api.model
    def _may_answer(self, record, contact):
        """Return whether the contact may (still) speak for the client of the record."""
        if "is_shared" in record and not record.is_shared:
            return False
        internal = contact.user_ids.filtered(lambda user: user._is_internal())
        return (
            record.active
            and contact.active
            and not internal
            and contact.commercial_partner_id == record.partner_id
        )

    @api.model
    def _send(self, record, contact, template_xmlid, note):
        """Mail the link to the contact, in the contact's language; ``note`` stands for the mail."""
        record.check_access("write")
        # sudo: only the name and address of a contact of the user's own client
        contact = contact.sudo()
        self.env["client.personal.link"]._check_contact(contact)
        if not self._may_answer(record.sudo(), contact):
            raise UserError(
                self.env._(
                    "%s cannot answer this. Please choose a contact of the client.",
                    contact.display_name,
                )
            )
        sender = self.env.user
        # Made by the system, not by the user: the author of a mail may read it, and its link.
        template = get_data_record(self.env, template_xmlid).with_user(SUPERUSER_ID)
        template = template.with_context(
            answer_url=self._get_url(record, contact),
            answer_name=contact.name,
            answer_lang=contact.lang or self.env.lang,
            answer_sender=sender.name,
        )
        address = sender.email_formatted or record.company_id.email_formatted
        record._send_apart(
            template,
            contact,
            note,
            "client_health.client_value_mail_layout",
            recipient_ids=[(4, contact.id)],
            email_from=address,
            reply_to=address,
            author_id=self.env.ref("base.partner_root").id,
        )
