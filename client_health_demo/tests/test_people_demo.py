from odoo.fields import Domain
from odoo.tests import tagged

from .common import DemoCommon

# What only the nightly jobs make: nobody is named as its maker on a screen.
MADE_AT_NIGHT = {
    "client.health.snapshot",
    "client.health.warning",
    "client.health.proposal",
    "client.profitability",
    "client.profitability.finding",
}


@tagged("post_install", "-at_install")
class TestPeopleDemo(DemoCommon):
    """Who is who at the clients, and what they owe us, as the screens show it."""

    def test_the_star_has_several_people_in_touch(self):
        star = self._get_client("blue_harbour")
        self.assertFalse(star.people_flag)
        self.assertGreaterEqual(len(star.people_ids.filtered("in_touch")), 2)

    def test_a_contact_cannot_be_reached(self):
        self.assertEqual(self._get_client("copperkettle").people_flag, "unreachable")

    def test_duties(self):
        star, shop = self._get_client("blue_harbour"), self._get_client("granite_owl")
        self.assertEqual(len(star.duty_ids.filtered(lambda duty: duty.state == "open")), 2)
        self.assertFalse(star.duty_ids.filtered("is_late"))
        self.assertEqual(len(shop.duty_ids.filtered("is_late")), 2)
        self.assertIn("meeting", star.duty_ids.mapped("source"))
        self.assertIn("agreement", shop.duty_ids.mapped("source"))


@tagged("post_install", "-at_install")
class TestNobodyIsOdooBot(DemoCommon):
    """Whoever is named on a screen is a person of the agency or of a client."""

    def _get_models(self):
        models = [model for name, model in self.env.items() if name.startswith("client.")]
        return [one for one in models if one._auto and not one._abstract and not one._transient]

    def test_nobody_wrote_as_the_robot(self):
        """Notes of the nightly jobs are its own; all that has words of a person is a person's."""
        projects = self.all_relationships.partner_id.with_context(active_test=False).project_ids
        domain = Domain("model", "in", [model._name for model in self._get_models()])
        for records in (projects, projects.task_ids, projects.update_ids):
            domain |= Domain("model", "=", records._name) & Domain("res_id", "in", records.ids)
        robot = Domain("author_id", "=", self.env.ref("base.partner_root").id)
        messages = self.env["mail.message"].search(domain & robot)
        self.assertLess(len(messages), 5)
        for message in messages:
            self.assertEqual((message.model, message.message_type),
                             ("client.relationship", "notification"), message.body)  # fmt: skip
            self.assertFalse(message.tracking_value_ids, "A job, not a person's move")

    def test_nobody_named_is_the_robot(self):
        robots = {
            "res.users": self.env.ref("base.user_root").ids,
            "res.partner": self.env.ref("base.partner_root").ids,
        }
        for model in self._get_models():
            is_made = model._name not in MADE_AT_NIGHT and (
                "relationship_id" in model._fields or model._name == "client.relationship"
            )
            for field in model._fields.values():
                if not field.store or field.comodel_name not in robots:
                    continue
                if field.name in ("create_uid", "write_uid") and not is_made:
                    continue
                domain = [(field.name, "in", robots[field.comodel_name])]
                found = model.with_context(active_test=False).search(domain)
                self.assertFalse(found, f"{model._name}.{field.name}")

    def test_nobody_who_follows_or_has_to_do_is_the_robot(self):
        robot, ours = self.env.ref("base.partner_root"), ("res_model", "=like", "client.%")
        followers, activities = self.env["mail.followers"], self.env["mail.activity"]
        self.assertFalse(followers.search([ours, ("partner_id", "=", robot.id)]))
        self.assertFalse(activities.search([ours, ("user_id.partner_id", "=", robot.id)]))
        projects = self.all_relationships.partner_id.project_ids
        self.assertNotIn(robot, (projects.user_id | projects.task_ids.user_ids).partner_id)
