from odoo.tests import tagged

from odoo.addons.client_health.engine.health.snapshots import unpack
from odoo.addons.client_health.engine.profitability import margin

from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestOffboardingDemo(DemoCommon):
    """One client is on its way out, one has ended well."""

    def test_half_done(self):
        offboarding = self._get_client("quillfeather").offboarding_ids
        self.assertEqual(offboarding.state, "open")
        self.assertTrue(offboarding.is_discussed)
        self.assertFalse(offboarding.is_worked_off or offboarding.is_billed)
        self.assertFalse(offboarding.is_thanked)
        done = offboarding.line_ids.filtered("is_done")
        self.assertTrue(done)
        self.assertTrue(offboarding.line_ids - done)
        self.assertEqual(offboarding.update_ids.mapped("state"), ["draft"])
        self.assertTrue(offboarding.referral_partner_id)
        self.assertLess(offboarding.notice_date, offboarding.last_day)
        self.assertFalse(offboarding.is_late)
        sheet = offboarding.decision_id.sheet
        self.assertGreaterEqual(len(sheet["finding"]), 3, "nothing to win, likely loss")
        self.assertLess(sheet["quadrant"]["us"], 50)

    def test_ended_well(self):
        offboarding = self._get_client("sundial").offboarding_ids
        self.assertEqual((offboarding.state, offboarding.progress), ("ended", 100))
        self.assertFalse(offboarding.waiver_ids)
        self.assertEqual(offboarding.work_again, "open")
        [farewell] = offboarding.update_ids
        self.assertEqual((farewell.kind, farewell.state), ("farewell", "sent"))
        self.assertLess(farewell.sent_date, self.env.cr.now())
        self.assertIn("three good years", farewell.message_ids[:1].body)
        decision = offboarding.decision_id
        self.assertEqual(decision.date, offboarding.date_start)
        [figures] = decision.sudo()._get_figures().values()
        self.assertGreater(margin.Sums(*figures["sums"]).revenue, 0, "figures of that day")
        self.assertEqual(figures["as_of"], offboarding.date_start.isoformat())
        self.assertGreater(decision.sheet["quadrant"]["us"], 50)

    def test_what_the_sheet_says_today(self):
        """The stories can be read from the sheets: who wins with whom."""
        clients = {key: self._get_client(key) for key in ("blue_harbour", "fernhill", "northlight")}
        relationships = self.env["client.relationship"].union(*clients.values())
        found = self.env["client.decision"]._read_figures(relationships, self.env.cr.now().date())
        figures = {key: found[rel.id] for key, rel in clients.items()}
        self.assertGreater(figures["blue_harbour"]["us"][0], 75)
        self.assertEqual(len(figures["blue_harbour"]["departure"]["referred"]), 2)
        self.assertLess(figures["fernhill"]["us"][0], 50, "breaks even and asks for cheaper")
        pressure = unpack(figures["fernhill"]["readings"])["price_pressure"]
        self.assertGreaterEqual(pressure.value, 3, "months")
        self.assertEqual(figures["blue_harbour"]["signs"], [])
