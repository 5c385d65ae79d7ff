import json
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ...exceptions import MoveQuestion
from .test_fit import FitCommon

REASON = "We need a reference in this industry"


class FitWaiverCommon(FitCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            "fit_boss",
            groups="sales_team.group_sale_manager,client_health.group_client_manager",
        )

    def _assert_asked(self, call, question=True):
        with self.assertRaises(UserError) as refusal:
            call()
        self.assertEqual(isinstance(refusal.exception, MoveQuestion), question)
        self.env.invalidate_all()
        self.assertEqual(self.lead.won_status, "pending")
        return refusal.exception

    def _answer_question(self, user, question):
        """Fill in the form that opens."""
        action = self.env["ir.actions.act_window"].browse(question.context["action"])
        context = question.context["action_context"]
        model = self.env[action.res_model].with_user(user).with_context(**context)
        with Form(model) as form:
            self.assertIn(self.lead.name, form.missing)
            form.reason = REASON
        form.record.action_win()

    def _get_client(self):
        return self.env["client.relationship"].search([("partner_id", "=", self.prospect.id)])


@tagged("post_install", "-at_install")
class TestFitWaiver(FitWaiverCommon):
    """Without a fit an opportunity is won with a reason, which the client keeps."""

    def _ways_to_win(self, user, **reason):
        """Yield (name, whether a form opens, call) of every way in which it is won."""
        leads, stage = self.lead.with_user(user), self.won_stage
        second = self._create_lead(self.prospect, self.sales).with_user(user)
        if not reason:
            yield "button", True, lambda: leads.action_set_won_rainbowman()
        values = {"stage_id": stage.id, **reason}
        yield "drag", True, lambda: leads.web_save(values, {"stage_id": {}})
        yield "mass edit", True, lambda: (leads | second).write(values)
        new = {"name": "New", "type": "opportunity", **values}
        yield "create", False, lambda: leads.create(new)
        yield "import", False, lambda: self._import(leads, stage, reason)

    def _import(self, leads, stage, reason):
        names = [".id", "stage_id/.id", *reason]
        result = leads.load(names, [[str(leads.id), str(stage.id), *reason.values()]])
        if not result["ids"]:
            raise UserError(result["messages"][0]["message"])

    def _each_doubt(self):
        """Yield what is said against winning."""
        yield "0 of 14 answered"
        self._answer(self.lead, {self.budget: "no"})
        yield self.budget.name
        self._answer(self.lead, dict.fromkeys(self.criteria, "partly"))
        yield "not a fit"

    def test_asked_by_every_way(self):
        for doubt in self._each_doubt():
            for name, opens, call in self._ways_to_win(self.sales):
                with self.subTest(doubt=doubt, way=name):
                    refusal = self._assert_asked(call, question=opens)
                    if name != "create":
                        self.assertIn(doubt, str(refusal))
                    self.assertIn("Win all the same?", str(refusal))
                    self.assertIn("Won All the Same Because", str(refusal))

    def test_won_with_a_reason_by_every_way(self):
        self._answer(self.lead, {self.budget: "no"})
        for name, _opens, call in self._ways_to_win(self.sales, fit_waiver=REASON):
            with self.subTest(way=name):
                call()
                self.env.invalidate_all()
                if name != "create":
                    self.assertEqual(self.lead.won_status, "won")
                    self.assertEqual(self.lead.fit_waiver, REASON)
                self.lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)

    def test_blank_is_no_reason(self):
        values = {"stage_id": self.won_stage.id, "fit_waiver": "  "}
        self._assert_asked(lambda: self.lead.with_user(self.sales).write(values))

    def test_the_form_that_asks(self):
        for doubt in self._each_doubt():
            question = self._assert_asked(
                lambda: self.lead.with_user(self.sales).action_set_won_rainbowman()
            )
            with self.subTest(doubt=doubt):
                self._answer_question(self.sales, question)
                self.assertEqual(self.lead.won_status, "won")
                self.assertEqual(self._get_client().fit_waiver, REASON)
                self.lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
                self.assertFalse(self.lead.fit_waiver, "The next time there may be no reason to")

    def test_the_form_tells_nothing_of_others(self):
        self._answer(self.lead, {self.budget: "no"})
        model = self.env["client.lead.win"].with_user(self.other_sales)
        with self.assertRaises(AccessError):
            model.create({"lead_ids": self.lead.ids, "reason": REASON})
        with self.assertRaises(AccessError):
            model.new({"lead_ids": self.lead.ids}).read(["missing"])

    def test_the_client_keeps_the_reason(self):
        self._answer(self.lead, {self.budget: "no"})
        values = {"stage_id": self.won_stage.id, "fit_waiver": REASON}
        self.lead.with_user(self.sales).write(values)
        client = self._get_client().with_user(self.sales)
        self.assertEqual(client.fit_waiver, REASON)
        self.assertEqual(client.fit_signed_state, "deal_breaker")
        [signed] = client.fit_round_ids
        self.assertEqual(signed.fit_waiver, REASON)
        for record in (signed, self.lead.with_user(self.boss)):
            with self.assertRaises(UserError):
                record.with_user(self.boss).fit_waiver = "For fun"
        for view in ("client.relationship", "client.fit.round", "crm.lead"):
            arch = self.env[view].with_user(self.boss).get_view(view_type="form")["arch"]
            self.assertIn("fit_waiver", arch)

    def test_nothing_answered_is_kept_as_well(self):
        self.lead.with_user(self.sales).write({"stage_id": self.won_stage.id, "fit_waiver": REASON})
        [signed] = self._get_client().fit_round_ids
        self.assertRecordValues(
            signed,
            [{"reason": "before_signing", "fit_state": "unknown", "fit_waiver": REASON}],
        )

    def test_not_asked(self):
        """A fit, some answers, no questions at all, and what Odoo wins itself."""
        fit, some, none, system = (
            self._create_lead(self.prospect, self.sales) for _number in range(4)
        )
        self._answer(fit)
        self._answer(some, {self.value_first: "yes"}, rest=False)
        for lead in (fit, some):
            lead.with_user(self.sales).action_set_won()
        system.with_user(self.sales).sudo().action_set_won()
        self.criteria.active = False
        none.with_user(self.sales).action_set_won()
        self.assertEqual(set((fit | some | none | system).mapped("won_status")), {"won"})

    def test_required(self):
        """With the company's setting, managers alone may, and too few answers count as well."""
        self.company.client_fit_required = True
        self._answer(self.lead, {self.value_first: "yes"}, rest=False)
        for name, _opens, call in self._ways_to_win(self.sales, fit_waiver=REASON):
            with self.subTest(way=name):
                refusal = self._assert_asked(call, question=False)
                self.assertIn("not enough is known", str(refusal))
        for name, opens, call in self._ways_to_win(self.boss):
            with self.subTest(way=name):
                refusal = self._assert_asked(call, question=opens)
                self.assertIn("not enough is known", str(refusal))
        question = self._assert_asked(lambda: self.lead.with_user(self.boss).action_set_won())
        self._answer_question(self.boss, question)
        self.assertEqual(self.lead.won_status, "won")
        self.assertEqual(self._get_client().fit_waiver, REASON)

    def test_agreement_cannot_be_waived(self):
        self.company.client_agreement_required = True
        values = {"stage_id": self.won_stage.id, "fit_waiver": REASON}
        refusal = self._assert_asked(
            lambda: self.lead.with_user(self.boss).write(values), question=False
        )
        self.assertIn("agreement", str(refusal))

    def test_a_salesperson_who_works_with_no_client(self):
        """A firm may take our groups from its salespeople; they win their opportunities."""
        salesman = self.env.ref("sales_team.group_sale_salesman")
        salesman.implied_ids -= self.env.ref("client_health.group_client_user")
        plain = new_test_user(self.env, "fit_plain", groups="sales_team.group_sale_salesman")
        self.lead.user_id = plain
        question = self._assert_asked(lambda: self.lead.with_user(plain).action_set_won())
        self._answer_question(plain, question)
        self.assertEqual(self.lead.won_status, "won")


@tagged("post_install", "-at_install")
class TestFitWaiverApi(FitWaiverCommon, HttpCase):
    def test_json2(self):
        keys = self.env["res.users.apikeys"].with_user(self.sales)
        key = keys._generate("rpc", "test", datetime.now() + timedelta(days=1))
        for reason, status in ({}, 422), ({"fit_waiver": REASON}, 200):
            values = {"stage_id": self.won_stage.id, **reason}
            response = self.url_open(
                "/json/2/crm.lead/write",
                data=json.dumps({"ids": self.lead.ids, "vals": values}),
                headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
            )
            self.assertEqual(response.status_code, status, response.text)
            if status == 422:
                self.assertIn("0 of 14 answered", response.json()["message"])
        self.env.invalidate_all()
        self.assertEqual(self.lead.won_status, "won")
        self.assertEqual(self._get_client().fit_waiver, REASON)
