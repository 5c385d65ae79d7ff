import json
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ...engine.decision import departure
from ...engine.decision.money import read_discount, read_sums
from ...engine.decision.readings import read_balance
from ...engine.profitability import margin, scenario
from ...exceptions import MoveQuestion
from ..profitability.common_money import month_ago
from ..profitability.common_money_access import MoneyAccessCommon
from .common_offboarding import OffboardingCommon


class DecisionCommon(OffboardingCommon):
    def _open(self, relationship=None, user=None):
        relationship = relationship or self.relationship
        action = relationship.with_user(user or self.manager).action_view_decision()
        return self.env["client.decision"].with_user(user or self.manager).browse(action["res_id"])

    def _get_side(self, decision, code):
        return next(side for side in decision.sheet["sides"] if side["code"] == code)

    def _get_line(self, decision, code):
        lines = [line for side in decision.sheet["sides"] for line in side["lines"]]
        return next((line for line in lines if line["code"] == code), None)

    def _read(self, code, relationship=None):
        relationship = relationship or self.relationship
        found = read_balance(self.env, relationship, fields.Date.today())
        return found[relationship.id].get(code)


@tagged("post_install", "-at_install")
class TestDecision(DecisionCommon):
    def test_figures_are_those_of_the_ledger_to_the_cent(self):
        self._invoice(self.client, [(33.33, {self.project: 100})], month_ago(4))
        self._bill([(17.77, {self.project: 100})], month_ago(4))
        self.Ledger._rebuild(self.company)
        rows = self.Ledger.search([("relationship_id", "=", self.relationship.id)])
        figures = self._open().sudo()._get_figures()
        [figures] = figures.values()
        sums = margin.Sums(*figures["sums"])
        for name in ("revenue", "labour_cost", "other_cost", "hours"):
            self.assertAlmostEqual(getattr(sums, name), sum(rows.mapped(name)), places=2)
        self.assertAlmostEqual(sums.margin, sum(rows.mapped("margin")), places=2)
        self.relationship.invalidate_recordset()
        manager_view = self.relationship.with_user(self.manager)
        self.assertAlmostEqual(sums.revenue, manager_view.client_revenue, places=2)
        self.assertAlmostEqual(sums.cost, manager_view.client_cost, places=2)
        self.assertAlmostEqual(
            figures["revenue_share"], manager_view.client_revenue_share, places=2
        )
        self.assertAlmostEqual(figures["company_rate"], manager_view._get_company_rate(), places=6)
        leaving = manager_view._get_scenario_figures(scenario.LEAVE)
        departure = scenario.get_departure(sums, figures["company_rate"])
        for ours, other in zip(departure, leaving["departure"], strict=True):
            self.assertAlmostEqual(ours, other, places=2)

    def test_words_of_the_sheet(self):
        sheet = self._open().sheet
        facts = {fact["label"]: fact["value"] for fact in sheet["facts"]}
        money = self.company.currency_id.format
        self.assertEqual(facts["Income lost"], money(2000))
        self.assertEqual(facts["Cost saved"], money(4000))
        self.assertEqual(facts["Hours freed"], "100.0 h")
        # 11,000 for 120 hours is what an hour brings in on average
        self.assertEqual(facts["Earned elsewhere"], money(100 * 11000 / 120))
        self.assertEqual(facts["They still owe us"], money(2000))
        self.assertEqual(
            [column["title"] for column in sheet["scenarios"]["columns"]],
            [
                "Keep the terms",
                "Raise to break even",
                "Raise to 60.0 % margin",
                "End the relationship",
            ],
        )
        rows = {row["code"]: row["values"] for row in sheet["scenarios"]["rows"]}
        self.assertEqual(
            [value["text"] for value in rows["margin"]],
            [money(-2000), money(0), money(6000), money(0)],
        )
        for name in ("margin", "margin_rate"):
            bands = [value["band"] for value in rows[name]]
            self.assertEqual(bands, ["loss", "break_even", "profit", None])
        self.assertEqual(rows["margin_rate"][-1]["text"], "–")
        self.assertEqual(sheet["people"], [{"name": "Ada", "hours": "33.3 h"}])
        self.assertEqual(
            [line["label"] for line in sheet["referred"]["lines"]], [self.other_client.name]
        )
        self.assertEqual(sheet["referred"]["lines"][0]["value"], money(9000))

    def test_what_is_unknown_is_said(self):
        nobody = self._create_relationship(self._create_client("New"), self.owner)
        sheet = self._open(nobody).sheet
        self.assertEqual(sheet["quadrant"]["code"], "unknown")
        self.assertEqual(sheet["quadrant"]["title"], "Not enough known")
        self.assertEqual(self._open().sheet["quadrant"]["title"], "Not profitable for us")
        self.env.invalidate_all()
        self.assertIsNone(sheet["quadrant"]["us"])
        self.assertEqual(sheet["finding"], [])
        self.assertIn("Margin", sheet["sides"][0]["unknown"])
        self._spend(self.project, 500, month_ago(2), employee=self.intern)
        self.Ledger._rebuild(self.company)
        sheet = self._open().sheet
        facts = {fact["label"]: fact["value"] for fact in sheet["facts"]}
        self.assertEqual(facts["Cost saved"], "unknown")
        rows = {row["code"]: row["values"] for row in sheet["scenarios"]["rows"]}
        self.assertEqual(rows["margin"][0], {"text": "unknown", "band": None})
        self.assertEqual(len(sheet["scenarios"]["columns"]), 2, "no rate can be told")
        self.assertEqual(sheet["quadrant"]["code"], "unknown")

    def test_nothing_to_win_is_a_finding_with_reasons(self):
        self.assertEqual(self._open().sheet["finding"], [], "two months are no proof")
        for month in (4, 5, 6, 7):
            self._spend(self.project, 10, month_ago(month))
            self.env["client.feedback"].create(
                {
                    "relationship_id": self.relationship.id,
                    "kind": "price_pressure",
                    "text": "Cheaper",
                    "date": fields.Datetime.to_datetime(month_ago(month)),
                }
            )
        self.env.flush_all()
        self.env.cr.execute("UPDATE client_feedback SET create_date = date")
        self.Ledger._rebuild(self.company)
        self.env.invalidate_all()
        decision = self._open()
        finding = decision.sheet["finding"]
        self.assertEqual(len(finding), 4)
        self.assertIn("6 of the last 12 months", finding[0])
        self.assertIn("88 %", finding[1])
        pressure = self._get_line(decision, "price_pressure")
        self.assertEqual(pressure["tone"], "against")
        [source] = pressure["sources"]
        self.assertEqual(source["model"], "client.feedback")
        self.assertEqual(
            self.env["client.feedback"].browse(source["ids"]).mapped("kind"), ["price_pressure"] * 4
        )

    def test_open_money_and_promises(self):
        order = self._create_order(self.client, 700)
        draft = self._invoice(self.client, [50], month_ago(1), post=False)
        task, part = self.env["project.task"].create(
            [{"name": name, "project_id": self.project.id} for name in ("Logo", "Part")]
        )
        part.parent_id = task
        goal = self.env["client.goal"].create(
            {
                "name": "Bookings",
                "relationship_id": self.relationship.id,
                "state": "agreed",
                "date_end": month_ago(-3),
            }
        )
        found = departure.read(self.env, self.relationship, fields.Date.today(), {})
        left = found[self.relationship.id]
        self.assertEqual(left.to_invoice, 700)
        self.assertEqual(left.records["to_invoice"], order.ids)
        self.assertEqual(left.records["drafts"], draft.ids)
        self.assertEqual(left.receivable, 2000)
        self.assertEqual(left.promises, {"project.task": task.ids, "client.goal": goal.ids})

    def test_a_day_of_the_past(self):
        """In the past, what came later does not count; the ledger of those months does."""
        self._invoice(self.client, [(777, {self.project: 100})], month_ago(1))
        self.Ledger._rebuild(self.company)
        early = month_ago(1, 3)
        sums, total = read_sums(self.env, self.relationship, early)
        self.assertEqual(sums[self.relationship.id].revenue, 2000)
        self.assertEqual(total.revenue, 11000)
        now, _total = read_sums(self.env, self.relationship, fields.Date.today())
        self.assertEqual(now[self.relationship.id].revenue, 2777)

    def test_queries_do_not_depend_on_how_many(self):
        counts = []
        for number in (5, 50):
            clients = self._create_clients(number)
            self.env.flush_all()
            self.env.invalidate_all()
            clients.mapped("partner_id.name")
            before = self.cr.sql_log_count
            self.env["client.decision"]._read_figures(clients, fields.Date.today())
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestGiveAndTake(DecisionCommon):
    def test_discounts(self):
        self.assertEqual(self._read("discount").value, 0)
        day = month_ago(2)
        moves = self.env["account.move"]
        for price, discount in ((1000, 20), (100, 100)):
            move = self._invoice(self.client, [price], day, post=False)
            move.invoice_line_ids.discount = discount
            move.action_post()
            moves += move
        reading = self._read("discount")
        # 300 given away of 2,000 + 1,100 at list prices
        self.assertAlmostEqual(reading.value, 100 * 300 / 3100, places=2)
        self.assertAlmostEqual(reading.detail["amount"], 300, places=2)
        self.assertEqual(set(reading.detail["records"]["account.move"]), set(moves.ids))

    def test_discount_with_prices_that_include_tax(self):
        """200 net given away of 1,100, not 220 of 1,120: 18.18 %, not 19.64 %."""
        tax = self.env["account.tax"].create(
            {
                "name": "Included",
                "amount": 10,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
            }
        )
        move = self._invoice(self.vendor, [990, 220], month_ago(2), post=False)
        move.invoice_line_ids.tax_ids = tax
        move.invoice_line_ids[1].discount = 100
        move.action_post()
        self.assertEqual(move.amount_untaxed, 900)
        client = self._create_relationship(self.vendor)
        reading = read_discount(self.env, client, fields.Date.today())[client.id]
        self.assertAlmostEqual(reading.value, 18.18, places=2)
        self.assertAlmostEqual(reading.detail["amount"], 200, places=2)

    def test_losses_growth_and_rates(self):
        self.assertEqual(self._read("loss_months").value, 2)
        self.assertEqual(self._read("loss_probability").value, 75)
        self.assertIsNone(self._read("growth"), "a first year is compared with nothing")
        self._invoice(self.client, [(1600, {self.project: 100})], month_ago(15))
        self.Ledger._rebuild(self.company)
        self.assertEqual(self._read("growth").value, 25)
        # 20 an hour here, 11,000 / 120 on average
        self.assertAlmostEqual(
            self._read("rate_vs_average").value, 100 * (20 / (11000 / 120) - 1), places=2
        )
        self.assertEqual(self._read("unpaid_hours").detail["hours"], 100)

    def test_who_came_through_them(self):
        reading = self._read("referrals")
        self.assertEqual(reading.value, 1)
        self.assertEqual(
            reading.detail["records"]["client.relationship"], self.other_relationship.ids
        )
        self.assertIsNone(self._read("referrals", self.other_relationship))
        self._move(self.other_relationship, "offboard", "ended")
        self.assertIsNone(self._read("referrals"), "who is gone no longer counts")

    def test_confirmed_results(self):
        self.assertIsNone(self._read("confirmed"))
        results = self.env["client.accomplishment"].create(
            [
                {
                    "relationship_id": self.relationship.id,
                    "name": name,
                    "is_shared": True,
                    "asked_date": fields.Date.today() - timedelta(days=20),
                }
                for name in ("Bookings", "Shop", "Flyers", "Logo")
            ]
        )
        results[0]._answer(self.elena, "portal", "yes", amount=3000, words="Yes")
        results[1]._answer(self.elena, "portal", "no", words="Not quite")
        reading = self._read("confirmed")
        self.assertEqual((reading.value, reading.detail["asked"]), (25, 4))
        self.assertEqual(self._read("value_ratio").value, 150)
        unanswered = self._read("unanswered")
        self.assertEqual((unanswered.value, unanswered.detail["asked"]), (2, 4))
        self.assertEqual(
            set(unanswered.detail["records"]["client.accomplishment"]), set(results[2:].ids)
        )

    def _write(self, author, text, days, to=None):
        message = self.env["mail.message"].create(
            {
                "model": "project.project",
                "res_id": self.project.id,
                "author_id": author.id,
                "email_from": author.email or "x@example.com",
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "body": f"<p>{text}</p>",
                "partner_ids": [Command.set((to or author.browse()).ids)],
            }
        )
        message.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_message SET create_date = %s WHERE id = %s",
            (self.now - timedelta(days=days), message.id),
        )
        return message

    def test_questions_that_nobody_answered(self):
        us = self.owner.partner_id
        self._write(us, "Here is the status.", 30, self.elena)
        self.assertIsNone(self._read("unanswered"), "a report asks nothing")
        self._write(us, "See https://example.com/?a=1", 29, self.elena)
        self.assertIsNone(self._read("unanswered"), "a link asks nothing")
        asked = self._write(us, "Shall we go on?", 20, self.elena)
        reading = self._read("unanswered")
        self.assertEqual(reading.value, 1)
        self.assertEqual(reading.detail["records"]["mail.message"], asked.ids)
        self._write(us, "And now?", 2, self.elena)
        self.assertEqual(self._read("unanswered").value, 1, "they have a week")
        self._write(self.elena, "Yes.", 1)
        reading = self._read("unanswered")
        self.assertEqual((reading.value, reading.detail["asked"]), (0, 2))

    def test_messages_that_wait_for_us(self):
        self.assertEqual(self._read("waiting").value, 0)
        message = self._write(self.elena, "Where is it?", 3)
        reading = self._read("waiting")
        self.assertEqual(reading.value, 1)
        self.assertEqual(reading.detail["records"]["mail.message"], message.ids)

    def test_agreement_that_was_never_answered(self):
        agreement = self.env["client.agreement"].create(
            {"relationship_id": self.relationship.id, "name": "Rules", "outcome": "<p>x</p>"}
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE client_agreement SET state = 'proposed', proposed_on = %s WHERE id = %s",
            (self.now - timedelta(days=60), agreement.id),
        )
        self.env.invalidate_all()
        reading = self._read("unanswered")
        self.assertEqual(reading.detail["records"]["client.agreement"], agreement.ids)


