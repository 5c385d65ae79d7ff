from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestHealthMeasure(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls.env.ref("client_health.client_health_measure_margin_rate")

    def test_every_default_has_a_source(self):
        measures = self.env["client.health.measure"].search([])
        self.assertEqual(len(measures), 25)
        self.assertEqual(len(measures.dimension_id), 6)
        self.assertTrue(all(measure.source and measure.description for measure in measures))
        self.assertEqual(
            [measure.code for measure in measures._get_measures()], measures.mapped("code")
        )

    def test_a_manager_edits(self):
        with Form(self.measure.with_user(self.manager)) as form:
            form.floor, form.target, form.weight = 10, 50, 3
        found = {m.code: m for m in self.measure._get_measures()}["margin_rate"]
        self.assertEqual((found.floor, found.target, found.weight), (10, 50, 3))

    def test_nobody_else_edits_and_nobody_adds(self):
        contact = self.env.ref("client_health.client_health_measure_contact_gap")
        for user in (self.owner, self.seller, self.controller):
            self.assertTrue(contact.with_user(user).name)
            for measure in (self.measure, contact):
                with self.assertRaises(AccessError):
                    measure.with_user(user).weight = 5
        measures = self.measure.with_user(self.manager)
        with self.assertRaises(AccessError):
            measures.copy({"code": "another"})
        with self.assertRaises(AccessError):
            measures.unlink()
        with self.assertRaises(AccessError):
            self.measure.with_user(self.portal).read(["name"])

    @mute_logger("odoo.sql_db")
    def test_settings_that_make_no_sense(self):
        for vals in ({"floor": 70}, {"weight": -1}, {"weight": 1001}, {"target": 2e9}):
            with self.subTest(vals), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.measure.write(vals)
                self.measure.flush_recordset()

    def test_errors(self):
        Measure = self.env["client.health.measure"]
        Measure._set_errors({"margin_rate": "Broken"})
        since = self.measure.error_date
        self.assertEqual((self.measure.error, bool(since)), ("Broken", True))
        self.env.flush_all()
        before = self.cr.sql_log_count
        Measure._set_errors({"margin_rate": "Broken"})
        self.env.flush_all()
        self.assertLessEqual(self.cr.sql_log_count - before, 1, "nothing is written again")
        Measure._set_errors({}, ["rate_trend"])
        self.assertEqual(self.measure.error, "Broken", "it was not tried")
        Measure._set_errors({})
        self.assertEqual((self.measure.error, self.measure.error_date), (False, False))
