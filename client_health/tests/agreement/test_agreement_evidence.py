from base64 import b64encode
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common_agreement import ClientAgreementCommon

FORGED = {
    "state": "accepted",
    "accepted_on": fields.Datetime.to_datetime("2026-01-01 10:00:00"),
    "accepted_by": "Elena Marsh",
    "acceptance_channel": "paper",
    "acceptance_hash": "0" * 64,
    "signature": b64encode(b"x"),
    "acceptance_proof": b64encode(b"x"),
    "version": 7,
    "replaced_on": fields.Datetime.to_datetime("2026-01-01 10:00:00"),
    "access_token": "known",
}


@tagged("post_install", "-at_install")
class TestAgreementEvidence(ClientAgreementCommon):
    """An acceptance is written by the client or with a proof, whoever tries otherwise."""

    def setUp(self):
        super().setUp()
        self.agreement = self._create_agreement()
        self.as_manager = self.agreement.with_user(self.manager)

    def test_write_and_create_are_refused(self):
        values = {"name": "Forged", "relationship_id": self.relationship.id}
        for name, value in FORGED.items():
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    self.as_manager.write({name: value})
                with self.assertRaises(AccessError):
                    self.as_manager.create({**values, name: value})
                with self.assertRaises(AccessError):
                    self.relationship.with_user(self.manager).write(
                        {"agreement_ids": [Command.update(self.agreement.id, {name: value})]}
                    )
        self.assertEqual(self.agreement.state, "draft")

    def test_import_is_refused(self):
        result = self.as_manager.load(
            ["name", "relationship_id/.id", "state"],
            [["Forged", str(self.relationship.id), "Accepted"]],
        )
        self.assertFalse(result["ids"])
        result = self.as_manager.load(
            [".id", "accepted_by"], [[str(self.agreement.id), "Elena Marsh"]]
        )
        self.assertFalse(result["ids"])
        self.assertFalse(self.agreement.accepted_by)

    def test_defaults_do_not_forge(self):
        """Anybody may save defaults for himself, and an RPC call brings its own context."""
        defaults = self.env["ir.default"].with_user(self.manager)
        defaults.set("client.agreement", "state", "accepted", user_id=True)
        defaults.set("client.agreement", "accepted_by", "Elena Marsh", user_id=True)
        values = {"name": "Forged", "relationship_id": self.relationship.id}
        agreement = self.as_manager.create(values)
        self.assertEqual(agreement.state, "draft")
        self.assertFalse(agreement.accepted_by)
        forging = self.as_manager.with_context(default_state="accepted", default_version=9)
        with self.assertRaises(AccessError):
            forging.create(values)
        accepted = self._create_accepted().with_user(self.manager)
        successor = accepted.with_context(
            default_state="accepted", default_accepted_by="Forged"
        )._create_successor()
        self.assertEqual((successor.state, successor.version), ("draft", 2))
        self.assertFalse(successor.accepted_by)

    def test_copy_takes_no_evidence_along(self):
        accepted = self._create_accepted().with_user(self.manager)
        copy = accepted.copy()
        self.assertEqual((copy.state, copy.version), ("draft", 1))
        self.assertFalse(copy.accepted_on or copy.signature or copy.acceptance_hash)
        self.assertFalse(copy.sudo().access_token)

    def test_signature_is_no_attachment(self):
        accepted = self._create_accepted()
        self.assertFalse(
            self.env["ir.attachment"].search_count(
                [
                    ("res_model", "=", "client.agreement"),
                    ("res_id", "=", accepted.id),
                    ("res_field", "!=", False),
                ]
            )
        )

    def test_nobody_of_us_gets_the_link(self):
        self.agreement.action_propose()
        for user in (self.owner, self.manager):
            agreement = self.agreement.with_user(user)
            with self.assertRaises(AccessError):
                agreement.read(["access_token"])
            with self.assertRaises(AccessError):
                agreement.search([("access_token", "=like", "a%")])
            with self.assertRaises(AccessError):
                agreement.get_portal_url()
            with self.assertRaises(AccessError):
                agreement._get_share_url()
            self.assertNotIn("access_token", agreement.read()[0])

    def test_answers_are_not_for_rpc(self):
        """What writes evidence is private, or asks for the right to write."""
        for name in ("_accept_online", "_write_acceptance", "_set_proposed", "_mark_outdated"):
            self.assertTrue(hasattr(self.agreement, name), name)
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.colleague).action_propose()
        with self.assertRaises(AccessError):
            self.agreement.with_user(self.colleague)._record_acceptance(
                "paper", self.today, "Elena", b64encode(b"x"), "x.pdf"
            )
        accepted = self._create_accepted()
        with self.assertRaises(AccessError):
            self._mark_outdated(accepted, self.colleague)
        with self.assertRaises(AccessError):
            accepted.with_user(self.colleague).action_renew()

    def test_a_paper_is_of_its_day_where_the_company_is(self):
        """On the other side of the world as well, and never of a moment to come."""
        for zone, now in (
            ("Pacific/Auckland", "2026-03-10 20:00:00"),
            ("Pacific/Kiritimati", "2026-03-10 02:00:00"),
            ("Pacific/Pago_Pago", "2026-03-11 08:00:00"),
        ):
            self.company.resource_calendar_id.tz = zone
            with freeze_time(now):
                moment = datetime.now(timezone.utc)
                day = moment.astimezone(ZoneInfo(zone)).date()
                agreement = self._create_agreement(user=self.owner)
                agreement.with_context(tz=zone)._record_acceptance(
                    "paper", day, "Elena", b64encode(b"x"), "x.pdf"
                )
            accepted = agreement.accepted_on.replace(tzinfo=timezone.utc)
            self.assertEqual(accepted.astimezone(ZoneInfo(zone)).date(), day, zone)
            self.assertLessEqual(accepted, moment)
