from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .relationship.test_client_merge_content import RichClientCommon

LONG = "<script>alert(1)</script>" + "ä" * 40000


@tagged("post_install", "-at_install")
class TestBadRecords(RichClientCommon):
    """The same bad input for every model: a clear message or a safe result, no lost record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls.env["res.company"].create({"name": "Sister Agency"})
        cls.far_project = cls.env["project.project"].create(
            {
                "name": "Far",
                "partner_id": cls.client_partner.id,
                "company_id": cls.sister.id,
            }
        )
        cls.issue = cls._open_issue()

    def _create(self, model, **vals):
        """Create a record of the client with what the model asks for at least."""
        least = {
            "client.accomplishment": {"name": "X"},
            "client.agreement": {"name": "X"},
            "client.feedback": {"kind": "complaint", "text": "X"},
            "client.goal": {"name": "X"},
            "client.hypothesis": {"issue_id": self.issue.id, "name": "X", "effect": "Y"},
            "client.issue": {"name": "X"},
            "client.update": {"kind": "apology", "name": "X"},
        }[model]
        if model != "client.hypothesis":
            least["relationship_id"] = self.relationship.id
        return self.env[model].create({**least, **vals})

    def test_projects_of_another_company(self):
        for model in (
            "client.accomplishment",
            "client.feedback",
            "client.goal",
            "client.hypothesis",
            "client.issue",
        ):
            with self.subTest(model=model), self.assertRaisesRegex(UserError, "another company"):
                self._create(model, project_id=self.far_project.id)

    def test_projects_of_another_client(self):
        for model in (
            "client.accomplishment",
            "client.feedback",
            "client.goal",
            "client.hypothesis",
            "client.issue",
        ):
            with (
                self.subTest(model=model),
                self.assertRaisesRegex(ValidationError, "belongs to Other Client"),
            ):
                self._create(model, project_id=self.other_project.id)

    def test_relationship_of_another_company(self):
        far = self._create_relationship(
            self.client_partner, self.env["res.users"], company_id=self.sister.id
        )
        goal = self._create("client.goal", project_id=self.project.id)
        with self.assertRaisesRegex(UserError, "another company"), self.env.cr.savepoint():
            goal.relationship_id = far
        self.assertEqual(goal.relationship_id, self.relationship)

    def test_people_of_another_client(self):
        for model, fname in (
            ("client.agreement", "signatory_id"),
            ("client.feedback", "contact_id"),
            ("client.goal", "client_owner_id"),
            ("client.hypothesis", "contact_id"),
            ("client.update", "recipient_ids"),
        ):
            value = self.stranger.id if fname.endswith("_id") else self.stranger.ids
            with self.subTest(model=model), self.assertRaises(UserError):
                self._create(model, **{fname: value})

    def test_scripts_and_long_texts(self):
        for model, fname in (
            ("client.accomplishment", "description"),
            ("client.accomplishment", "value_words"),
            ("client.agreement", "outcome"),
            ("client.agreement", "client_duties"),
            ("client.feedback", "text"),
            ("client.goal", "benefit_client"),
            ("client.goal", "benefit_us"),
            ("client.issue", "root_cause"),
            ("client.update", "acknowledgement"),
            ("client.update", "body"),
        ):
            with self.subTest(model=model, field=fname):
                record = self._create(model, **{fname: LONG})
                record.invalidate_recordset()
                self.assertIn("ä" * 40000, record[fname])
                if record._fields[fname].type == "html":
                    self.assertNotIn("script", record[fname])
                self.assertTrue(record.display_name)
        self.relationship.write({"note": LONG, "value_estimate": LONG})
        self.relationship.invalidate_recordset()
        self.assertNotIn("script", self.relationship.note)
        self.assertIn("ä" * 40000, self.relationship.note)
        self.assertEqual(self.relationship.value_estimate, LONG)

    def test_archived_client_keeps_everything_and_can_be_worked_on(self):
        self._make_rich(self.relationship, "One")
        counts = self._count_references("client.relationship", self.relationship.ids)
        self.client_partner.child_ids.filtered(lambda one: not one.user_ids).active = False
        self.portal.active = False
        self.client_partner.active = False
        self.env.invalidate_all()
        self.assertEqual(
            self._count_references("client.relationship", self.relationship.ids), counts
        )
        owner = self.relationship.with_user(self.owner)
        self.assertEqual(owner.goal_ids.client_owner_id.name, "One Contact")
        owner.goal_ids.benefit_us = "Still ours to write"
        owner.issue_ids[:1].root_cause = "Still to be found"
        owner.feedback_ids.filtered(lambda line: line.state == "open")._set_answered("Called")
        self.assertNotIn("open", owner.feedback_ids.mapped("state"))

    def test_a_merged_contact_takes_all_along(self):
        self._make_rich(self.relationship, "One")
        contact = self.relationship.goal_ids.client_owner_id
        before = self._count_references("res.partner", contact.ids)
        self._merge(contact | self.otis, self.otis)
        self.assertFalse(contact.exists())
        after = self._count_references("res.partner", self.otis.ids)
        ours = {key: count for key, count in before.items() if key[0].startswith("client.")}
        self.assertTrue(any(ours.values()))
        for key, count in ours.items():
            self.assertEqual(after[key], count, key)
        self.assertEqual(self.relationship.accomplishment_ids.confirmed_by_id, self.otis)
        self.assertEqual(self.relationship.issue_ids.update_ids.recipient_ids, self.otis)
