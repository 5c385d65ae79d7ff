from lxml import etree

from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..const import (
    ACTIVITY_TOUGH_CONVERSATION,
    MANAGER_GROUP,
    MONEY_GROUP,
    USER_GROUP,
)

ADDON = "client_health"
MAX_FILTERS = 20
# The first thing users see, in the order of their day
FIRST_LEVEL = [
    "Today",
    "Clients",
    "Waiting",
    "Relationship",
    "Processes",
    "Reporting",
    "Configuration",
]
RELATIONSHIP = ["Agreements", "Goals", "Feedback", "Issues", "Accomplishments", "Client Updates"]
PROCESSES = ["Reboots", "Offboardings", "Open Conversations"]
IN_CRM = ["Today", "Clients", "Waiting", "Feedback"]
# What a graph or a pivot opens on, where the user may read such a figure of the model
SCORES = {"health_score", "health_score_shared", "score", "score_shared", "satisfaction", "nps"}
# Their question is how many, or how long
COUNTS = {
    "client_health.client_relationship_view_graph_strain",  # demanding clients, per salesperson
    "client_health.project_task_view_graph_unrequested",  # hours that nobody asked for
}
# Of these a firm has hundreds: only views that open on ten of them may group by one
MANY = {"partner_id", "project_id", "relationship_id"}
LIMITED = {
    "client_current_graph",
    "client_current_pivot",
    "client_health_graph",
    "client_portfolio_map",
    "client_top_graph",
    "client_top_pivot",
}
# Our graphs that draw no figure of 0 where none is known
KNOWING = {name for name in LIMITED if not name.endswith("_pivot")}


