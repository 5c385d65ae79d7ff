# pylint: disable=translation-required
from odoo import fields
from odoo.tests import Form, tagged

from ..common import ClientHealthCommon


@tagged("post_install", "-at_install")
class TestFitShown(ClientHealthCommon):
    """What was seen before signing stands on the client, later."""

    def _answer(self, reason, answers, days=0, note=False):
        today = fields.Date.today()
        return self.env["client.fit.round"].create(
            {
                "relationship_id": self.relationship.id,
                "reason": reason,
                "date": fields.Date.subtract(today, days=days),
                "fit_note": note,
                "fit_answer_ids": [
                    fields.Command.create({"criterion_id": criterion.id, "answer": answer})
                    for criterion, answer in answers.items()
                ],
            }
        )

    def test_flags_and_words(self):
        criteria = self.env["client.fit.criterion"].search([])
        flags = criteria.filtered(lambda one: one.section == "red_flag")
        breakers = criteria.filtered("deal_breaker")
        others = criteria - flags - breakers
        first, second = (flags - breakers)[:2]
        good = {one: "no" if one in flags else "yes" for one in criteria}
        answers = {**good, first: "yes"}
        signed = self._answer("before_signing", answers, 200, "They shouted at their agency")
        client = self.relationship.with_user(self.owner)
        self.assertEqual(client.fit_flags, first.name)
        self.assertIn("They shouted at their agency", client.fit_seen)
        self.assertIn("Before signing", client.fit_seen)
        self.assertFalse(client.fit_mark)
        signed.fit_answer_ids.filtered("flagged").date_came_true = fields.Date.today()
        self.assertIn("came true on", client.fit_flags)
        self._answer(
            "check", {**good, **dict.fromkeys(others, "no"), second: "partly"}, note="Now us"
        )
        self.assertEqual(client.fit_flags.count("\n"), 1, client.fit_flags)
        self.assertIn("Now us", client.fit_seen)
        self.assertEqual(client.fit_mark, "not_fit")
        self.assertIn(client, client.search([("fit_mark", "!=", False)]))

    def test_a_deal_breaker_and_nothing_known(self):
        client = self.relationship.with_user(self.owner)
        self.assertFalse(client.fit_mark or client.fit_flags or client.fit_seen)
        breaker = self.env["client.fit.criterion"].search([("deal_breaker", "=", True)], limit=1)
        worst = "yes" if breaker.section == "red_flag" else "no"
        self._answer("check", {breaker: worst})
        self.assertEqual(client.fit_mark, "deal_breaker")

    def test_views_show_it(self):
        form = Form(self.relationship.with_user(self.owner))
        self.assertFalse(form.fit_mark)
        for kind in ("kanban", "list"):
            arch = self.env["client.relationship"].with_user(self.owner).get_view(None, kind)
            self.assertIn("fit_mark", arch["arch"])
