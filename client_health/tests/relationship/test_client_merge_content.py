# pylint: disable=translation-required
from datetime import timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..agreement.common_agreement import ClientAgreementCommon
from ..feedback.test_issue import PROOF, IssueCommon

# Rows that are one per day or per partner, and have a rule and a test of their own.
COUNTED_ELSEWHERE = {
    "client.health.snapshot": "test_health_snapshots: one per day stays",
    "client.profitability": "rebuilt from the invoices",
}


class RichClientCommon(ClientAgreementCommon, IssueCommon):
    """Two clients that hold everything a client can hold, and a tool that counts it."""

    @classmethod
    def _make_rich(cls, relationship, label):
        """Fill the relationship with at least one of each record, and some that hang on those."""
        client = relationship.partner_id
        contact = cls._create_contact(f"{label} Contact", client)
        project = cls.env["project.project"].create(
            {"name": f"{label} project", "partner_id": client.id, "company_id": cls.company.id}
        )
        task = cls.env["project.task"].create(
            {
                "name": f"{label} task",
                "project_id": project.id,
                "requested_by": "client",
                "requested_by_partner_id": contact.id,
            }
        )
        lead = cls.env["crm.lead"].create(
            {"name": f"{label} deal", "type": "opportunity", "partner_id": client.id}
        )
        cls._agree(relationship, contact, lead)
        cls._reach(relationship, contact, project, task)
        cls._hurt_and_repair(relationship, contact, project, task)
        cls._question(relationship, contact)
        fit_round = relationship._start_fit_round("check", remind=False)
        answer = {
            "criterion_id": cls.env["client.fit.criterion"]._get_asked()[0].id,
            "answer": "yes",
        }
        cls.env["client.fit.answer"].create(
            [{**answer, "round_id": fit_round.id}, {**answer, "lead_id": lead.id}]
        )
        relationship._ask_opinion(cls.colleague, f"{label}: what now?", cls.today)
        cls.env["client.pulse"].with_user(relationship.user_id).create(
            {"relationship_id": relationship.id, "value": "4"}
        )
        relationship.message_post(body=f"Said by {label}", message_type="comment")
        relationship.note = f"<p>Note {label}</p>"
        cls.env["client.contact"].create(
            {"relationship_id": relationship.id, "contact_id": contact.id, "decides": True}
        )
        cls.env["client.duty"].create(
            {"relationship_id": relationship.id, "contact_id": contact.id, "name": "Photographs"}
        )
        relationship.value_estimate = f"Belief {label}"
        relationship.referred_by_id = cls.stranger

    @classmethod
    def _question(cls, relationship, contact):
        asked, _left_out = cls.env["client.feedback.request"]._ask({relationship: contact})
        asked.sudo()._answer(4, "Hm", "Call before")
        # the newest, which other tests take, stay those that colleagues wrote
        asked.feedback_id.sudo().date -= timedelta(days=300)

    @classmethod
    def _agree(cls, relationship, contact, lead):
        first = cls._create_agreement(relationship, signatory_id=contact.id)
        day = cls.today
        first._record_acceptance("paper", day, contact.name, PROOF, "paper.pdf")
        first._mark_outdated(contact, "Three languages", day, day)
        second = first._create_successor()
        second._record_acceptance("mail", day, contact.name, PROOF, "mail.eml")
        cls.env["client.agreement"].create({"name": "For the deal", "lead_id": lead.id})

    @classmethod
    def _reach(cls, relationship, contact, project, task):
        goal = cls.env["client.goal"].create(
            {
                "name": "More bookings",
                "relationship_id": relationship.id,
                "state": "reached",
                "client_owner_id": contact.id,
                "project_id": project.id,
            }
        )
        told = cls.env["client.accomplishment"].create(
            {
                "name": "Booked on phones",
                "relationship_id": relationship.id,
                "goal_id": goal.id,
                "task_id": task.id,
                "value_amount": 5000,
            }
        )
        told._answer(contact, "mail", "no", words="Hm", proof=PROOF)
        told._answer(contact, "mail", "yes", amount=4000, proof=PROOF)
        cls.env["client.value"]._record(relationship, contact, "meeting", words="You answer")

    @classmethod
    def _hurt_and_repair(cls, relationship, contact, project, task):
        issue = cls._open_issue(relationship_id=relationship.id, project_id=project.id)
        for kind in ("complaint", "praise", "price_pressure"):
            cls._log(
                kind,
                relationship_id=relationship.id,
                contact_id=contact.id,
                task_id=task.id,
                issue_id=issue.id if kind == "complaint" else False,
            )
        cls.env["client.hypothesis"].create(
            {
                "issue_id": issue.id,
                "name": "X",
                "effect": "Y",
                "contact_id": contact.id,
                "project_id": project.id,
            }
        )
        update = cls.env["client.update"].create(
            {
                "relationship_id": relationship.id,
                "issue_id": issue.id,
                "kind": "apology",
                "name": "We are sorry",
                "body": "<p>We are sorry.</p>",
                "recipient_ids": [Command.set(contact.ids)],
            }
        )
        update.action_send()

    def _count_references(self, model, record_ids):
        """Return {(model, field): rows that refer to one of the records by a stored many2one}."""
        counts = {}
        self.env.flush_all()
        for name, other in self.env.registry.items():
            if not other._auto or other._abstract or other._transient or name in COUNTED_ELSEWHERE:
                continue
            for fname, field in other._fields.items():
                if field.type != "many2one" or not field.column_type or not field.store:
                    continue
                if field.comodel_name == model and not field.company_dependent:
                    [(count,)] = self.env.execute_query(
                        SQL(
                            "SELECT count(*) FROM %s WHERE %s IN %s",
                            SQL.identifier(other._table),
                            SQL.identifier(fname),
                            tuple(record_ids),
                        )
                    )
                    counts[name, fname] = count
        return counts

    def _count_threads(self, record_ids):
        """Return {model: messages, activities or files on the relationships}."""
        model = "client.relationship"
        self.env.flush_all()
        Activity = self.env["mail.activity"].with_context(active_test=False)
        there = [("res_model", "=", model), ("res_id", "in", record_ids)]
        return {
            "comments": self.env["mail.message"].search_count(
                [
                    ("model", "=", model),
                    ("res_id", "in", record_ids),
                    ("message_type", "=", "comment"),
                ]
            ),
            "questions": Activity.search_count(
                [*there, ("activity_category", "=", "client_opinion")]
            ),
            "files": self.env["ir.attachment"].search_count(there),
        }

    def _merge(self, partners, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, target)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestJoinRich(RichClientCommon):
    def test_nothing_is_lost_when_two_rich_clients_are_merged(self):
        twin = self.env["res.partner"].create({"name": "Blue Harbor", "is_company": True})
        other = self._create_relationship(twin, self.seller)
        clients = {self.relationship: "One", other: "Two"}
        for relationship, label in clients.items():
            self._make_rich(relationship, label)
        relationship_ids = (self.relationship | other).ids
        contact_ids = (self.client_partner | twin).child_ids.ids
        before = self._count_references("client.relationship", relationship_ids)
        contacts = self._count_references("res.partner", contact_ids)
        threads = self._count_threads(relationship_ids)
        named = {name for (name, _fname), count in before.items() if count > 1}
        for model in (
            "client.agreement",
            "client.goal",
            "client.accomplishment",
            "client.value",
            "client.feedback",
            "client.issue",
            "client.hypothesis",
            "client.update",
            "client.fit.round",
            "client.pulse",
        ):
            self.assertIn(model, named, "The clients are not rich enough")
        self.assertTrue(all(threads[key] for key in ("comments", "questions")))

        self._merge(self.client_partner | twin, self.client_partner)

        self.assertFalse(other.exists() or twin.exists())
        kept = self.relationship
        self.assertEqual(self._count_references("client.relationship", kept.ids), before)
        self.assertEqual(self._count_references("res.partner", contact_ids), contacts)
        self.assertEqual(self._count_threads(kept.ids), threads)
        for text in ("Note One", "Note Two"):
            self.assertIn(text, kept.note)
        for text in ("Belief One", "Belief Two"):
            self.assertIn(text, kept.value_estimate)
        self._check_it_still_works(kept)

    def _check_it_still_works(self, kept):
        """All that moved belongs to one client: it may be changed, and nothing refuses it."""
        self.assertEqual(kept.referred_by_id, self.stranger)
        self.assertEqual(len(kept.agreement_ids.filtered(lambda agr: agr.state == "accepted")), 2)
        self.assertEqual(kept.accomplishment_ids.mapped("state"), ["confirmed"] * 2)
        self.assertEqual(kept.value_confirmed_amount, 8000)
        self.assertEqual(kept.fit_round_ids.fit_answer_ids.mapped("answer"), ["yes"] * 2)
        for goal in kept.goal_ids.with_user(self.manager):
            goal.benefit_us = "Still ours to write"
        for line in kept.feedback_ids.with_user(self.manager):
            line.issue_id = kept.issue_ids[:1]
        self.assertEqual(len(kept.issue_ids[0].feedback_ids), 8)
        updates = self.env["client.update"].search([("relationship_id", "=", kept.id)])
        self.assertEqual(updates.mapped("state"), ["sent", "sent"])
