from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import ClientHealthCommon


class FitCommon(ClientHealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.criteria = cls.env["client.fit.criterion"]._get_asked()
        cls.budget = cls.env.ref("client_health.client_fit_criterion_budget")
        cls.discount = cls.env.ref("client_health.client_fit_criterion_early_discount")
        cls.value_first = cls.env.ref("client_health.client_fit_criterion_value_first")
        cls.sales = new_test_user(
            cls.env, "fit_sales", groups="base.group_user,sales_team.group_sale_salesman"
        )
        cls.other_sales = new_test_user(
            cls.env, "fit_other", groups="base.group_user,sales_team.group_sale_salesman"
        )
        cls.leader = new_test_user(
            cls.env, "fit_leader", groups="base.group_user,sales_team.group_sale_salesman_all_leads"
        )
        cls.prospect = cls.env["res.partner"].create({"name": "New Prospect", "is_company": True})
        cls.lead = cls._create_lead(cls.prospect, cls.sales)
        cls.won_stage = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)

    @classmethod
    def _create_lead(cls, partner, user, **vals):
        return cls.env["crm.lead"].create(
            {
                "name": f"Work for {partner.name}",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": user.id,
                **vals,
            }
        )

    @classmethod
    def _good_answer(cls, criterion):
        return "no" if criterion.section == "red_flag" else "yes"

    @classmethod
    def _answer(cls, record, answers=None, *, rest=True):
        """Answer as on the form: all well, but for ``answers`` {criterion: answer}."""
        answers = answers or {}
        sheet = record.fit_sheet
        for question in sheet["questions"]:
            criterion = cls.criteria.browse(question["id"])
            if criterion in answers:
                question["answer"] = answers[criterion]
            elif rest:
                question["answer"] = cls._good_answer(criterion)
        record.fit_sheet = sheet


