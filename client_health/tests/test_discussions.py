from odoo.exceptions import UserError
from odoo.tests import tagged

from .relationship.test_client_merge_content import RichClientCommon


@tagged("post_install", "-at_install")
class TestDiscussions(RichClientCommon):
    """What is said about a client leaves its discussion by no other way than those we know."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_rich(cls.relationship, "Rich")
        cls.outsider = cls.env["res.partner"].create(
            {"name": "Competitor", "email": "spy@competitor.example.com"}
        )
        cls.records = [
            cls.env[name].search([("relationship_id", "=", cls.relationship.id)], limit=1)
            for name, model in cls.env.registry.items()
            if name.startswith("client.")
            and not model._abstract
            and "message_ids" in model._fields
            and name != "client.relationship"
        ]
        cls.records = [cls.relationship, *filter(None, cls.records)]

    def setUp(self):
        super().setUp()
        self.mails_before = self.env["mail.mail"].search([])

    def _assert_nothing_left(self, record, attempt):
        with self.subTest(model=record._name), self.assertRaises(UserError):
            attempt(record.with_user(self.owner))
        self.assertFalse(self.env["mail.mail"].search([]) - self.mails_before)

    def test_every_discussion_has_the_guard(self):
        guard = self.env.registry["client.discussion.mixin"]
        for name, model in self.env.registry.items():
            if (
                name.startswith("client.")
                and not model._abstract
                and "message_ids" in model._fields
            ):
                self.assertTrue(issubclass(model, guard), name)
        self.assertGreater(len(self.records), 5)

    def test_post(self):
        for record in self.records:
            for values in (
                {"partner_ids": self.outsider.ids},
                {"outgoing_email_to": "spy@competitor.example.com"},
            ):
                for message_type in ("comment", "notification", "email"):
                    self._assert_nothing_left(
                        record,
                        lambda mine, values=values, message_type=message_type: mine.message_post(
                            body="Secret", message_type=message_type, **values
                        ),
                    )

    def test_notify(self):
        for record in self.records:
            self._assert_nothing_left(
                record,
                lambda mine: mine.message_notify(body="Secret", partner_ids=self.outsider.ids),
            )
            self._assert_nothing_left(
                record,
                lambda mine: mine.env["mail.thread"].message_notify(
                    body="Secret",
                    model=mine._name,
                    res_id=mine.id,
                    partner_ids=self.outsider.ids,
                ),
            )

    def test_notify_a_colleague(self):
        """Odoo's own notices, as of an assignment, go on."""
        message = self.relationship.with_user(self.owner).message_notify(
            body="Look", partner_ids=self.seller.partner_id.ids
        )
        self.assertEqual(message.partner_ids, self.seller.partner_id)

    def test_mass_mail(self):
        composers = self.env["mail.compose.message"].with_user(self.owner)
        for record in self.records:
            composer = composers.create(
                {
                    "composition_mode": "mass_mail",
                    "model": record._name,
                    "res_ids": repr(record.ids),
                    "subject": "Secret",
                    "body": "Secret",
                    "partner_ids": self.outsider.ids,
                }
            )
            self._assert_nothing_left(
                record, lambda _mine, composer=composer: composer.action_send_mail()
            )
            self._assert_nothing_left(
                record,
                lambda mine: mine.message_mail_with_source(
                    "client_health.client_update_message",
                    render_values={"update": mine},
                    partner_ids=self.outsider.ids,
                    subject="Secret",
                ),
            )

    def test_template(self):
        for record in self.records:
            template = self.env["mail.template"].create(
                {
                    "name": "Secret",
                    "model_id": self.env["ir.model"]._get_id(record._name),
                    "email_to": "spy@competitor.example.com",
                    "body_html": "Secret",
                }
            )
            self._assert_nothing_left(
                record,
                lambda mine, template=template: template.with_user(self.owner).send_mail(mine.id),
            )
