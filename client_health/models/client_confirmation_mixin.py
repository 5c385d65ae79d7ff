from odoo import fields, models
from odoo.exceptions import UserError

CONFIRMATION_FIELDS = frozenset(
    (
        "confirmed_date",
        "confirmed_by_id",
        "confirmed_note",
        "confirmed_by_client",
        "confirmed_proof",
        "confirmed_proof_name",
        "confirmed_user_id",
    )
)


class ClientConfirmationMixin(models.AbstractModel):
    """The client's confirmation that something is repaired, and its proof.

    Either the client confirmed on the page that we sent, or a colleague recorded it and attached
    the proof: a mail, a signed paper. The model names CONFIRMATION_FIELDS among its
    evidence.
    """

    _name = "client.confirmation.mixin"
    _description = "Confirmation by the Client"

    confirmed_date = fields.Datetime(string="Confirmed On", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    confirmed_note = fields.Text(string="In the Client's Words", readonly=True, copy=False)
    confirmed_by_client = fields.Boolean(
        string="Confirmed Online",
        readonly=True,
        copy=False,
        help="The client confirmed on the portal page. Otherwise a colleague recorded it, with a "
        "proof.",
    )
    # No attachment: those can be written by all writers of the record.
    confirmed_proof = fields.Binary(string="Proof", attachment=False, readonly=True, copy=False)
    confirmed_proof_name = fields.Char(readonly=True, copy=False)
    confirmed_user_id = fields.Many2one(
        "res.users", string="Recorded By", readonly=True, copy=False
    )

    def _confirm_by_client(self, partner, note):
        """The client confirms online; the caller has made sure that it is ``partner``."""
        self._write_confirmation(
            {"confirmed_by_client": True, **self._prepare_confirmation(partner, note)}
        )

    def _confirm_with_proof(self, partner, note, moment, proof, proof_name):
        """A colleague records a confirmation given elsewhere; a proof is required."""
        self.check_access("write")
        if not proof:
            raise UserError(
                self.env._(
                    "Please attach the proof: the mail or the paper with the client's confirmation."
                )
            )
        if moment > fields.Datetime.now():
            raise UserError(self.env._("The date of a confirmation cannot be in the future."))
        self._write_confirmation(
            {
                **self._prepare_confirmation(partner, note),
                "confirmed_date": moment,
                "confirmed_proof": proof,
                "confirmed_proof_name": proof_name,
                "confirmed_user_id": self.env.user.id,
            }
        )

    def _prepare_confirmation(self, partner, note):
        client = self.relationship_id.partner_id
        if partner.commercial_partner_id != client:
            raise UserError(
                self.env._(
                    "%(partner)s cannot confirm for %(client)s.",
                    partner=partner.display_name,
                    client=client.display_name,
                )
            )
        return {
            "confirmed_date": fields.Datetime.now(),
            "confirmed_by_id": partner.id,
            "confirmed_note": note,
        }

    def _write_confirmation(self, values):
        self.ensure_one()
        if self.confirmed_date:
            raise UserError(self.env._("The client has already confirmed it."))
        # sudo: evidence fields; both callers have made sure whose word it is
        self.sudo().write(values)
