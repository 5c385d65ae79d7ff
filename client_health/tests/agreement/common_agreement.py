from base64 import b64encode
from datetime import timedelta
from io import BytesIO

from PIL import Image

from odoo import SUPERUSER_ID, fields

from ..common import ClientHealthCommon


def get_signature():
    """Return a picture as the signature form sends it."""
    stream = BytesIO()
    Image.new("RGB", (120, 40), "white").save(stream, "PNG")
    return b64encode(stream.getvalue()).decode()


class ClientAgreementCommon(ClientHealthCommon):
    """Blue Harbour with a signatory; ``_create_agreement`` makes one that can be proposed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signatory = cls.portal.partner_id
        cls.signatory.write({"name": "Elena Marsh", "email": "elena@blueharbour.example.com"})
        cls.owner.email = "owner@example.com"
        # everybody's day ends at the same moment, whenever the tests run
        (cls.env["res.users"].search([]) | cls.env.ref("base.user_root")).tz = "UTC"
        cls.today = fields.Date.today()
        cls.signature = get_signature()

    @classmethod
    def _create_agreement(cls, relationship=None, user=None, **vals):
        agreements = cls.env["client.agreement"].with_user(user or cls.env.user)
        return agreements.create(
            {
                "relationship_id": (relationship or cls.relationship).id,
                "signatory_id": cls.signatory.id,
                "outcome": "<p>Guests book on their phones.</p>",
                "process": "<p>A call each Tuesday.</p>",
                "scope_in": "<p>Website and booking.</p>",
                "scope_out": "<p>Photographs.</p>",
                "hours_month": 40,
                **vals,
            }
        )

    @classmethod
    def _get_key(cls, agreement):
        """Return the key of the link that the signatory got last, as no user can read it."""
        links = cls.env["client.personal.link"].sudo()
        domain = [("res_model", "=", agreement._name), ("res_id", "=", agreement.id)]
        return links.search(domain, order="id desc", limit=1).key

    @classmethod
    def _accept(cls, agreement):
        """Propose the agreement and let the client accept it online."""
        if agreement.state == "draft":
            agreement.action_propose()
        # as superuser, as the controller does for the client
        agreement.with_user(SUPERUSER_ID)._accept_online(
            "Elena Marsh", cls.signature, agreement._get_text_hash()
        )
        return agreement

    @classmethod
    def _create_accepted(cls, relationship=None, **vals):
        return cls._accept(cls._create_agreement(relationship, **vals))

    @classmethod
    def _mark_outdated(cls, agreement, user=None):
        agreement.with_user(user or cls.env.user)._mark_outdated(
            cls.signatory, "Three languages", cls.today, cls.today + timedelta(days=7)
        )
