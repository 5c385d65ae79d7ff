from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .relationship.test_client_merge_content import RichClientCommon

# Links by which a record hangs on a client, beside ``relationship_id``
HOLDERS = {
    "client.agreement": ("lead_id",),
    "client.fit.answer": ("round_id", "lead_id"),
    "client.handover": ("offboarding_id",),
    "client.hypothesis": ("issue_id",),
}


@tagged("post_install", "-at_install")
class TestRecordMoves(RichClientCommon):
    """No record is planted on a client that the user may not write, nor taken away from it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.group_ids += cls.env.ref("sales_team.group_sale_salesman")
        partner = cls.env["res.partner"].create({"name": "Red Cliff", "is_company": True})
        cls.foreign = cls._create_relationship(partner, cls.seller)
        for relationship, label in ((cls.relationship, "Own"), (cls.foreign, "Foreign")):
            cls._make_rich(relationship, label)
            relationship.message_unsubscribe(cls.owner.partner_id.ids)
            cls._move(relationship, "at_risk", "reboot", "offboard")
            offboarding = cls.env["client.offboarding"]._get_open(relationship)
            cls.env["client.handover"].create({"offboarding_id": offboarding.id, "name": "Keys"})
            cls._add_drafts(relationship)

    @classmethod
    def _add_drafts(cls, relationship):
        lead = cls.env["crm.lead"].search([("partner_id", "=", relationship.partner_id.id)])
        lead.user_id = relationship.user_id
        # not accepted, confirmed or sent: those are locked
        cls.env["client.agreement"].create(
            {"name": "Draft", "relationship_id": relationship.id, "lead_id": lead.id}
        )
        here = {"relationship_id": relationship.id, "name": "Draft"}
        cls.env["client.accomplishment"].create(here)
        cls.env["client.update"].create({**here, "kind": "apology"})

    def _get_models(self):
        return [
            name
            for name, model in self.env.registry.items()
            if name.startswith("client.")
            and not (model._abstract or model._transient)
            and self.env[name]._auto
            and "relationship_id" in model._fields
            and model._fields["relationship_id"].store
        ]

    def _find(self, model, relationship):
        path = "round_id.relationship_id" if model == "client.fit.answer" else "relationship_id"
        domain = [(path, "=", relationship.id)]
        if model == "client.feedback":
            # the client's own words don't move at all, and say so
            domain.append(("given_by_client", "=", False))
        records = self.env[model].with_context(active_test=False)
        return records.search(domain, limit=1, order="id desc")

    def test_no_model_is_forgotten(self):
        """A model hangs on its client directly, or by a link that is tried here."""
        for name in self._get_models():
            related = self.env[name]._fields["relationship_id"].related
            with self.subTest(model=name):
                self.assertTrue(not related or related.split(".")[0] in HOLDERS[name])

    def test_to_a_foreign_client(self):
        self._assert_refused(self.relationship, self.foreign)

    def test_from_a_foreign_client(self):
        self._assert_refused(self.foreign, self.relationship)

    def _assert_refused(self, source, target):
        for name in self._get_models():
            record = self._find(name, source).with_user(self.owner)
            if not record:
                continue
            with self.subTest(model=name, way="write"), self.assertRaises(AccessError):
                record.write({"relationship_id": target.id})
                self.env.flush_all()

    def test_created_on_a_foreign_client(self):
        for name in self._get_models():
            record = self._find(name, self.relationship)
            self._assert_not_created(name, self._copy(record), "relationship_id", self.foreign)
        for name, fnames in HOLDERS.items():
            for fname in fnames:
                record = self._find(name, self.relationship)
                holder = self._find_holder(record._fields[fname].comodel_name, self.foreign)
                self._assert_not_created(name, self._copy(record), fname, holder)

    def _copy(self, record):
        """Return the values of a copy that its user may write."""
        values = record.copy_data()[0] if record else {}
        if record._name == "client.fit.answer":
            # each question is asked once, of a round or of an opportunity
            asked = self.env["client.fit.criterion"]._get_asked()
            return {"criterion_id": asked[-1].id, "answer": values["answer"]}
        guard = record._is_protected
        return {name: values[name] for name in values if not guard(record._fields[name])}

    def _assert_not_created(self, name, values, fname, holder):
        with self.subTest(model=name, field=fname), self.assertRaises(AccessError):
            self.env[name].with_user(self.owner).create({**values, fname: holder.id})
            self.env.flush_all()

    def _find_holder(self, model, relationship):
        if model == "crm.lead":
            client = relationship.partner_id
            return self.env[model].search([("partner_id", "=", client.id)], limit=1)
        return self._find(model, relationship)

    def test_moved_with_what_it_hangs_on(self):
        clients = (self.relationship, self.foreign)
        for source, target in (clients, clients[::-1]):
            for name, fnames in HOLDERS.items():
                record = self._find(name, source)
                for fname in fnames:
                    holder = self._find_holder(record._fields[fname].comodel_name, target)
                    self.assertTrue(record and holder, (name, fname))
                    values = {fname: holder.id}
                    if name == "client.fit.answer":
                        values = {**dict.fromkeys(fnames, False), **values}
                    with self.subTest(model=name, field=fname), self.assertRaises(AccessError):
                        record.with_user(self.owner).write(values)
                        self.env.flush_all()

    def test_an_own_opportunity_opens_no_foreign_client(self):
        """An agreement follows its opportunity only until there is a client."""
        lead = self._find_holder("crm.lead", self.relationship)
        agreements = self.env["client.agreement"].with_user(self.owner)
        draft = agreements.create({"name": "Mine", "lead_id": lead.id})
        for attempt in (
            lambda: draft.write({"relationship_id": self.foreign.id}),
            lambda: agreements.create(
                {"name": "Planted", "lead_id": lead.id, "relationship_id": self.foreign.id}
            ),
            lambda: lead.with_user(self.owner).write(
                {"agreement_ids": [Command.update(draft.id, {"relationship_id": self.foreign.id})]}
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_own_records_move_between_own_clients(self):
        partner = self.env["res.partner"].create({"name": "Green Bay", "is_company": True})
        other = self._create_relationship(partner, self.owner)
        issue = self.env["client.issue"].create(
            {"name": "Slow", "relationship_id": self.relationship.id}
        )
        issue.with_user(self.owner).relationship_id = other
        self.assertEqual(issue.relationship_id, other)

    def test_activity(self):
        """Odoo asks for the rights on the record of an activity before it is moved only."""
        mine = self.relationship.with_user(self.owner).activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.owner.id
        )
        model_id = self.env["ir.model"]._get_id("client.issue")
        issue = self._find("client.issue", self.foreign)
        for values in (
            {"res_id": self.foreign.id},
            {"res_model_id": model_id, "res_id": issue.id},
        ):
            with self.assertRaises(AccessError):
                mine.write(values)

    def test_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        self.relationship.user_id = False
        self.relationship.team_id = self.env["crm.team"].create(
            {"name": "Harbour", "user_id": self.owner.id, "company_id": False}
        )
        with self.assertRaises(AccessError):
            self.relationship.with_user(self.owner).company_id = sister
