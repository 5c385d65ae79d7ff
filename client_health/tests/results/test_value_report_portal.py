# pylint: disable=translation-required
import re
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, html2plaintext, mute_logger

from ..common_mail import GatewayCommon
from ..relationship.test_client_merge_content import RichClientCommon
from .test_value_report import ValueReportCommon

# What a client may read of its records: {model: fields}; _is_shown says of which records.
SHOWN = {
    "client.goal": {"name", "benefit_client", "unit"},
    "client.accomplishment": {
        "name",
        "description",
        "value_words",
        "link",
        "confirmed_words",
        "confirmed_amount",
    },
    "client.value": {"words"},
    "client.feedback": {"text"},
    "client.profitability": {"revenue"},
    # what its own page says besides the report
    "client.update": {"name", "body"},
}
# Without a meaning of their own, or needed to find the record
PASSED_OVER = {"res_model", "key", "record_ref", "email", "lang", "access_token", "report_lang"}
WORD = re.compile(r"ZQ[a-z.]+-[a-z_0-9]+-\d+ZQ")


@tagged("post_install", "-at_install")
class TestWhatTheClientReads(ValueReportCommon, RichClientCommon, GatewayCommon, HttpCase):
    """Every text and every amount of a client's records is marked; only what is listed comes out.

    A field that somebody adds tomorrow is marked too.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.email = "portal@blueharbour.example.com"
        cls._make_rich(cls.relationship, "Rich")
        cls._run_goal(actual=20)
        cls._run_goal(name="Draft", state="draft")
        cls._run_goal(name="Dropped", state="dropped")
        cls._confirm(10)
        cls._create_accomplishment(date=cls.middle)
        cls._charge(100)
        cls.relationship.value_ids._record(
            cls.relationship, cls.contact, "portal", words="You answer", date=cls.middle
        )
        cls.env["client.feedback"].create(
            {
                "relationship_id": cls.relationship.id,
                "contact_id": cls.contact.id,
                "kind": "praise",
                "text": "Well done",
                "given_by_client": True,
                "date": cls.middle,
            }
        )
        cls.report = cls._report(
            report_period="own",
            report_start=cls.start,
            report_end=cls.today,
            recipient_ids=(cls.contact | cls.portal.partner_id).ids,
        )
        cls.amounts = {}
        cls._mark()

    @classmethod
    def _mark(cls):
        cls.env.flush_all()
        number = 61_000_000
        for name, model in cls.env.registry.items():
            if not name.startswith("client.") or not model._auto or model._transient:
                continue
            for field in model._fields.values():
                if not field.store or not field.column_type or field.name in PASSED_OVER:
                    continue
                column, table = SQL.identifier(field.name), SQL.identifier(model._table)
                if field.type in ("char", "text", "html") and not field.translate:
                    start = "https://x/" if field.name == "link" else ""
                    cls.env.cr.execute(
                        SQL(
                            "UPDATE %s SET %s = %s || id || 'ZQ' WHERE %s IS NOT NULL",
                            table,
                            column,
                            f"{start}ZQ{name}-{field.name}-",
                            column,
                        )
                    )
                elif field.type == "monetary":
                    number += 1000
                    cls.amounts[str(number)] = (name, field.name)
                    cls.env.cr.execute(
                        SQL("UPDATE %s SET %s = %s WHERE %s > 0", table, column, number, column)
                    )
        cls.env.invalidate_all()

    def _is_shown(self, record):
        if record._name == "client.goal":
            return record.state in ("agreed", "reached", "missed")
        if record._name == "client.accomplishment":
            return record.is_shared
        if record._name == "client.value":
            return record.is_own
        if record._name == "client.feedback":
            return record.given_by_client and record.kind in ("praise", "value")
        if record._name == "client.update":
            return record == self.report
        return True

    def _check(self, text, expected):
        """Check every mark that is in the text, and that the expected fields are."""
        found = set()
        for word in set(WORD.findall(text)):
            model, fname, record_id = word.removeprefix("ZQ").removesuffix("ZQ").split("-")
            self.assertIn(fname, SHOWN.get(model, ()), word)
            record = self.env[model].browse(int(record_id))
            self.assertTrue(self._is_shown(record), word)
            found.add((model, fname))
        digits = re.sub(r"(?<=\d)[,.\u202f\xa0 ](?=\d)", "", text)
        for amount, (model, fname) in self.amounts.items():
            if amount in digits:
                self.assertIn(fname, SHOWN.get(model, ()), f"{model}.{fname}")
                found.add((model, fname))
        self.assertLessEqual(expected, found)

    def _get_expected(self):
        return {
            ("client.goal", "name"),
            ("client.goal", "benefit_client"),
            ("client.accomplishment", "name"),
            ("client.accomplishment", "confirmed_words"),
            ("client.accomplishment", "confirmed_amount"),
            ("client.value", "words"),
            ("client.feedback", "text"),
        }

    def test_preview_page_and_mail(self):
        self._check(str(self.report.report_preview), self._get_expected())
        self.report.with_user(self.owner).write(
            {"report_period": "own", "report_start": self.start, "report_end": self.end}
        )
        money = {("client.profitability", "revenue")}
        self._check(str(self.report.report_preview), self._get_expected() | money)
        with self.mock_mail_gateway():
            self.report.with_user(self.owner).action_send()
        for mail in self._mails:
            self._check(mail["body"], set())
        self.env.flush_all()
        self.authenticate("client_portal", "client_portal")
        page = self.url_open(f"/my/updates/{self.report.id}").text
        self._check(page, self._get_expected() | money)
        self._check(self.url_open("/my/updates").text, set())


@tagged("post_install", "-at_install")
class TestValueReportPage(ValueReportCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal.partner_id.email = "portal@blueharbour.example.com"
        cls._run_goal(actual=30)
        cls._confirm(9000)
        cls.report = cls._report(recipient_ids=cls.portal.partner_id.ids)
        other = cls.env["res.partner"].create({"name": "Rival", "is_company": True})
        rival = new_test_user(cls.env, "rival_portal", groups="base.group_portal")
        rival.partner_id.parent_id = other

    def _get_page(self, login=None, path=""):
        self.authenticate(login, login)
        with mute_logger("odoo.http"):
            return self.url_open(f"/my/updates/{self.report.id}{path}")

    def test_only_its_recipients(self):
        self.assertNotIn("More bookings", self._get_page("client_portal").text, "Not sent yet")
        self.report.action_send()
        page = self._get_page("client_portal")
        for text in ("More bookings from phones", "It saves us a day", "<svg", "Save as PDF"):
            self.assertIn(text, page.text)
        self.assertIn(self.report.name, self.url_open("/my/updates").text)
        for login in ("rival_portal", "ch_colleague", None):
            with self.subTest(login=login):
                self.assertNotIn("More bookings", self._get_page(login).text)
                pdf = self._get_page(login, "/value-report.pdf")
                self.assertNotIn("More bookings", pdf.text)
                self.assertNotEqual(pdf.headers["Content-Type"], "application/pdf")

    def test_by_the_personal_link(self):
        self.report.action_send()
        link = self.env["client.personal.link"]._get_for(self.report, self.portal.partner_id)
        page = self._get_page(None, f"?access_token={link.key}")
        self.assertIn("More bookings from phones", page.text)
        self.assertIn('lang="en-US"', page.text)

    def test_preview_for_us(self):
        for login, seen in (("ch_owner", True), ("ch_colleague", False), ("client_portal", False)):
            self.authenticate(login, login)
            with self.subTest(login=login), mute_logger("odoo.http"):
                page = self.url_open(f"/client/value-report/{self.report.id}")
                self.assertEqual("More bookings" in page.text, seen)
                self.assertEqual(page.status_code, 200 if seen else 404)
        self.authenticate("ch_owner", "ch_owner")
        page = self.url_open(f"/client/value-report/{self.report.id}")
        self.assertIn("has not been sent yet", page.text)

    def test_no_pdf_can_be_made(self):
        self.report.action_send()
        page = self._get_page("client_portal", "/value-report.pdf")
        self.assertEqual(page.status_code, 200)
        self.assertIn("A PDF cannot be made at the moment", page.text)
        self.assertIn("More bookings from phones", page.text)

    def test_pdf(self):
        """With Odoo's engine where it is installed, else with what it would be given."""
        Report = self.registry["ir.actions.report"]
        given = []
        run = Report._run_wkhtmltopdf
        is_there = self.env["ir.actions.report"].get_wkhtmltopdf_state() == "ok"

        def make(report, bodies, *args, **kwargs):
            given.extend(bodies)
            if is_there:
                return run(report, bodies, *args, **kwargs)
            return b"%PDF-1.4 of a program that is not here"

        with (
            patch.object(self.registry["client.update"], "_has_pdf_engine", lambda self: True),
            patch.object(Report, "get_wkhtmltopdf_state", lambda self: "ok"),
            patch.object(Report, "_run_wkhtmltopdf", make),
        ):
            self.report.with_context(force_report_rendering=True).action_send()
        [body] = given
        self.assertIn("More bookings from phones", body)
        self.assertIn("<svg", body)
        self.assertIn(self.company.name, body)
        [file] = self.report.sent_message_id.attachment_ids
        self.assertTrue(file.raw.startswith(b"%PDF"))
        self.assertTrue(file.name.endswith(".pdf"))
        pdf = self._get_page("client_portal", "/value-report.pdf")
        self.assertEqual(pdf.headers["Content-Type"], "application/pdf")
        self.assertEqual(pdf.content, file.raw)
        self.assertEqual(pdf.headers["Cache-Control"], "no-store")

    def test_a_pdf_that_fails(self):
        def fail(report, *args, **kwargs):
            raise OSError("broken")

        with (
            patch.object(self.registry["client.update"], "_has_pdf_engine", lambda self: True),
            patch.object(self.registry["ir.actions.report"], "_render_qweb_pdf", fail),
            mute_logger("odoo.addons.client_health.models.results.client_value_report"),
        ):
            self.report.action_send()
        self.assertEqual(self.report.state, "sent")
        self.assertFalse(self.report.sent_message_id.attachment_ids)
        self.assertIn("without its PDF", " ".join(self.report.message_ids.mapped("body")))

    def test_what_was_sent_stays(self):
        self.report.action_send()
        self.relationship.goal_ids.name = "Renamed"
        self.env.flush_all()
        page = self._get_page("client_portal")
        self.assertIn("More bookings from phones", page.text)
        self.assertNotIn("Renamed", html2plaintext(page.text))