@tagged("post_install", "-at_install")
class TestFitSheet(FitCommon):
    def test_all_questions_are_there_in_their_sections(self):
        questions = self.lead.with_user(self.sales).fit_sheet["questions"]
        self.assertEqual([question["id"] for question in questions], self.criteria.ids)
        sections = list(dict.fromkeys(question["section"] for question in questions))
        self.assertEqual(
            sections,
            [
                "Do they understand us?",
                "Are we on the same page?",
                "Do we want the same?",
                "Is it all about money?",
                "Red flags",
            ],
        )
        self.assertFalse(self.lead.fit_answer_ids)
        self.assertEqual(self.lead.fit_state, "unknown")

    def test_only_what_changed_is_written(self):
        lead = self.lead.with_user(self.sales)
        self._answer(lead, {self.budget: "yes"}, rest=False)
        self.assertEqual(lead.fit_answer_ids.criterion_id, self.budget)
        stale = lead.fit_sheet
        self._answer(lead, {self.discount: "yes"}, rest=False)
        for question in stale["questions"]:
            if question["id"] == self.value_first.id:
                question["answer"] = "no"
        lead.fit_sheet = stale
        self.assertEqual(
            {line.criterion_id: line.answer for line in lead.fit_answer_ids},
            {self.budget: "yes", self.discount: "yes", self.value_first: "no"},
            "A form opened before a colleague answered does not undo the colleague's answer",
        )
        self._answer(lead, {self.budget: ""}, rest=False)
        self.assertNotIn(self.budget, lead.fit_answer_ids.criterion_id)

    def test_form_judges_before_saving(self):
        with Form(self.lead.with_user(self.sales), "crm.crm_lead_view_form") as form:
            sheet = form.fit_sheet
            for question in sheet["questions"]:
                question["answer"] = "no" if question["red_flag"] else "yes"
            form.fit_sheet = sheet
            self.assertEqual(form.fit_state, "fit")
            self.assertEqual(form.fit_known, 100)
            kept = form.fit_sheet["questions"][0]
            self.assertEqual((kept["answer"], kept["saved"]), ("yes", ""))
        self.assertEqual(self.lead.fit_state, "fit")
        self.assertEqual(len(self.lead.fit_answer_ids), len(self.criteria))

    def test_new_opportunity_with_answers(self):
        with Form(
            self.env["crm.lead"].with_user(self.sales).with_context(default_type="opportunity"),
            "crm.crm_lead_view_form",
        ) as form:
            form.name = "From scratch"
            sheet = form.fit_sheet
            sheet["questions"][0]["answer"] = "yes"
            form.fit_sheet = sheet
        self.assertEqual(form.record.fit_answer_ids.criterion_id, self.criteria[0])

    def test_states(self):
        lead = self.lead
        self._answer(lead, {self.discount: "yes"})
        self.assertEqual((lead.fit_state, lead.fit_red_flags), ("fit", 1))
        self._answer(lead, {self.budget: "no"}, rest=False)
        self.assertEqual(lead.fit_state, "deal_breaker")
        self._answer(lead, dict.fromkeys(self.criteria, "unknown"))
        self.assertEqual((lead.fit_state, lead.fit_known), ("unknown", 0))
        self._answer(lead, dict.fromkeys(self.criteria, "partly"))
        self.assertEqual((lead.fit_state, lead.fit_score), ("not_fit", 50))

    def test_pipeline_filters_and_groups(self):
        other = self._create_lead(self.prospect, self.sales)
        self._answer(self.lead)
        here = [("id", "in", (self.lead | other).ids)]
        leads = self.env["crm.lead"].with_user(self.sales)
        self.assertEqual(leads.search([*here, ("fit_state", "=", "fit")]), self.lead)
        self.assertEqual(leads.search([*here, ("fit_state", "=", "unknown")]), other)
        self.assertEqual(
            dict(leads._read_group(here, ["fit_state"], ["__count"])), {"fit": 1, "unknown": 1}
        )

    def test_queries_do_not_grow(self):
        partners = self.env["res.partner"].create([{"name": f"P{i}"} for i in range(50)])
        leads = self.env["crm.lead"].create(
            [{"name": p.name, "type": "opportunity", "partner_id": p.id} for p in partners]
        )
        self.env["client.fit.answer"].create(
            [
                {"lead_id": lead.id, "criterion_id": self.budget.id, "answer": "yes"}
                for lead in leads
            ]
        )
        counts = []
        for some in (leads[:5], leads):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("fit_sheet")
            some.mapped("fit_progress")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 8)

    def test_questions_are_edited_and_open_fits_judged_again(self):
        lost = self._create_lead(self.prospect, self.sales)
        half = {criterion: "unknown" for criterion in self.criteria[4:]}
        self._answer(self.lead, half)
        self._answer(lost, half)
        lost.action_set_lost()
        self.assertEqual(self.lead.fit_state, "unknown")
        self.criteria[4:].with_user(self.manager).active = False
        self.assertEqual(self.lead.fit_state, "fit")
        self.assertEqual(lost.fit_state, "unknown", "What is decided stays as it was judged")
        self.env["client.fit.criterion"].with_user(self.manager).create(
            {"name": "They laugh at our jokes", "weight": 20}
        )
        self.assertEqual(self.lead.fit_state, "unknown")

    def test_answered_question_is_archived_not_deleted(self):
        self._answer(self.lead)
        with self.assertRaisesRegex(UserError, "archive"):
            self.budget.with_user(self.manager).unlink()
        spare = self.env["client.fit.criterion"].create({"name": "Spare"})
        spare.with_user(self.manager).unlink()

    def test_merge_keeps_what_is_known(self):
        other = self._create_lead(self.prospect, self.sales)
        self._answer(self.lead, {self.budget: "unknown", self.discount: "no"}, rest=False)
        self._answer(other, {self.budget: "no", self.value_first: "yes"}, rest=False)
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(
            {line.criterion_id: line.answer for line in merged.fit_answer_ids},
            {self.budget: "no", self.discount: "no", self.value_first: "yes"},
        )
        self.assertEqual(merged.fit_state, "deal_breaker")