@tagged("post_install", "-at_install")
class TestNavigation(TransactionCase):
    """How one gets around: menus, the search, and what graphs and pivots open on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, groups in (
            ("owner", [USER_GROUP, "sales_team.group_sale_salesman"]),
            ("analyst", [USER_GROUP, MONEY_GROUP]),
            ("manager", [MANAGER_GROUP, MONEY_GROUP]),
        ):
            user = new_test_user(cls.env, f"navigation_{name}", ",".join(groups))
            setattr(cls, name, user)
        cls.users = cls.owner + cls.analyst + cls.manager

    def _get_names(self, xmlid, user):
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        children = menus[self.env.ref(f"{ADDON}.{xmlid}").id]["children"]
        return [menus[child]["name"] for child in children]

    def test_first_level(self):
        root = "menu_client_health_root"
        self.assertEqual(self._get_names(root, self.manager), FIRST_LEVEL)
        self.assertEqual(self._get_names(root, self.owner), FIRST_LEVEL[:-1])

    def test_second_level(self):
        for xmlid, expected in (
            ("menu_client_health_records", RELATIONSHIP),
            ("menu_client_health_processes", PROCESSES),
        ):
            names = self._get_names(xmlid, self.manager)
            self.assertEqual([name for name in names if name in expected], expected)
        self.assertEqual(self._get_names("menu_client_relationship", self.owner), IN_CRM)

    def _load(self, action):
        if action._name == "ir.actions.server":
            return action.run()
        return action._get_action_dict()

    def test_every_menu_shows_something_or_says_why_not(self):
        """What opens has its views, and a text for the time when it is empty."""
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.ui.menu")]
        )
        menus = self.env["ir.ui.menu"].browse(data.mapped("res_id")).filtered("action")
        self.assertGreater(len(menus), 25)
        for menu in menus.with_user(self.manager).sudo():
            action = self._load(menu.action)
            if action["type"] != "ir.actions.act_window" or action.get("res_id"):
                continue
            if action["target"] == "new" or action["res_model"] == "res.config.settings":
                continue
            with self.subTest(menu=menu.complete_name):
                self.assertTrue(action.get("help"), f"{menu.complete_name}: no help")
                views = self.env[action["res_model"]].get_views(action["views"])["views"]
                self.assertEqual(set(views), {kind for _id, kind in action["views"]})

    def test_filters_can_be_taken_in(self):
        for user in self.users:
            arch = self.env["client.relationship"].with_user(user).get_view(view_type="search")
            root = etree.fromstring(arch["arch"])
            shown = root.xpath("/search/filter[not(@invisible='1')]/@name")
            self.assertLessEqual(len(shown), MAX_FILTERS, shown)
            self.assertIn("my_clients", shown)
            self.assertGreater(len(root.xpath("/search/separator")), 3, "They are in groups")

    def test_no_search_has_more_filters(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.ui.view")]
        )
        searches = (
            self.env["ir.ui.view"]
            .browse(data.mapped("res_id"))
            .filtered(lambda view: view.type == "search" and view.mode == "primary")
        )
        self.assertGreater(len(searches), 15)
        for view in searches:
            root = etree.fromstring(self.env[view.model].get_view(view.id, "search")["arch"])
            shown = root.xpath("/search/filter[not(@invisible='1')]/@name")
            self.assertLessEqual(len(shown), MAX_FILTERS, view.xml_id)
            if len(shown) > MAX_FILTERS / 4:
                self.assertTrue(root.xpath("/search/separator"), f"{view.xml_id}: in groups")

    def test_clients_and_agreements_are_archived(self):
        """Delete is offered nowhere where it is nearly always refused."""
        views = self.env["ir.ui.view"].search(
            [
                ("model", "in", ("client.relationship", "client.agreement")),
                ("mode", "=", "primary"),
                ("type", "in", ("form", "list")),
            ]
        )
        self.assertGreater(len(views), 5)
        for view in views:
            root = etree.fromstring(self.env[view.model].get_view(view.id, view.type)["arch"])
            if root.get("js_class") != "client_agreement_form":  # drafts alone, see there
                self.assertIn(root.get("delete"), ("0", "False"), view.xml_id)

    def _get_charts(self, user):
        """Return {(model, external id of the view): its arch} of what the user's menus open."""
        charts = {}
        shown = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        root = self.env.ref(f"{ADDON}.menu_client_health_root")
        menus = self.env["ir.ui.menu"].search([("id", "child_of", root.id)])
        for menu in menus.filtered(lambda menu: menu.id in shown and menu.action):
            action = self._load(menu.action.with_user(user))
            if action["type"] != "ir.actions.act_window":
                continue
            model = self.env[action["res_model"]].with_user(user)
            for view_id, kind in action["views"]:
                if kind in ("graph", "pivot"):
                    view = model.get_view(view_id, kind)
                    name = self.env["ir.ui.view"].browse(view["id"]).xml_id
                    charts[model._name, name] = etree.fromstring(view["arch"])
        return charts

    def _get_figures(self, model):
        """Return the amounts and scores that the user may read, and a database can add up."""
        return {
            name
            for name, field in model._fields.items()
            if field.store
            and field.aggregator
            and (field.type == "monetary" or name in SCORES)
            and model._has_field_access(field, "read")
        }

    def test_graph_and_pivot_open_on_a_figure(self):
        """On money or a score where there is one, and on ten of what there are hundreds of."""
        for user, least in ((self.owner, 12), (self.analyst, 15), (self.manager, 15)):
            charts = self._get_charts(user)
            self.assertGreaterEqual(len(charts), least, [*charts])
            for (name, xmlid), arch in charts.items():
                with self.subTest(user=user.login, view=xmlid):
                    measures = arch.xpath("//field[@type='measure']/@name")
                    figures = self._get_figures(self.env[name].with_user(user))
                    if figures and xmlid not in COUNTS:
                        self.assertIn([*measures, None][0], figures)
                    groups = {*arch.xpath("//field[not(@type='measure')]/@name")}
                    if groups & MANY:
                        self.assertIn(arch.get("js_class"), LIMITED)

    def test_no_graph_draws_the_unknown(self):
        """A figure that may be unknown is drawn by a graph that leaves it out: Odoo's draws 0."""
        views = self.env["ir.ui.view"].search([("type", "=", "graph"), ("mode", "=", "primary")])
        ours = views.filtered(lambda view: view.xml_id.startswith(f"{ADDON}."))
        self.assertGreater(len(ours), 8)
        for view in ours:
            arch = etree.fromstring(view.arch)
            with self.subTest(view=view.xml_id):
                if arch.xpath("//field[@type='measure']") and view.xml_id not in COUNTS:
                    self.assertIn(arch.get("js_class"), KNOWING)

    def test_the_server_says_nothing_of_the_unknown(self):
        """What is known of no client is empty in a group, and not the sum 0 of nothing."""
        partner = self.env["res.partner"].create({"name": "New", "is_company": True})
        client = self.env["client.relationship"].create({"partner_id": partner.id})
        figures = [
            "client_margin:sum",
            "client_margin_after_overhead:sum",
            "health_score:avg",
            "health_score_shared:avg",
            "health_coverage:avg",
            "health_trend:avg",
            "health_trend_shared:avg",
        ]
        [(known, *found)] = client._read_group([("id", "=", client.id)], ["partner_id"], figures)
        self.assertEqual(known, partner)
        self.assertEqual(found, [False] * len(figures))

    def test_counts_to_answer_say_of_what(self):
        """Messages and complaints are counted apart, so each number names what it counts."""
        views = (
            self.env["ir.ui.view"]
            .search(
                [("model", "in", ("client.relationship", "res.partner")), ("mode", "!=", False)]
            )
            .filtered(lambda view: view.xml_id.startswith(f"{ADDON}."))
        )
        words = {"client_waiting_count": "message", "client_feedback_open_count": "feedback|compl"}
        found = set()
        for view in views:
            for node in etree.fromstring(view.arch).iter("field"):
                if node.get("name") not in words or node.get("invisible") == "1":
                    continue
                found.add(node.get("name"))
                said = [node.get("string") or "", *node.getparent().itertext()]
                with self.subTest(view=view.xml_id):
                    self.assertRegex(" ".join(said).lower(), words[node.get("name")])
        self.assertEqual(found, words.keys())
        Client = self.env["client.relationship"]
        for name, word in words.items():
            self.assertRegex(Client._fields[name].string.lower(), word)

    def test_the_menu_of_a_card_covers_no_figure(self):
        """Odoo lays it over the top right corner: the score and its trend leave room for it."""
        view = self.env.ref(f"{ADDON}.client_relationship_view_kanban")
        for user, name in ((self.manager, "health_score"), (self.owner, "health_score_shared")):
            arch = self.env["client.relationship"].with_user(user).get_view(view.id)["arch"]
            [score] = etree.fromstring(arch).xpath(f"//t[@t-name='card']//field[@name='{name}']")
            room = {word for word in score.get("class").split() if word.startswith("pe-")}
            self.assertEqual(room, {"pe-4"})

    def test_automatic_activities_are_not_offered(self):
        """What Odoo plans by itself cannot be planned by hand, by anybody; calls can."""
        tough = self.env.ref(ACTIVITY_TOUGH_CONVERSATION)
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "mail.activity.type")]
        )
        ours = self.env["mail.activity.type"].browse(data.mapped("res_id"))
        for user in (self.owner, new_test_user(self.env, "navigation_plain", "base.group_user")):
            for model in ("mail.activity.schedule", "mail.activity"):
                domain = safe_eval(
                    self.env[model]._fields["activity_type_id"].domain,
                    {"res_model": "client.relationship", "activity_type_id": False},
                )
                offered = self.env["mail.activity.type"].with_user(user).search(domain)
                self.assertIn(self.env.ref("mail.mail_activity_data_call"), offered)
                self.assertEqual(offered & ours, tough)
