# pylint: disable=translation-required
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..engine.clock import get_today
from ..models.common.reason import is_reason
from .common import ClientHealthCommon

# What reads like a reason and is none that somebody demands, or a day that may be over
NO_REASON = {
    # chosen, not typed, or made by a method that asked for it
    ("client.feedback.source", "cause"),
    # a note that may be empty, and short when the pulse is green; below green it is checked
    ("client.pulse", "comment"),
}
NOT_AHEAD = {
    # what was missed already is written down, too
    ("client.duty", "date_deadline"): "a duty may be late when it is entered",
    ("client.meeting.outcome.line", "date_deadline"): "an outcome is recorded days later",
    ("client.review.decision", "date_deadline"): "imported from a workbook of a meeting",
    ("client.goal", "date_end"): "goals of the past are entered and imported",
}
WORDS = ("reason", "cause", "waiver")
DAYS = ("deadline", "until", "date_end", "date_review", "proposal_end", "conversation_date")


@tagged("post_install", "-at_install")
class TestTyped(ClientHealthCommon):
    """A reason says something, and "until" is not over: for all fields in which people type."""

    def _get_typed(self, types, words):
        """Yield (model, field) of our fields in which people type, by parts of their names."""
        for name in sorted(self.env):
            model = self.env[name]
            if not name.startswith("client.") or model._abstract:
                continue
            for field in model._fields.values():
                derived = field.related or (field.compute and field.readonly)
                closed = field.readonly or getattr(field, "protected", None) or derived
                if field.type in types and not closed and any(word in field.name for word in words):
                    yield model, field

    def test_each_reason_is_checked(self):
        found = 0
        for model, field in self._get_typed(("char", "text"), WORDS):
            if (model._name, field.name) in NO_REASON:
                continue
            found += 1
            with self.subTest(model=model._name, field=field.name):
                self.assertTrue(getattr(field, "reason", False), "say reason=True at the field")
                checked = model.with_user(self.manager)
                label = field._description_string(checked.env)
                for text in ("x", " ", "…", "n/a", "xxxx", "1"):
                    with self.assertRaisesRegex(UserError, f"“{label}” says too little"):
                        checked._check_typed({field.name: text})
                checked._check_typed({field.name: "Too dear for them"})
                checked._check_typed({field.name: False})
        self.assertGreater(found, 8)

    def test_each_until_is_checked(self):
        found = 0
        today = fields.Date.today()
        for model, field in self._get_typed(("date",), DAYS):
            if (model._name, field.name) in NOT_AHEAD:
                continue
            found += 1
            with self.subTest(model=model._name, field=field.name):
                self.assertTrue(getattr(field, "until", False), "say until=True at the field")
                record = model.with_user(self.manager).new()
                label = field._description_string(record.env)
                record[field.name] = today - timedelta(days=3)
                with self.assertRaisesRegex(UserError, f"“{label}” is in the past"):
                    record._check_typed({field.name: record[field.name]})
                record[field.name] = today + timedelta(days=3)
                record._check_typed({field.name: record[field.name]})
        self.assertGreater(found, 8)

    def test_reasons_in_any_script(self):
        for text in (
            "Too dear",
            "paid",
            "太贵了",
            "не платят",
            "دفع متأخر",
            "値引き要求",
            "über",
            "महंगा",
        ):
            self.assertTrue(is_reason(text), text)
        for text in (
            "x",
            "xx",
            "no",
            "n/a",
            "-----",
            "。。。",
            "太",
            "....",
            "aaaa aaaa",
            "ｘｘ",
            "",
            None,
        ):
            self.assertFalse(is_reason(text), text)

    def test_a_form_says_which_field(self):
        rel = self.relationship.with_user(self.manager)
        for model, field, value, words in (
            ("client.health.override", "reason", "x", "“Reason” says too little"),
            ("client.health.override", "date_end", -1, "“Until” is in the past"),
            ("client.health.declaration", "reason", "x", "“Reason” says too little"),
            ("client.health.declaration", "date_end", -1, "“Until” is in the past"),
        ):
            with self.subTest(model=model, field=field):
                form = Form(
                    self.env[model]
                    .with_user(self.manager)
                    .with_context(default_relationship_id=rel.id)
                )
                if model == "client.health.override":
                    form.band = "risk"
                else:
                    form.kind = "held"
                form.reason = "They move their office"
                today = get_today(self.company)
                form.date_end = today + timedelta(days=9)
                form[field] = today + timedelta(days=value) if field == "date_end" else value
                with self.assertRaisesRegex(UserError, words):
                    form.save()

    def test_a_move_and_a_cause(self):
        stage = self._get_stage("at_risk")
        owner = self.relationship.with_user(self.owner)
        with self.assertRaisesRegex(UserError, "“Reason” says too little"):
            owner.write({"stage_id": stage.id, "stage_reason": "x"})
        issue = self.env["client.issue"].with_user(self.owner)
        with self.assertRaisesRegex(UserError, "“Root Cause” says too little"):
            issue.create(
                {"relationship_id": self.relationship.id, "name": "Late", "root_cause": "x"}
            )

    def test_what_stands_stays(self):
        """An old day that nobody touches keeps no form from being saved."""
        agreement = self.env["client.agreement"].create(
            {
                "relationship_id": self.relationship.id,
                "date_review": fields.Date.today() - timedelta(days=30),
            }
        )
        agreement.with_user(self.owner).name = "Renamed"
        self.assertEqual(agreement.name, "Renamed")

    def test_what_stands_may_be_written_again(self):
        """As an import does, or another client of the API; a copy has days of its own."""
        over = fields.Date.today() - timedelta(days=3)
        own = {"relationship_id": self.relationship.id}
        issue = self.env["client.issue"].create({**own, "name": "Late", "root_cause": "x"})
        hypothesis = self.env["client.hypothesis"].create(
            {"issue_id": issue.id, "name": "A plan", "effect": "On time", "date_deadline": over}
        )
        agreement = self.env["client.agreement"].create({**own, "date_review": over})
        issue.with_user(self.owner).write({"root_cause": "x", "name": "Too late"})
        imported = hypothesis.with_user(self.owner).load(
            [".id", "date_deadline"], [[str(hypothesis.id), str(over)]]
        )
        self.assertEqual(imported["ids"], hypothesis.ids, imported["messages"])
        agreement.with_user(self.owner).write({"date_review": fields.Date.to_string(over)})
        with self.assertRaisesRegex(UserError, "“Due Date” is in the past"):
            hypothesis.with_user(self.owner).date_deadline = over + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "“Root Cause” says too little"):
            issue.with_user(self.owner).root_cause = "y"
        self.assertFalse(hypothesis.with_user(self.owner).copy().date_deadline)
        self.assertGreater(agreement.with_user(self.owner).copy().date_review, over)