@tagged("post_install", "-at_install")
class TestDeciding(DecisionCommon):
    def test_decided_stays_as_it_was(self):
        decision = self._open()
        self.assertEqual(self._open(), decision, "one open sheet per client")
        decision.write({"choice": "keep", "reason": "They pay in names"})
        before = json.dumps(decision.sheet, sort_keys=True)
        decision.action_decide()
        self.assertRecordValues(
            decision,
            [{"state": "decided", "decided_by_id": self.manager.id, "choice": "keep"}],
        )
        self._invoice(self.client, [(5000, {self.project: 100})], month_ago(1))
        self._create_order(self.client, 10)
        self.Ledger._rebuild(self.company)
        self.env.invalidate_all()
        kept = self.env["client.decision"].with_user(self.manager).browse(decision.id)
        self.assertEqual(json.dumps(kept.sheet, sort_keys=True), before)
        new = self._open()
        self.assertNotEqual(new, decision)
        self.assertNotEqual(json.dumps(new.sheet, sort_keys=True), before)
        for attempt in (
            lambda: kept.write({"choice": "leave"}),
            lambda: kept.write({"reason": "Too dear"}),
            kept.action_decide,
        ):
            with self.assertRaises(UserError):
                attempt()
        self.assertEqual(self.relationship.phase, "healthy", "keeping moves nobody")

    def test_asks_for_decision_and_reason(self):
        decision = self._open()
        with self.assertRaisesRegex(UserError, "one of the three decisions"):
            decision.action_decide()
        decision.choice = "keep"
        with self.assertRaisesRegex(UserError, "reason|why"):
            decision.action_decide()

    def test_raise_plans_the_talk_without_a_figure(self):
        decision = self._open()
        decision.write({"choice": "raise", "reason": "To 95 an hour"})
        decision.action_decide()
        activity = self.relationship.activity_ids.filtered(
            lambda activity: activity.summary == "Discuss the rate"
        )
        self.assertEqual(activity.user_id, self.owner)
        self.assertNotIn("95", f"{activity.summary}{activity.note}")

    def test_leave_moves_and_keeps_the_sheet_with_the_offboarding(self):
        decision = self._open()
        decision.write({"choice": "leave", "reason": "Nothing to win"})
        action = decision.action_decide()
        offboarding = self.relationship.offboarding_ids
        self.assertEqual(
            (action["res_model"], action["res_id"]), (offboarding._name, offboarding.id)
        )
        self.assertEqual(offboarding.decision_id, decision.sudo(False).with_env(self.env))
        self.assertEqual(offboarding.reason, "Nothing to win")
        self.assertEqual(decision.state, "decided")
        self.assertEqual(self.relationship.phase, "offboard")

    def test_any_way_out_keeps_a_sheet(self):
        self._move(self.relationship, "offboard", user=self.manager)
        decision = self.relationship.offboarding_ids.decision_id
        self.assertRecordValues(
            decision,
            [{"state": "decided", "choice": "leave", "decided_by_id": self.manager.id}],
        )
        self.assertEqual(margin.Sums(*decision._get_figures()[decision.id]["sums"]).revenue, 2000)

    def test_only_a_manager_parts(self):
        controlled = self._create_relationship(self.vendor, self.controller)
        decision = self._open(controlled, self.controller)
        decision.write({"choice": "leave", "reason": "Too dear"})
        with self.assertRaisesRegex(UserError, "Only a manager"):
            decision.action_decide()
        decision.write({"choice": "keep"})
        decision.action_decide()
        self.assertEqual(decision.state, "decided")

    def test_after_a_reboot_the_sheet_is_seen_first(self):
        self._move(self.relationship, "at_risk", "reboot")
        move = {"stage_id": self._get_stage("offboard").id, "stage_reason": "Not renewed"}
        mine = self.relationship.with_user(self.manager)
        second = new_test_user(
            self.env,
            "ch_second_manager",
            groups="base.group_user,client_health.group_client_manager",
            company_ids=[Command.set(self.company.ids)],
            company_id=self.company.id,
        )
        self._open(user=second)
        with self.assertRaises(MoveQuestion) as caught:
            mine.write({"stage_id": move["stage_id"]})
        self.assertIn("what each side gave", str(caught.exception), "Before a reason is asked for")
        with self.assertRaises(MoveQuestion) as caught:
            mine.write(move)
        context = caught.exception.context
        opener = (
            self.env["ir.actions.server"]
            .browse(context["action"])
            .with_user(self.manager)
            .with_context(**context["action_context"])
        )
        action = opener.run()
        decision = self.env["client.decision"].browse(action["res_id"])
        self.assertEqual(decision.relationship_id, self.relationship)
        self.assertEqual(decision.seen_by_ids, second + self.manager)
        decision.seen_date = self.now - timedelta(days=31)
        with self.assertRaises(MoveQuestion):
            mine.write(move)
        decision.seen_date = self.now - timedelta(days=29)
        mine.write(move)
        self.assertEqual(self.relationship.phase, "offboard")

    def test_several_at_once_are_named(self):
        both = self.relationship + self.other_relationship
        self._move(both, "at_risk", "reboot")
        with self.assertRaisesRegex(UserError, self.other_client.name):
            both.with_user(self.manager).write(
                {"stage_id": self._get_stage("offboard").id, "stage_reason": "Too dear"}
            )

    def test_no_figure_gets_into_chatter_activity_or_mail(self):
        names = ("mail.message", "mail.activity", "mail.tracking.value", "mail.mail")
        before = {name: self.env[name].with_context(active_test=False).search([]) for name in names}
        relationship = self.relationship.with_context(tracking_disable=False)
        decision = self._open(relationship)
        decision.write({"choice": "raise", "reason": "98765"})
        decision.action_decide()
        self._move(relationship, "offboard", user=self.manager)
        offboarding = relationship.offboarding_ids.with_user(self.owner)
        offboarding.with_context(tracking_disable=False).write({"notice_date": self.now.date()})
        self.env.flush_all()
        self.cr.precommit.run()
        texts = []
        for name in names:
            new = self.env[name].with_context(active_test=False).search([]) - before[name]
            for record in new:
                texts += [str(record[fname] or "") for fname in record._fields
                          if record._fields[fname].store
                          and record._fields[fname].type in ("char", "text", "html")]  # fmt: skip
        self.assertTrue(texts)
        for text in texts:
            for figure in ("2,000", "2000", "4,000", "98765", "9,000"):
                self.assertNotIn(figure, text)
        self.assertNotIn("message_ids", self.env["client.decision"]._fields)
        self.assertNotIn("activity_ids", self.env["client.decision"]._fields)


