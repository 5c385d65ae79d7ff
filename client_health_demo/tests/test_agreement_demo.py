from collections import Counter

from odoo import fields
from odoo.tests import tagged

from ..builders import build
from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestAgreementDemo(DemoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agreements = cls.relationships.agreement_ids

    def test_every_client_has_one(self):
        self.assertEqual(len(self.relationships), 12)
        self.assertFalse(self.relationships.filtered(lambda rel: not rel.agreement_id))
        states = Counter(self.agreements.mapped("state"))
        self.assertGreaterEqual(states["accepted"], 6)
        for state in ("outdated", "proposed", "replaced"):
            self.assertTrue(states[state], state)

    def test_stories(self):
        harbour = self._get_client("blue_harbour").agreement_ids.sorted("version")
        self.assertEqual(harbour.mapped("state"), ["replaced", "accepted"])
        self.assertEqual(harbour[0].replaced_on, harbour[1].accepted_on)
        fernhill = self._get_client("fernhill")
        self.assertEqual(fernhill.agreement_state, "outdated")
        self.assertTrue(
            fernhill.activity_ids.filtered(
                lambda act: (
                    act.activity_type_id
                    == self.env.ref("client_health.mail_activity_type_agreement_conversation")
                )
            )
        )
        self.assertEqual(self._get_client("granite_owl").agreement_next_id.state, "proposed")
        self.assertTrue(self._get_client("northlight").agreement_id.review_reminded_on)
        self.assertTrue(self._get_client("juniper").agreement_id.lead_id)
        loyalty = self.env["client.agreement"].search(
            [("name", "=", "Loyalty scheme"), ("relationship_id", "=", False)]
        )
        self.assertEqual(loyalty.state, "proposed")

    def test_days_are_in_order(self):
        now = fields.Datetime.now()
        for agreement in self.agreements:
            days = [agreement.create_date, agreement.proposed_on, agreement.accepted_on]
            known = [day for day in days if day]
            self.assertEqual(known, sorted(known), agreement.display_name)
            self.assertLess(known[-1], now)
        accepted = self.agreements.filtered("accepted_on")
        for agreement in accepted:
            self.assertEqual(agreement.acceptance_hash, agreement._get_text_hash())
            proof = agreement.signature or agreement.acceptance_proof
            self.assertTrue(proof, agreement.display_name)

    def test_second_run_adds_nothing(self):
        agreements = self.env["client.agreement"]
        before = agreements.search_count([])
        build(self.env)
        self.assertEqual(agreements.search_count([]), before)

    def test_nobody_got_a_mail(self):
        signatories = self.agreements.signatory_id
        self.assertFalse(
            self.env["mail.mail"].search_count([("recipient_ids", "in", signatories.ids)])
        )
