from dataclasses import replace
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...engine.health.preview import Settings, count_bands, get_bands, get_clients
from ...engine.health.signals import Signal
from ...engine.health.warnings.caps import Caps
from .common_health import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthPreview(HealthCommon):
    """Ten clients at 60 points, five at 90, one of whom nothing is known: before any edit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Measure = cls.env["client.health.measure"]
        cls.measure = cls.measures.filtered(lambda measure: measure.code == "contact_gap")

    def setUp(self):
        super().setUp()
        self.middling = self._create_clients(10)
        self.good = self._create_clients(5)
        self.clients = self.middling | self.good | self.relationship
        self._settle(self.clients)
        for clients, points in ((self.middling, 60), (self.good, 90)):
            for client in clients:
                self._set_points(points, client)
        self._night(1, self.clients)
        self._night(0, self.clients)

    def _edit(self, record=None, user=None, **vals):
        """Return what the form shows after an edit that is never saved."""
        with self._untouched():
            form = Form((record or self.measure).with_user(user or self.manager))
            for name, value in vals.items():
                form[name] = value
            return form.band_preview

    def _untouched(self):
        """Nothing is written: the rows stay where they are, physically."""
        test = self

        class Untouched:
            def __enter__(self):
                self.before = test._get_rows()

            def __exit__(self, *error):
                test.env.flush_all()
                test.assertEqual(test._get_rows(), self.before)

        return Untouched()

    def _get_rows(self):
        self.env.flush_all()
        rows = []
        for table in (
            "client_relationship",
            "client_health_snapshot",
            "client_health_measure",
            "client_health_dimension",
            "mail_activity",
        ):
            self.cr.execute(f"SELECT id, xmin, ctid FROM {table} ORDER BY id")
            rows.append(self.cr.fetchall())
        self.cr.execute("SELECT COUNT(*) FROM mail_message")
        return rows, self.cr.fetchone()

    def _counts(self, healthy, watch, risk, none):
        return {"healthy": healthy, "watch": watch, "risk": risk, "none": none}

    def test_as_saved(self):
        preview = self._edit()
        self.assertEqual(preview["now"], self._counts(5, 10, 0, 1))
        self.assertNotIn("new", preview)

    def test_each_figure_of_a_measure(self):
        """The score is 60; with this measure at 0 points and nearly all the weight it is low."""
        far = 1000 if self.measure.target > self.measure.floor else -1000
        for vals, counts in (
            ({"target": self.measure.target + far}, self._counts(5, 10, 0, 1)),
            (
                {"target": self.measure.target + far, "weight": 1000, "dimension_weight": 1000},
                self._counts(0, 0, 15, 1),
            ),
            (
                {"floor": self.measure.floor - far, "weight": 1000, "dimension_weight": 1000},
                self._counts(15, 0, 0, 1),
            ),
            ({"active": False}, self._counts(5, 10, 0, 1)),
        ):
            with self.subTest(vals):
                preview = self._edit(**vals)
                self.assertEqual(preview["now"], self._counts(5, 10, 0, 1))
                self.assertEqual(preview["new"], counts)
        self.assertEqual(preview["changing"], 0)

    def test_equals_the_next_night(self):
        """What is previewed is what the night makes of it."""
        vals = {"target": self.measure.target + (self.measure.target - self.measure.floor) * 3,
                "weight": 50, "dimension_weight": 50}  # fmt: skip
        preview = self._edit(**vals)
        self.measure.write(vals)
        self._night(0, self.clients)
        bands = [client.health_band or "none" for client in self.clients]
        self.assertEqual(count_bands(bands), preview["new"])
        self.assertNotEqual(preview["new"], preview["now"])

    def test_switching_off_all_but_one_dimension(self):
        measures = [m for m in self.Measure._get_measures() if m.dimension == "results"]
        preview = self.Measure._preview_bands(self.company, measures)
        self.assertEqual(preview["new"], self._counts(0, 0, 0, 16), "one dimension is no score")
        self.assertEqual(preview["changing"], 15)

    def test_switching_on_reads_what_no_night_has_read(self):
        self.measure.active = False
        self.measure.weight = 1000
        self.measure.dimension_id.weight = 1000
        self._night(0, self.clients)
        self._set_points(0, codes=["contact_gap"])
        with self._untouched():
            form = Form(self.measure.with_user(self.manager))
            form.active = True
            preview = form.band_preview
        self.assertEqual(preview["now"], self._counts(5, 10, 0, 1))
        self.assertEqual(preview["new"], self._counts(0, 0, 16, 0), "one measure is provisional")

    def test_a_broken_signal_breaks_no_form(self):
        self.measure.active = False
        self._night(0, self.clients)
        broken = {"contact_gap": Signal(lambda *args: 1 / 0)}
        with (
            patch.object(self.registry[self.measure._name], "_get_signals", lambda self: broken),
            self.assertLogs("odoo.addons.client_health.engine.health.signals", "WARNING"),
        ):
            self.assertEqual(self._edit(active=True)["changing"], 0)

    def test_dimension(self):
        dimension = self.measure.dimension_id
        for client in self.middling:
            self._set_points(10, client, codes=self._get_codes("contact"))
        self._night(0, self.clients)
        preview = self._edit(dimension, weight=100)
        self.assertEqual(preview["new"], self._counts(5, 0, 10, 1))
        self.assertEqual(preview["changing"], 10)

    def _get_codes(self, dimension):
        return self.measures.filtered(lambda measure: measure.dimension == dimension).mapped("code")

    def test_bands_in_the_settings(self):
        self.manager.group_ids += self.env.ref("base.group_system")
        settings = self.env["res.config.settings"].with_user(self.manager)
        with self._untouched():
            new = settings.new({"client_health_healthy": 55, "client_health_risk": 50})
            self.assertEqual(new.band_preview["now"], self._counts(5, 10, 0, 1))
            self.assertEqual(new.band_preview["new"], self._counts(15, 0, 0, 1))
            new.client_health_healthy, new.client_health_risk = 95, 70
            self.assertEqual(new.band_preview["new"], self._counts(0, 5, 10, 1))
            new.client_health_risk = 96
            self.assertIn("error", new.band_preview)
            new.client_health_healthy, new.client_health_risk = 75, 50
            self.assertFalse(new.band_preview, "Nobody asked")
        self.assertEqual(self.company.client_health_healthy, 75)

    def test_figures_that_make_no_sense(self):
        self.assertIn("error", self._edit(floor=self.measure.target))
        self.assertIn("error", self._edit(weight=-1))
        self.assertIn("error", self._edit(self.measure.dimension_id, weight=-1))

    def test_several_companies(self):
        other = self.env["res.company"].create(
            {"name": "Other", "client_health_healthy": 95, "client_health_risk": 80}
        )
        partner = self.env["res.partner"].create({"name": "Theirs", "is_company": True})
        theirs = self._create_relationship(partner, self.env["res.users"], company_id=other.id)
        self._set_points(90, theirs)
        self.Run._take(other, theirs.ids, self.today)
        self.manager.company_ids |= other
        for companies, counts in (
            (self.company, self._counts(5, 10, 0, 1)),
            (other, self._counts(0, 1, 0, 0)),
            (self.company | other, self._counts(5, 11, 0, 1)),
        ):
            measure = self.measure.with_user(self.manager).with_context(
                allowed_company_ids=companies.ids
            )
            preview = measure.new({"weight": 2}, origin=measure).band_preview
            self.assertEqual(preview["new"], counts, "The chosen companies, each by its own bands")
            self.assertEqual(len(preview["companies"]), len(companies) if len(companies) > 1 else 0)

    def test_ended_and_archived_clients_do_not_count(self):
        ended, archived = self.good[0], self.good[1]
        self._move(ended, "offboard", "ended")
        archived.active = False
        self.assertEqual(self._edit()["now"], self._counts(3, 10, 0, 1))

    def test_nobody_reads_money_off_it(self):
        """With weights on one measure, its limits would tell a client's margin by and by."""
        for user in (self.owner, self.seller, self.controller):
            measure = self.measure.with_user(user)
            with self.assertRaises(AccessError):
                measure.read(["band_preview"])
            with self.assertRaises(AccessError):
                measure.onchange({"weight": 9}, ["weight"], {"weight": {}, "band_preview": {}})

    def test_queries_do_not_grow(self):
        counts = []
        for clients in (self.middling[:5], self.clients | self._create_clients(40)):
            self.clients.active = False
            clients.active = True
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.Measure._preview_bands(self.company, self.Measure._get_measures())
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_saving_moves_nobody(self):
        """The settings say that all are at risk: the next nights show it, and move none."""
        stages = self.clients.mapped("stage_id.phase")
        vals = {"target": self.measure.target * 1e3 + 1e3, "weight": 1000, "dimension_weight": 1000}
        form = Form(self.measure.with_user(self.manager))
        for name, value in vals.items():
            form[name] = value
        form.save()
        for days_ago in (0, -1, -2):
            self._night(days_ago, self.clients)
        self.assertEqual(self.clients.mapped("stage_id.phase"), stages)
        self.assertFalse(self.clients.health_proposed_stage_id)

    def test_engine_by_hand(self):
        measures = [m for m in self.Measure._get_measures() if m.dimension in ("money", "contact")]
        lone = [replace(m, floor=0, target=100, weight=1) for m in measures]
        rows = [(1, 7, {m.code: 80 for m in lone}), (2, 7, {m.code: 49.96 for m in lone}),
                (3, 7, None)]  # fmt: skip
        settings = Settings(lone, {7: (75, 50)}, {7: set()})
        bands = get_bands(get_clients(rows), settings, {7: Caps()})
        self.assertEqual(bands, ["healthy", "risk", "none"], "49.96 is not 50 yet")