@tagged("post_install", "-at_install")
class TestFitGate(FitCommon):
    def setUp(self):
        super().setUp()
        self.company.client_fit_required = True

    def _ways_to_win(self):
        """Yield (name, call) of every way in which an opportunity is won."""
        leads = self.lead.with_user(self.sales)
        stage = self.won_stage
        yield "button", lambda: leads.action_set_won_rainbowman()
        yield "drag", lambda: leads.web_save({"stage_id": stage.id}, {"stage_id": {}})
        yield (
            "mass edit",
            lambda: (leads | self.second.with_user(self.sales)).write({"stage_id": stage.id}),
        )
        yield (
            "create",
            lambda: leads.create({"name": "New", "type": "opportunity", "stage_id": stage.id}),
        )

    def test_refused_by_every_way(self):
        self.second = self._create_lead(self.prospect, self.sales)
        for name, call in self._ways_to_win():
            with self.subTest(way=name):
                with (
                    self.assertRaisesRegex(UserError, "not enough is known"),
                    self.env.cr.savepoint(),
                ):
                    call()
                self.env.invalidate_all()
                self.assertEqual(self.lead.won_status, "pending")

    def test_import_is_refused(self):
        result = self.env["crm.lead"].load(
            ["name", "type", "stage_id/.id"], [["Imported", "opportunity", str(self.won_stage.id)]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("not enough is known", result["messages"][0]["message"])

    def test_a_stage_that_becomes_won(self):
        stage = self.env["crm.stage"].create({"name": "Signed"})
        self.lead.stage_id = stage
        with self.assertRaisesRegex(UserError, "not enough is known"):
            stage.is_won = True

    def _assert_refused(self, message):
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            self.lead.action_set_won()
        self.env.invalidate_all()

    def test_message_names_what_is_missing(self):
        self._assert_refused(r"Work for New Prospect\n– .*0 of 14 answered")
        self._answer(self.lead, {self.budget: "no"})
        self._assert_refused(self.budget.name)
        self._answer(self.lead, dict.fromkeys(self.criteria, "partly"))
        self._assert_refused("not a fit")

    def test_fit_is_won(self):
        self._answer(self.lead)
        self.lead.with_user(self.sales).action_set_won_rainbowman()
        self.assertEqual(self.lead.won_status, "won")
        self.lead.stage_id.name = "Won"
        self.lead.with_user(self.sales).write({"expected_revenue": 5})

    def test_other_company_does_not_ask(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_lead(self.prospect, self.env["res.users"], company_id=sister.id)
        far.action_set_won()
        self.assertEqual(far.won_status, "won")

    def test_not_required(self):
        self.company.client_fit_required = False
        self.lead.action_set_won()
        self.assertEqual(self.lead.won_status, "won")

    def test_setting(self):
        self.company.client_fit_required = False
        settings = self.env["res.config.settings"].create({"client_fit_required": True})
        settings.execute()
        self.assertTrue(self.company.client_fit_required)


@tagged("post_install", "-at_install")
class TestFitRounds(FitCommon):
    def _win(self, **answers):
        self._answer(self.lead, answers.get("answers"))
        self.lead.fit_note = "They came by bicycle"
        self.lead.with_user(self.sales).action_set_won()
        return self.env["client.relationship"].search([("partner_id", "=", self.prospect.id)])

    def test_winning_takes_the_answers_along(self):
        relationship = self._win(answers={self.discount: "partly"})
        signed = relationship.fit_round_ids
        self.assertRecordValues(
            signed,
            [
                {
                    "reason": "before_signing",
                    "lead_id": self.lead.id,
                    "fit_state": "fit",
                    "fit_red_flags": 1,
                    "fit_note": "They came by bicycle",
                }
            ],
        )
        self.assertEqual(signed.flag_ids.criterion_id, self.discount)
        self.assertEqual(signed._get_fit_answers(), self.lead._get_fit_answers())
        self.assertEqual(relationship.fit_signed_state, "fit")
        self.assertEqual(relationship.fit_flag_count, 1)

    def test_existing_client_gets_them_as_well(self):
        lead = self._create_lead(self.client_partner, self.sales)
        self._answer(lead)
        lead.action_set_won()
        self.assertEqual(self.relationship.fit_round_ids.lead_id, lead)

    def test_won_again_brings_the_round_up_to_date(self):
        relationship = self._win()
        self.lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self._answer(self.lead, {self.discount: "yes"}, rest=False)
        self.lead.action_set_won()
        self.assertEqual(len(relationship.fit_round_ids), 1)
        self.assertEqual(relationship.fit_round_ids.fit_red_flags, 1)

    def test_won_without_answers_or_client(self):
        self.lead.action_set_won()
        relationship = self.env["client.relationship"].search(
            [("partner_id", "=", self.prospect.id)]
        )
        self.assertFalse(relationship.fit_round_ids)
        self.assertFalse(relationship.fit_state, "Nobody asked: neither good nor bad")
        nobody = self.env["crm.lead"].create({"name": "Nobody", "type": "opportunity"})
        self._answer(nobody)
        nobody.action_set_won()
        self.assertEqual(nobody.won_status, "won")

    def test_before_signing_is_kept_as_it_was(self):
        relationship = self._win(answers={self.discount: "yes"})
        signed = relationship.fit_round_ids.with_user(self.manager)
        line = signed.fit_answer_ids[:1]
        attempts = {
            "answer": lambda: line.write({"answer": "partly"}),
            "sheet": lambda: self._answer(signed, {self.budget: "no"}, rest=False),
            "delete answer": lambda: line.unlink(),
            "add answer": lambda: signed.write({"fit_answer_ids": [(5, 0, 0)]}),
            "delete": lambda: signed.unlink(),
            "note": lambda: signed.write({"fit_note": "All was well"}),
            "reason": lambda: signed.write({"reason": "check"}),
            "create": lambda: signed.create(
                {"relationship_id": relationship.id, "reason": "before_signing"}
            ),
        }
        for name, attempt in attempts.items():
            with (
                self.subTest(attempt=name),
                self.assertRaisesRegex(UserError, "before signing"),
                self.env.cr.savepoint(),
            ):
                attempt()
        result = signed.load(
            ["relationship_id/.id", "reason"], [[str(relationship.id), "Before signing"]]
        )
        self.assertFalse(result["ids"])

    def test_flag_comes_true(self):
        discount = self.discount.with_user(self.manager)
        before = (discount.seen_count, discount.came_true_count)
        relationship = self._win(answers={self.discount: "yes"})
        signed = relationship.fit_round_ids.with_user(self.manager)
        with Form(signed) as form, form.flag_ids.edit(0) as line:
            line.date_came_true = "2026-01-15"
        self.assertTrue(signed.flag_ids.date_came_true)
        discount.invalidate_recordset()
        after = (discount.seen_count, discount.came_true_count)
        self.assertEqual(after, (before[0] + 1, before[1] + 1))

    def test_asked_again_side_by_side(self):
        relationship = self._win()
        again = relationship._start_fit_round("reboot")
        self.assertEqual(again.fit_state, "unknown")
        self.assertEqual(relationship.fit_state, "fit", "An open round says nothing yet")
        self._answer(again, {self.discount: "yes", self.budget: "partly"})
        sheet = again.fit_sheet
        self.assertEqual([column["title"] for column in sheet["columns"]], ["Before signing"])
        by_id = {question["id"]: question for question in sheet["questions"]}
        self.assertEqual(by_id[self.discount.id]["before"], ["no"])
        self.assertEqual(by_id[self.discount.id]["answer"], "yes")
        history = relationship.fit_history
        self.assertEqual(len(history["columns"]), 2)
        row = next(q for q in history["questions"] if q["id"] == self.budget.id)
        self.assertEqual(row["before"], ["yes", "partly"])
        self.assertEqual(relationship.fit_flag_count, 1)

    def test_open_round_is_used_not_doubled(self):
        clients = self._create_clients(3)
        first = clients[0]._start_fit_round("check")
        rounds = clients._start_fit_round("expectation")
        self.assertEqual(len(rounds), 3)
        self.assertIn(first, rounds)
        self.assertEqual(set(rounds.mapped("reason")), {"check", "expectation"})
        for client in clients:
            reminders = client.activity_search(["client_health.mail_activity_type_fit"])
            self.assertEqual(len(reminders), 1)

    def test_starting_rounds_is_set_based(self):
        few, many = self._create_clients(5), self._create_clients(50)
        counts = []
        for clients in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clients._start_fit_round("check")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 45, "Less than one more query per client")

    def test_search_by_fit(self):
        relationship = self._win()
        other = self._create_clients(1)
        here = [("id", "in", (relationship | other).ids)]
        clients = self.env["client.relationship"]
        self.assertEqual(clients.search([*here, ("fit_signed_state", "=", "fit")]), relationship)
        self.assertEqual(clients.search([*here, ("fit_signed_state", "=", False)]), other)
        self.assertEqual(clients.search([*here, ("fit_state", "!=", "fit")]), other)

    def test_joined_clients_keep_their_rounds(self):
        relationship = self._win(answers={self.discount: "yes"})
        relationship._start_fit_round("check")
        self.relationship._start_fit_round("check")
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._merge((self.prospect | self.client_partner).ids, self.client_partner)
        kept = self.env["client.relationship"].search([("partner_id", "=", self.client_partner.id)])
        self.assertEqual(len(kept.fit_round_ids), 3)
        self.assertEqual(kept.fit_signed_state, "fit")
        self.assertEqual(
            len(kept.fit_round_ids.fit_answer_ids), len(self.criteria), "With all answers"
        )


@tagged("post_install", "-at_install")
class TestFitAccess(FitCommon):
    def test_answers_follow_the_opportunity(self):
        self._answer(self.lead, {self.budget: "yes"}, rest=False)
        line = self.lead.fit_answer_ids
        plain = self._create_user("plain", "base.group_user")
        rights = {
            self.sales: True,
            self.leader: True,
            self.other_sales: False,
            self.owner: False,
            self.seller: False,
            self.controller: False,
            self.portal: False,
            plain: False,
        }
        for user, allowed in rights.items():
            for operation in ("read", "write"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertEqual(line.with_user(user).has_access(operation), allowed)

    def test_rounds_follow_the_client(self):
        fit_round = self.relationship._start_fit_round("check", remind=False)
        self._answer(fit_round, {self.budget: "yes"}, rest=False)
        line = fit_round.fit_answer_ids
        rights = {
            self.owner: ("read", "write"),
            self.colleague: (),
            self.seller: ("read", "write"),
            self.controller: (),
            self.manager: ("read", "write", "unlink"),
            self.portal: (),
        }
        for user, allowed in rights.items():
            for operation in ("read", "write", "unlink"):
                with self.subTest(user=user.login, operation=operation):
                    self.assertEqual(
                        fit_round.with_user(user).has_access(operation), operation in allowed
                    )
                    if operation != "unlink":
                        self.assertEqual(
                            line.with_user(user).has_access(operation), operation in allowed
                        )

    def test_followers_read_only(self):
        fit_round = self.relationship._start_fit_round("check", remind=False)
        self._answer(fit_round, {self.budget: "yes"}, rest=False)
        self.relationship.message_subscribe(self.colleague.partner_id.ids)
        for record in (fit_round, fit_round.fit_answer_ids):
            mine = record.with_user(self.colleague)
            self.assertTrue(mine.has_access("read"))
            self.assertFalse(mine.has_access("write"))
        other = self._create_clients(1)
        other.message_subscribe(self.colleague.partner_id.ids)
        with self.assertRaises(AccessError):
            other.with_user(self.colleague)._start_fit_round("check")

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self._create_relationship(
            self.prospect, self.env["res.users"], company_id=sister.id
        )._start_fit_round("check", remind=False)
        self._answer(far, {self.budget: "yes"}, rest=False)
        self.assertFalse(far.with_user(self.manager).has_access("read"))
        self.assertFalse(far.fit_answer_ids.with_user(self.manager).has_access("read"))

    def test_questions_are_up_to_managers(self):
        for user, allowed in ((self.seller, False), (self.sales, False), (self.manager, True)):
            self.assertEqual(self.budget.with_user(user).has_access("write"), allowed)
            self.assertTrue(self.budget.with_user(user).has_access("read"))
        self.assertFalse(self.budget.with_user(self.portal).has_access("read"))

    def test_bad_input(self):
        answers = self.env["client.fit.answer"]
        with mute_logger("odoo.sql_db"):
            for vals in (
                {"criterion_id": self.budget.id, "answer": "yes"},
                {
                    "criterion_id": self.budget.id,
                    "answer": "yes",
                    "lead_id": self.lead.id,
                    "round_id": self.relationship._start_fit_round("check").id,
                },
            ):
                with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
                    answers.create(vals)
        with self.assertRaises(ValueError):
            answers.create({"criterion_id": self.budget.id, "answer": "x", "lead_id": self.lead.id})
        sheet = self.lead.fit_sheet
        sheet["questions"][0]["answer"] = "maybe"
        with self.assertRaises(ValueError):
            self.lead.fit_sheet = sheet

    def test_health_of_an_existing_client_is_shown(self):
        lead = self._create_lead(self.client_partner, self.sales)
        self._move(self.relationship, "at_risk")
        self.assertFalse(lead.with_user(self.sales).client_stage_id, "Not a client of this user")
        self.relationship.user_id = self.sales
        self.env.invalidate_all()
        self.assertEqual(lead.with_user(self.sales).client_phase, "at_risk")