@tagged("post_install", "-at_install")
class TestDecisionAccess(DecisionCommon, MoneyAccessCommon):
    def test_who_has_no_business_with_money(self):
        decision = self._open()
        ours = [("id", "=", self.relationship.id)]
        for user in self.outsiders:
            self.assertRefused(user, "client.decision", "read", decision.ids, ["sheet"])
            self.assertRefused(user, "client.decision", "search", [])
            self.assertRefused(user, "client.decision", "search_read", [], ["choice"])
            self.assertRefused(
                user, "client.decision", "formatted_read_group", [], ["choice"], ["__count"]
            )
            self.assertRefused(
                user, "client.decision", "create", {"relationship_id": self.relationship.id}
            )
            self.assertRefused(
                user, "client.relationship", "read", self.relationship.ids, ["decision_ids"]
            )
            self.assertRefused(
                user, "client.relationship", "search", [*ours, ("decision_ids", "!=", False)]
            )
            self.assertRefused(
                user, "client.relationship", "action_view_decision", self.relationship.ids
            )
            self.assertRefused(user, "client.offboarding", "search", [], order="decision_id")
            self.assertRefused(
                user, "client.offboarding", "formatted_read_group", [], ["decision_id"], ["__count"]
            )

    def test_raw_figures_are_for_nobody(self):
        decision = self._open()
        for user in (self.controller, self.manager, self.env.ref("base.user_admin")):
            self.assertRefused(user, "client.decision", "read", decision.ids, ["figures"])
            self.assertRefused(user, "client.decision", "search", [("figures", "!=", False)])

    def test_money_of_own_clients_only(self):
        decision = self._open()
        self.assertRefused(self.controller, "client.decision", "read", decision.ids, ["sheet"])
        self.assertRefused(
            self.controller, "client.relationship", "action_view_decision", self.relationship.ids
        )
        self.relationship.user_id = self.controller
        sheet = self._open(user=self.controller).sheet
        self.assertEqual(sheet["referred"]["lines"], [])
        self.assertEqual(sheet["referred"]["hidden"], 1)
        self.assertNotIn("9,000", json.dumps(sheet))
        self.assertNotIn(self.other_client.name, json.dumps(sheet))
        self.assertIsNone(
            next(
                (line for line in sheet["sides"][0]["lines"]
                 if line["code"] == "referrals" and line["sources"]), None
            )
        )  # fmt: skip

    def test_what_the_reader_may_not_open_is_no_link(self):
        self.relationship.user_id = self.controller
        sheet = self._open(user=self.controller).sheet
        owed = next(fact for fact in sheet["facts"] if fact["label"] == "They still owe us")
        self.assertEqual(owed["sources"], [], "the controller may not read invoices")
        accountant = self.manager
        accountant.group_ids += self.env.ref("account.group_account_readonly")
        sheet = self._open(user=accountant).sheet
        owed = next(fact for fact in sheet["facts"] if fact["label"] == "They still owe us")
        self.assertEqual(owed["sources"][0]["model"], "account.move")
        self.assertEqual(len(owed["sources"][0]["ids"]), 2)

    def test_evidence_is_refused(self):
        decision = self._open()
        for values in (
            {"state": "decided"},
            {"figures": {}},
            {"decided_by_id": self.owner.id},
            {"seen_by_ids": [Command.set(self.manager.ids)]},
            {"seen_date": "2030-01-01"},
            {"date": "2020-01-01"},
            {"relationship_id": self.other_relationship.id},
        ):
            self.assertRefused(self.manager, "client.decision", "write", decision.ids, values)
        self.assertRefused(self.manager, "client.decision", "unlink", decision.ids)
        self.assertRefused(
            self.manager, "client.decision", "create", {"relationship_id": self.relationship.id}
        )
        outcome = decision.load([".id", "state"], [[str(decision.id), "Decided"]])
        self.assertFalse(outcome["ids"])

    def test_other_companies(self):
        swiss = self._create_company("Northlight Alps", "CHF")
        abroad = self.env["client.relationship"].create(
            {"partner_id": self.client.id, "company_id": swiss.id, "user_id": False}
        )
        self._create_move("out_invoice", self.client, [10], month_ago(2), company=swiss)
        self.Ledger._rebuild(swiss)
        decision = self.env["client.decision"]._open_sheet(abroad.sudo())
        [figures] = decision.sudo()._get_figures().values()
        self.assertEqual(margin.Sums(*figures["sums"]).revenue, 10)
        self.assertEqual(figures["departure"]["receivable"], 10)
        self.assertRefused(self.manager, "client.decision", "read", decision.ids, ["sheet"])
        self.assertRefused(self.manager, "client.relationship", "action_view_decision", abroad.ids)
        mine = self._open().sudo()._get_figures()
        self.assertEqual(list(mine.values())[0]["departure"]["receivable"], 2000)
