from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, parse_contact_from_email

from ..models.common.client_protected_mixin import once


class ClientSenderAssign(models.TransientModel):
    """Assigns an unknown address to a client, by a contact that has it.

    Whose a mail is is looked up when it is asked (``engine/correspondence``), so that all that
    this address wrote before counts as the client's from then on; Odoo knows it in mails to come.
    """

    _name = "client.sender.assign"
    _description = "Assign a Sender to a Client"
    _inherit = ["client.readable.links.mixin", "client.once.mixin"]
    _opened_from = "message_id"

    message_id = fields.Many2one("mail.message", required=True, ondelete="cascade")
    email = fields.Char(string="Address", compute="_compute_email")
    relationship_id = fields.Many2one(
        "client.relationship",
        string="Client",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        related="relationship_id.partner_id", string="Firm", related_sudo=False
    )
    contact_id = fields.Many2one(
        "res.partner",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        ondelete="cascade",
        help="Empty: a new contact of the client.",
    )
    contact_name = fields.Char(
        string="Name", compute="_compute_contact_name", store=True, readonly=False
    )

    @api.depends("message_id")
    def _compute_email(self):
        for wizard in self:
            wizard.email = email_normalize(wizard.message_id.email_from, strict=False)

    @api.depends("message_id")
    def _compute_contact_name(self):
        for wizard in self:
            name, email = parse_contact_from_email(wizard.message_id.email_from)
            wizard.contact_name = name or email

    @api.depends("message_id")
    def _compute_contact_id(self):
        """Propose the one contact of a client who has the sender's name."""
        for wizard in self:
            contact = wizard._find_namesake()
            wizard.contact_id = contact
            wizard.relationship_id = contact.commercial_partner_id.client_relationship_ids[:1]

    def _find_namesake(self):
        name, _email = parse_contact_from_email(self.message_id.email_from)
        partners = self.env["res.partner"]
        if not name or not partners.has_access("read"):
            return partners
        found = partners.search(
            [
                ("name", "=ilike", name.replace("%", r"\%").replace("_", r"\_")),
                ("commercial_partner_id.client_relationship_ids", "!=", False),
            ],
            limit=2,
        )
        return found if len(found) == 1 else partners

    @api.onchange("relationship_id")
    def _onchange_relationship_id(self):
        if self.contact_id.commercial_partner_id != self.relationship_id.partner_id:
            self.contact_id = False

    @once
    def action_assign(self):
        """Give the address to a contact, and show the list without it."""
        self._check_may_assign()
        stranger = self._get_stranger()
        if stranger:
            contact = stranger
            contact.parent_id = self.contact_id or self.partner_id
        elif not self.contact_id:
            contact = self._create_contact(self.partner_id, self.contact_name)
        elif self.contact_id.email:
            # one contact has one address: the second is a contact below, whom Odoo knows as well
            contact = self._create_contact(self.contact_id, self.contact_id.name, type="other")
        else:
            contact = self.contact_id
            contact.email = self.email
        action = self.env["client.relationship"].action_view_unknown_senders()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "What %(email)s wrote, and will write, is from %(client)s.",
                    email=self.email,
                    client=contact.commercial_partner_id.name,
                ),
                "next": dict(action, target="main"),
            },
        }

    def _check_may_assign(self):
        if not self.relationship_id:
            raise UserError(self.env._("Please choose the client."))
        self.relationship_id.check_access("write")
        self.message_id.check_access("read")
        if not self.email:
            raise UserError(
                self.env._(
                    "This mail has no address of its sender. Please choose an existing contact."
                )
            )
        client = self.contact_id.commercial_partner_id or self.partner_id
        if client != self.partner_id:
            raise UserError(
                self.env._(
                    "This contact belongs to another client. Please choose that client, or "
                    "another contact."
                )
            )
        # sudo: only whether the address is known by now
        known = self.env["res.partner"].sudo().with_context(active_test=False)
        known = known.search([("email_normalized", "=", self.email)])
        if known - self._get_stranger():
            raise UserError(
                self.env._(
                    "There is a contact with this address already. Please choose it instead."
                )
            )

    def _get_stranger(self):
        """Return the contact without a firm that Odoo made of the sender of a mail to an alias."""
        # sudo: only what kind of contact it is; it is written as the user
        author = self.message_id.author_id.sudo()
        is_alone = author.commercial_partner_id == author and not author.is_company
        if is_alone and not author.user_ids and not author.client_relationship_ids:
            return author.sudo(False)
        return author.browse()

    def _create_contact(self, parent, name, **vals):
        return self.env["res.partner"].create(
            {"name": name or self.email, "parent_id": parent.id, "email": self.email, **vals}
        )
