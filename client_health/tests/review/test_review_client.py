import io
import zipfile

from odoo.tests import HttpCase, new_test_user, tagged

from ..health.common_health import HealthCommon
from .common_review import open_book, read_table

# In every text that the client must not read
OURS = "INTERNAL"
FIGURES = ("987654", "4711")


@tagged("post_install", "-at_install")
class TestReviewClient(HealthCommon):
    """The review of one client: what is handed to it, and what is for ourselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = {"relationship_id": cls.relationship.id}
        cls.relationship.note = f"{OURS} note"
        cls.contact = cls.env["res.partner"].create(
            {"name": "Carla", "parent_id": cls.client_partner.id}
        )
        cls.goal = cls.env["client.goal"].create(
            {
                **own,
                "name": "Book in three clicks",
                "benefit_client": "More bookings",
                "benefit_us": f"{OURS} benefit",
                "client_owner_id": cls.contact.id,
            }
        )
        cls.goal.state = "agreed"
        cls.env["client.goal"].create({**own, "name": f"{OURS} draft goal"})
        Done = cls.env["client.accomplishment"]
        cls.done = Done.create(
            {**own, "name": "New booking page", "value_amount": 4711, "is_shared": True}
        )
        Done.create({**own, "name": f"{OURS} not shown"})
        cls.env["client.feedback"].create({**own, "kind": "complaint", "text": f"{OURS} said"})
        cls.env["client.issue"].create({**own, "name": f"{OURS} issue"})
        cls.env["client.review.decision"].create({**own, "name": f"{OURS} decision"})
        cls.relationship.activity_schedule(summary=f"{OURS} to do")
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE client_relationship SET client_revenue = 987654, client_margin = 4711,"
            " stage_reason = %s WHERE id = %s",
            (f"{OURS} reason", cls.relationship.id),
        )
        cls.env.invalidate_all()

    def _get_content(self, user=None, for_client=False):
        user = user or self.manager
        review = self.env["client.review"].with_user(user)
        return review._get_client_workbook(self.relationship.with_user(user), for_client)

    def _get_words(self, content):
        """Return everything that stands in any part of the file."""
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())

    def test_the_client_gets_nothing_of_ours(self):
        self._set_points(30)
        self._night()
        words = self._get_words(self._get_content(for_client=True))
        for ours in (OURS, *FIGURES, "/odoo/", self.manager.name, self.manager.login, "Red"):
            self.assertNotIn(ours, words)

    def test_the_client_gets_what_its_page_shows(self):
        book = open_book(self._get_content(for_client=True))
        self.assertEqual(book.sheetnames, ["Review", "Goals", "What we did", "Next quarter"])
        (goal,) = read_table(book["Goals"])
        self.assertEqual((goal["Goal"], goal["Benefit"]), ("Book in three clicks", "More bookings"))
        self.assertIsNone(goal["Progress"], "Not measured is not zero")
        self.assertEqual(goal["Responsible: client"], "Carla")
        (done,) = read_table(book["What we did"])
        self.assertEqual(done["What"], "New booking page")

    def test_confirmed_amounts_only(self):
        self.done.sudo().write(
            {"answer_ids": [(0, 0, {"relationship_id": self.relationship.id,
                                    "words": "Well worth it", "verdict": "yes",
                                    "amount": 5000, "date": self.today, "source": "call",
                                    "contact_id": self.contact.id})]}
        )  # fmt: skip
        (done,) = read_table(open_book(self._get_content(for_client=True))["What we did"])
        self.assertEqual(done["In their words"], "Well worth it")
        self.assertIn(5000, done.values())

    def test_in_the_language_of_the_client(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client_partner.lang = "fr_FR"
        review = self.env["client.review"]
        seen = []
        origin = type(review)._get_client_sheets

        def get_sheets(self, for_client):
            seen.append(self.env.lang)
            return origin(self, for_client)

        with self.subTest("the client's"):
            self.patch(type(review), "_get_client_sheets", get_sheets)
            self._get_content(for_client=True)
            self._get_content()
        self.assertEqual(seen[0], "fr_FR")
        self.assertNotEqual(seen[1], "fr_FR")

    def test_internal_has_all_that_the_user_may_see(self):
        self._nights([(90, 80), (0, 40)])
        book = open_book(self._get_content())
        cells = {row[0]: row[1] for row in book["Client"].iter_rows(max_col=2, values_only=True)}
        self.assertEqual(cells["Score"], 40)
        self.assertIn(80, cells.values())
        self.assertIn(OURS, cells["Stage"])
        names = [row["Goal"] for row in read_table(book["Goals"])]
        self.assertIn(f"{OURS} draft goal", names)
        self.assertTrue(read_table(book["Next three moves"]), "of this client, in focus or not")
        for sheet in ("Feedback", "Issues", "Promises", "Decisions", "Projects"):
            self.assertIn(sheet, book.sheetnames)

    def test_internal_without_money(self):
        content = self._get_content(self.owner)
        self.assertNotIn("987654", self._get_words(content))
        self.assertNotIn("Projects", open_book(content).sheetnames)
        self.assertIn("987654", self._get_words(self._get_content()))


@tagged("post_install", "-at_install")
class TestReviewClientDownload(HttpCase):
    def test_one_entry_in_each_menu(self):
        """On a client it asks for whom, in a list it takes those that are selected."""
        bound = self.env["ir.actions.actions"].get_bindings("client.relationship")["action"]
        for kind in ("list", "kanban", "form"):
            names = [
                action["name"]
                for action in bound
                if kind in action["binding_view_types"].split(",") and "review" in action["name"]
            ]
            self.assertEqual(names, ["Export review (XLSX)"], kind)

    def test_who_may_download(self):
        groups = "base.group_user,client_health.group_client_user"
        owner, other = (
            new_test_user(self.env, login, groups) for login in ("review_owner", "review_other")
        )
        portal = new_test_user(self.env, "review_portal", "base.group_portal")
        partner = self.env["res.partner"].create({"name": "Fernhill / Dental", "is_company": True})
        portal.partner_id.parent_id = partner
        client = self.env["client.relationship"].create(
            {"partner_id": partner.id, "user_id": owner.id}
        )
        export = self.env["client.review.export"].with_user(owner)
        for for_client in (False, True):
            audience = "client" if for_client else "us"
            wizard = export.create({"relationship_ids": client.ids, "audience": audience})
            url = wizard.action_export()["url"]
            self.authenticate(owner.login, owner.login)
            response = self.url_open(url)
            self.assertEqual(response.status_code, 200)
            self.assertEqual("Client" in open_book(response.content).sheetnames, not for_client)
            for user in (other, portal):
                self.authenticate(user.login, user.login)
                self.assertEqual(self.url_open(url).status_code, 404, user.login)
            self.authenticate(None, None)
            self.assertIn(self.url_open(url, allow_redirects=False).status_code, (302, 303))
