from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...engine.profitability import margin, scenario
from .common_money import MoneyCommon, month_ago
from .common_money_access import MoneyAccessCommon


class ScenarioCommon(MoneyCommon):
    """``relationship``: 12,000 revenue, 200 hours at 40 an hour, a bill of 2,000; 50 an hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client, cls.owner)
        cls.controlled = cls._create_relationship(cls.other_client, cls.controller)
        cls.other_project = cls._create_project("Shop", cls.other_client)
        for project, revenue in ((cls.project, 12000), (cls.other_project, 20000)):
            cls._invoice(project.partner_id, [(revenue, {project: 100})], month_ago(2))
            cls._spend(project, 200, month_ago(3))
        cls._bill([(2000, {cls.project: 100})], month_ago(2))
        cls.Ledger._rebuild(cls.company)
        cls.env.invalidate_all()

    def _simulate(self, relationship=None, user=None, **values):
        relationship = relationship or self.relationship
        action = relationship.with_user(user or self.manager).action_simulate()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user or self.manager)
            .with_context(**action["context"])
        )
        for name, value in values.items():
            wizard[name] = value
        return wizard

    def _save(self, relationship=None, user=None, **values):
        relationship = relationship or self.relationship
        before = relationship.sudo().scenario_ids
        self._simulate(relationship, user, **values).save().action_save()
        return relationship.sudo().scenario_ids - before


@tagged("post_install", "-at_install")
class TestScenarioWizard(ScenarioCommon):
    def _get_rows(self, text):
        """Return the cells of the tables as texts, row by row."""
        from lxml import html  # noqa: PLC0415

        rows = html.fromstring(f"<div>{text}</div>").iter("tr")
        return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]

    def _money(self, amount):
        return " ".join(self.company.currency_id.format(amount).split())

    def test_it_begins_with_today(self):
        wizard = self._simulate()
        self.assertEqual(wizard.hours, 200)
        self.assertEqual(wizard.rate, 50)
        self.assertFalse(wizard.problem)
        self.assertEqual(wizard.name, "As today")
        for row in self._get_rows(wizard.comparison)[1:7]:
            self.assertEqual(row[1], row[2])
            self.assertEqual(row[3], "")

    def test_it_answers_while_one_types(self):
        wizard = self._simulate(rate_percent=10)
        rows = {row[0]: row[1:] for row in self._get_rows(wizard.comparison)}
        money = self._money
        self.assertEqual(rows["Revenue"], [money(12000), money(13000), "+" + money(1000)])
        self.assertEqual(rows["Margin"], [money(2000), money(3000), "+" + money(1000)])
        self.assertEqual(rows["Margin (%)"], ["16.7 %", "23.1 %", "+6.4 points"])
        self.assertEqual(rows["Breaks even at"][0], f"{money(40)}/h -20.0 %")
        self.assertEqual(rows["Reaches 60.0 % margin at"][0], f"{money(115)}/h +130.0 %")
        wizard.hours = 100
        rows = {row[0]: row[1:] for row in self._get_rows(wizard.comparison)}
        self.assertEqual(rows["Cost"][1], money(6000))
        self.assertEqual(wizard.name, "Rate +10.0 %, 100.0 h, fixed fee")

    def test_target_of_the_company(self):
        self.company.client_target_margin = 20
        rows = {row[0]: row[1] for row in self._get_rows(self._simulate().comparison)}
        money = self._money
        self.assertEqual(rows["Reaches 20.0 % margin at"], f"{money(52.5)}/h +5.0 %")
        for wrong in (0, 100, -5):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.company.client_target_margin = wrong
                self.env.flush_all()

    def test_target_in_settings(self):
        manager = self.env.ref("base.user_admin")
        manager.company_ids |= self.company
        settings = self.env["res.config.settings"].with_user(manager).with_company(self.company)
        record = settings.create({})
        self.assertEqual(record.client_target_margin, margin.TARGET_RATE)
        record.client_target_margin = 55
        self.assertEqual(self.company.client_target_margin, 55)

    def test_leaving(self):
        """The company earns (32000 - 2000) / 400 = 75 an hour."""
        wizard = self._simulate(kind="leave")
        rows = {row[0]: row[1:] for row in self._get_rows(wizard.comparison)}
        money = self._money
        lost = rows["Revenue Income lost, 37.5 % of all revenue"]
        self.assertEqual(lost, [money(12000), money(0), money(-12000)])
        saved = rows["Cost Saved, if the hours are no longer paid"]
        self.assertEqual(saved, [money(10000), money(0), money(-10000)])
        self.assertEqual(rows["Hours Freed"], ["200.0 h", "0.0 h", "-200.0 h"])
        self.assertEqual(rows["Effective hourly rate"][1], "–")
        self.assertEqual(rows["Income from these hours here"], [money(10000)])
        elsewhere = f"Income from these hours elsewhere at the company's average of {money(75)}/h"
        self.assertEqual(rows[elsewhere], [money(15000)])
        self.assertEqual(rows["Difference, if all of them are sold"], ["+" + money(5000)])
        self.assertEqual(rows["Share to sell elsewhere to earn the same"], ["66.7 %"])

    def test_unknown_is_said(self):
        self._spend(self.project, 100, month_ago(3), employee=self.intern)
        self.Ledger._rebuild(self.company)
        for kind in ("terms", "leave"):
            wizard = self._simulate(kind=kind)
            rows = {row[0].split(" Saved")[0]: row[1:] for row in self._get_rows(wizard.comparison)}
            self.assertEqual(rows["Cost"][0], "unknown")
            self.assertEqual(rows["Margin"][0], "unknown")
            self.assertEqual(rows["Margin (%)"][0], "unknown")
            self.assertIn("more than 10 % of the hours have no cost", wizard.comparison)
        rows = {row[0]: row for row in self._get_rows(self._simulate().comparison)}
        self.assertEqual(rows["Breaks even at"][1:3], ["unknown", "unknown"])

    def test_what_can_not_be_asked(self):
        for values in (
            {"rate_percent": -101},
            {"discount": 101},
            {"discount": -1},
            {"hours": -1},
            {"rate_mode": "amount", "rate": -1},
            {"rate_mode": "amount", "hours": 0},
        ):
            with self.subTest(**values):
                wizard = self._simulate(**values)
                self.assertTrue(wizard.problem)
                self.assertFalse(wizard.comparison)
                with self.assertRaises(UserError):
                    wizard.save().action_save()
        self.assertFalse(self.relationship.scenario_ids)

    def test_not_a_number(self):
        wizard = self.env["client.scenario.simulation"].create(
            {"relationship_id": self.relationship.id, "hours": float("nan")}
        )
        with self.assertRaises(UserError):
            wizard.action_save()

    def test_a_client_of_whom_nothing_is_known(self):
        newcomer = self._create_relationship(self.vendor, self.owner)
        self.assertIn("nothing to compare", self._simulate(newcomer).problem)

    def test_saved_figures_stay(self):
        saved = self._save(rate_percent=10, discount=5, note="They asked for it")
        self.assertEqual(saved.name, "Rate +10.0 %, 5.0 % discount")
        self.assertEqual(saved.note, "They asked for it")
        self.assertEqual(saved.create_uid, self.manager)
        before = saved.comparison, saved.result
        self._invoice(self.client, [(5000, {self.project: 100})], month_ago(1))
        self.company.client_target_margin = 30
        self.Ledger._rebuild(self.company)
        self.env.invalidate_all()
        self.assertEqual((saved.comparison, saved.result), before)
        self.assertNotEqual(self._simulate(rate_percent=10, discount=5).comparison, before[0])

    def test_leaving_is_saved_with_what_it_frees(self):
        saved = self._save(kind="leave")
        self.assertEqual(saved.name, "The client leaves")
        departure = scenario.Departure(*saved.figures["departure"])
        self.assertEqual(departure.difference, 5000)

    def test_nobody_forges_figures(self):
        saved = self._save(rate_percent=10)
        for user in (self.manager, self.env.ref("base.user_admin")):
            user.company_ids |= self.company
            mine = saved.with_user(user)
            for name, value in (
                ("figures", {}),
                ("discount", 5),
                ("date", "2020-01-01"),
                ("relationship_id", self.controlled.id),
            ):
                with self.assertRaises(AccessError):
                    mine.write({name: value})
            with self.assertRaises(AccessError):
                mine.create({"name": "x", "relationship_id": self.relationship.id})
            with self.assertRaises(AccessError):
                mine.with_context(default_figures={}).copy({"figures": {}})
            outcome = mine.load(["name", "relationship_id/.id"], [["x", self.relationship.id]])
            self.assertFalse(outcome["ids"])
            mine.write({"name": "Ours", "note": "Kept"})
        self.assertEqual(saved.name, "Ours")

    def test_queries_do_not_depend_on_how_many_are_saved(self):
        counts = []
        for number in (1, 4, 45):
            for _number in range(number):
                self.env["client.scenario"].create(
                    {
                        "relationship_id": self.relationship.id,
                        "name": "What if",
                        "figures": self.relationship._get_scenario_figures(scenario.KEEP),
                    }
                )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.relationship.scenario_ids.mapped("result")
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_it_survives_a_merge_of_clients(self):
        saved = self._save(self.controlled, rate_percent=10)
        self._save(rate_percent=20)
        before = saved.comparison
        self.env["base.partner.merge.automatic.wizard"].create({"state": "selection"})._merge(
            (self.client + self.other_client).ids, self.client
        )
        self.env.invalidate_all()
        relationship = self.env["client.relationship"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(len(relationship.scenario_ids), 2)
        self.assertIn(saved, relationship.scenario_ids)
        self.assertEqual(saved.comparison, before)


@tagged("post_install", "-at_install")
class TestScenarioAccess(ScenarioCommon, MoneyAccessCommon):
    def setUp(self):
        super().setUp()
        self.saved = self._save(rate_percent=10)
        self.controlled_saved = self._save(self.controlled, rate_percent=10)

    def test_who_has_no_business_with_money(self):
        values = {"relationship_id": self.relationship.id}
        relationship = [("id", "=", self.relationship.id)]
        for user in self.outsiders:
            for model in ("client.scenario", "client.scenario.simulation"):
                self.assertRefused(user, model, "search", [])
                self.assertRefused(user, model, "search_read", [], ["hours"])
                self.assertRefused(user, model, "formatted_read_group", [], ["kind"], ["hours:sum"])
                self.assertRefused(user, model, "create", values)
                self.assertRefused(user, model, "onchange", [], values, [], {"comparison": {}})
            self.assertRefused(user, "client.scenario", "read", self.saved.ids, ["comparison"])
            self.assertRefused(user, "client.scenario", "unlink", self.saved.ids)
            for method, args in (
                ("read", [self.relationship.ids, ["scenario_ids"]]),
                ("search", [[*relationship, ("scenario_ids.hours", ">", 0)]]),
                ("search", [[*relationship, ("scenario_ids", "!=", False)]]),
            ):
                self.assertRefused(user, "client.relationship", method, *args)
            self.assertRefused(
                user, "res.company", "read", self.company.ids, ["client_target_margin"]
            )
            with self.assertRaises(AccessError):
                self.relationship.with_user(user).action_simulate().keys()
                self._simulate(user=user)

    def test_money_of_own_clients_only(self):
        self.assertEqual(
            self.env["client.scenario"].with_user(self.controller).search([]),
            self.controlled_saved,
        )
        self.assertRefused(self.controller, "client.scenario", "read", self.saved.ids, ["result"])
        self.assertRefused(
            self.controller,
            "client.scenario.simulation",
            "onchange",
            [],
            {"relationship_id": self.relationship.id},
            [],
            {"comparison": {}, "hours": {}},
        )
        wizard = self._simulate(self.controlled, self.controller, kind="leave")
        wizard.save().action_save()
        self.assertEqual(len(self.controlled.scenario_ids), 2)

    def test_money_group_alone_simulates_nothing(self):
        self.controller.group_ids -= self.env.ref("client_health.group_client_user")
        with self.assertRaises(AccessError):
            self._simulate(self.controlled, self.controller)

    def test_followers_read(self):
        self.relationship.message_subscribe(self.controller.partner_id.ids)
        saved = self.saved.with_user(self.controller)
        self.assertTrue(saved.result)
        for attempt in (lambda: saved.write({"name": "x"}), saved.unlink):
            with self.assertRaises(AccessError):
                attempt()
        with self.assertRaises(AccessError):
            self._save(user=self.controller)

    def test_manager_may_delete(self):
        self.saved.with_user(self.manager).unlink()
        self.assertFalse(self.relationship.scenario_ids)

    def test_simulations_are_of_their_author(self):
        mine = self._simulate(self.controlled, self.controller).save()
        with self.assertRaises(AccessError):
            mine.with_user(self.manager).read(["hours"])

    def test_other_companies(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        abroad = self.env["client.relationship"].create(
            {"partner_id": self.client.id, "company_id": swiss.id, "user_id": False}
        )
        self._create_move("out_invoice", self.client, [10], month_ago(2), company=swiss)
        self.Ledger._rebuild(swiss)
        self._simulate(abroad, self.env.user, kind="leave").save().action_save()
        saved = abroad.scenario_ids
        self.assertEqual(saved.currency_id.name, "CHF")
        self.assertRefused(self.manager, "client.scenario", "read", saved.ids, ["result"])
        self.assertNotIn(saved, self.env["client.scenario"].with_user(self.manager).search([]))
        with self.assertRaises(AccessError):
            self._simulate(abroad)

    def test_average_of_the_company_is_its_own(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        self._create_move("out_invoice", self.client, [99999], month_ago(2), company=swiss)
        self.Ledger._rebuild(swiss)
        self.assertEqual(self.relationship._get_company_rate(), 75)

    def test_no_figure_gets_into_chatter_activity_or_mail(self):
        models = ("mail.message", "mail.mail", "mail.activity", "mail.tracking.value")
        before = {
            model: self.env[model].with_context(active_test=False).search([]) for model in models
        }
        tracking = self.relationship.with_context(tracking_disable=False)
        self.env.user.company_id.client_target_margin = 61.7
        for values in ({"rate_percent": 12.34}, {"kind": "leave"}, {"discount": 7.77}):
            saved = self._save(tracking, **values)
            saved.with_user(self.manager).with_context(tracking_disable=False).write(
                {"name": "Offer 98765", "note": "98765 in all"}
            )
        self.env.flush_all()
        self.cr.precommit.run()
        for model in models:
            after = self.env[model].with_context(active_test=False).search([])
            self.assertEqual(after, before[model], model)
        for model in ("client.scenario", "client.scenario.simulation"):
            self.assertNotIn("message_ids", self.env[model]._fields)
            self.assertNotIn("activity_ids", self.env[model]._fields)
