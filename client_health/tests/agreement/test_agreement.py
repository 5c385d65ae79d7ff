from base64 import b64encode
from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from lxml import etree
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common_agreement import ClientAgreementCommon


@tagged("post_install", "-at_install")
class TestAgreement(ClientAgreementCommon):
    def _get_activities(self, record, kind):
        return record.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref(f"client_health.mail_activity_type_agreement_{kind}")
            )
        )

    def test_way_of_an_agreement(self):
        agreement = self._create_agreement(user=self.owner)
        self.assertEqual((agreement.state, agreement.version), ("draft", 1))
        self.assertEqual(agreement.company_id, self.company)
        self.assertEqual(agreement.partner_id, self.client_partner)
        agreement.action_propose()
        self.assertEqual(agreement.state, "proposed")
        self.assertTrue(agreement.proposed_on)
        self._accept(agreement)
        self.assertEqual(agreement.state, "accepted")
        self.assertEqual(agreement.accepted_by, "Elena Marsh")
        self.assertEqual(agreement.acceptance_channel, "online")
        self.assertTrue(agreement.signature)
        self.assertTrue(agreement.accepted_on)
        self.assertEqual(agreement.acceptance_hash, agreement._get_text_hash())

    def test_a_new_signatory_gets_an_address(self):
        """A name that is typed in opens the form of a contact, of this client, with its e-mail."""
        agreement = self._create_agreement(signatory_id=False)
        view = etree.fromstring(agreement.get_view(view_type="form")["arch"])
        (field,) = view.xpath("//field[@name='signatory_id']")
        self.assertTrue(safe_eval(field.get("options"))["no_quick_create"])
        context = safe_eval(field.get("context"), {"partner_id": agreement.partner_id.id})
        form = Form(self.env["res.partner"].with_context(**context, default_name="Otis"))
        form.email = "otis@blueharbour.example.com"
        agreement.signatory_id = form.save()
        self.assertEqual(agreement.signatory_id.parent_id, self.client_partner)
        agreement.action_propose()
        self.assertEqual(agreement.state, "proposed")

    def test_what_is_missing_is_named(self):
        agreement = self._create_agreement(outcome="<p><br></p>", signatory_id=False)
        with self.assertRaisesRegex(UserError, "Outcome, Signatory"):
            agreement.action_propose()
        agreement.write({"outcome": "<p>More bookings</p>", "signatory_id": self.signatory.id})
        self.signatory.email = False
        with self.assertRaisesRegex(UserError, "no valid e-mail address"):
            agreement.action_propose()
        self.signatory.email = "elena@blueharbour.example.com"
        agreement.proposal_end = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "choose a later date"):
            agreement.action_propose()
        agreement.proposal_end = self.today
        agreement.action_propose()
        self.assertEqual(agreement.state, "proposed")
        with self.assertRaisesRegex(UserError, "waits for the client"):
            agreement.action_propose()

    def test_locked_from_the_proposal_on(self):
        agreement = self._create_agreement(user=self.owner)
        agreement.action_propose()
        changes = {
            "outcome": "<p>Something else</p>",
            "scope_out": "",
            "hours_month": 1,
            "date_review": self.today,
            "signatory_id": False,
            "name": "Other",
            "relationship_id": self._create_clients(1).id,
        }
        for name, value in changes.items():
            with self.subTest(field=name), self.assertRaisesRegex(UserError, "cannot be changed"):
                agreement.with_user(self.manager).write({name: value})
        agreement.action_withdraw()
        agreement.outcome = changes["outcome"]
        self.assertIn("Something else", agreement.outcome)
        self._accept(agreement)
        for user in (self.owner, self.manager, self.env.user):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "cannot be"):
                agreement.with_user(user).outcome = "<p>Forged</p>"

    def test_accepted_on_paper_needs_its_proof(self):
        agreement = self._create_agreement(user=self.owner)
        proof = b64encode(b"%PDF-1.4 signed")
        record = agreement._record_acceptance
        for name, file in (("Elena Marsh", False), ("Elena Marsh", b""), (" ", proof)):
            with self.assertRaisesRegex(UserError, "attach the signed paper"):
                record("paper", self.today, name, file, "signed.pdf")
        with self.assertRaisesRegex(UserError, "in the future"):
            record("paper", self.today + timedelta(days=2), "Elena Marsh", proof, "signed.pdf")
        with self.assertRaisesRegex(UserError, "Only the client"):
            record("online", self.today, "Elena Marsh", proof, "signed.pdf")
        record("paper", self.today - timedelta(days=3), " Elena Marsh ", proof, "signed.pdf")
        self.assertEqual(agreement.state, "accepted")
        self.assertEqual(agreement.accepted_on.date(), self.today - timedelta(days=3))
        self.assertEqual(agreement.acceptance_proof, proof)
        self.assertEqual(agreement.acceptance_user_id, self.owner)
        self.assertEqual(agreement.accepted_by, "Elena Marsh")
        with self.assertRaisesRegex(UserError, "accepted already"):
            record("mail", self.today, "Elena Marsh", proof, "mail.eml")

    def test_wizard_records_the_proof(self):
        agreement = self._create_agreement(user=self.owner)
        action = agreement.action_record_acceptance()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.owner)
            .with_context(**action["context"])
            .create({"channel": "mail", "proof": b64encode(b"Yes!"), "proof_name": "yes.eml"})
        )
        self.assertEqual(wizard.accepted_by, "Elena Marsh")
        wizard.with_context(bin_size=True).action_record()
        self.assertEqual(agreement.acceptance_channel, "mail")
        self.assertEqual(agreement.acceptance_proof, b64encode(b"Yes!"))

    def test_expectation_changed(self):
        agreement = self._create_accepted()
        action = agreement.with_user(self.owner).action_expectation_changed()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.owner)
            .with_context(**action["context"])
            .create({"partner_id": self.signatory.id, "reason": " Three languages "})
        )
        wizard.action_mark_outdated()
        self.assertEqual(agreement.state, "outdated")
        self.assertEqual(agreement.outdated_by_id, self.signatory)
        self.assertEqual(agreement.outdated_reason, "Three languages")
        talk = self._get_activities(self.relationship, "conversation")
        self.assertEqual(talk.user_id, self.owner)
        self.assertEqual(talk.date_deadline, self.today + timedelta(days=7))
        self.assertIn("Three languages", talk.note)
        with self.assertRaisesRegex(UserError, "Only an accepted"):
            self._mark_outdated(agreement)

    def test_expectation_needs_words_and_a_past_day(self):
        agreement = self._create_accepted()
        # in no time zone is it that day yet
        later = self.today + timedelta(days=2)
        with self.assertRaisesRegex(UserError, "what changed"):
            agreement._mark_outdated(self.signatory, "  ", self.today, later)
        with self.assertRaisesRegex(UserError, "in the future"):
            agreement._mark_outdated(self.signatory, "More", later, later)
        self.assertEqual(agreement.state, "accepted")

    def test_successor_replaces(self):
        first = self._create_accepted(user=self.owner)
        self._mark_outdated(first)
        second = self.env["client.agreement"].browse(
            first.with_user(self.owner).action_renew()["res_id"]
        )
        self.assertEqual((second.state, second.version), ("draft", 2))
        self.assertEqual(second.previous_id, first)
        self.assertEqual(second.outcome, first.outcome)
        self.assertEqual(second.signatory_id, self.signatory)
        self.assertFalse(second.accepted_on or second.signature or second.outdated_reason)
        self.assertEqual(first.action_renew()["res_id"], second.id, "One successor at a time")
        self.assertEqual(first.state, "outdated")
        second.with_user(self.owner).scope_in = "<p>Website in three languages.</p>"
        self._accept(second)
        self.assertEqual(first.state, "replaced")
        self.assertTrue(first.replaced_on)
        self.assertIn("Website and booking", first.scope_in, "Both stay readable")
        with self.assertRaisesRegex(UserError, "only from an accepted agreement"):
            first.sudo().next_ids = False
            first._create_successor()

    def test_second_acceptance_is_refused(self):
        agreement = self._create_accepted()
        with self.assertRaisesRegex(UserError, "accepted already"):
            agreement._accept_online("Elena", self.signature, agreement._get_text_hash())

    def test_signature_is_a_picture(self):
        agreement = self._create_agreement()
        agreement.action_propose()
        text_hash = agreement._get_text_hash()
        for signature in ("", "no base64!", b64encode(b"<svg onload='x'/>").decode()):
            with self.assertRaisesRegex(UserError, "sign"):
                agreement._accept_online("Elena", signature, text_hash)
        with self.assertRaisesRegex(UserError, "type your name"):
            agreement._accept_online("  ", self.signature, text_hash)
        self.assertEqual(agreement.state, "proposed")

    def test_fingerprint_notices_every_change(self):
        agreement = self._create_agreement()
        known = {agreement._get_text_hash()}
        for name, value in (
            ("outcome", "<p>Guests book on their phones!</p>"),
            ("client_duties", "<p>Decide</p>"),
            ("hours_month", 41),
            ("date_review", self.today),
            ("name", "Other"),
        ):
            agreement[name] = value
            self.assertNotIn(agreement._get_text_hash(), known, name)
            known.add(agreement._get_text_hash())

    def test_signatory_belongs_to_the_client(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(ValidationError, "Stranger does not belong to Blue Harbour"):
            self._create_agreement(signatory_id=stranger.id)

    def test_client_or_opportunity(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self.env["client.agreement"].create({"name": "Nobody's"})
            self.env.flush_all()

    def test_deletion(self):
        draft, seen = self._create_agreement(), self._create_agreement()
        seen.action_propose()
        seen.action_withdraw()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            seen.with_user(self.manager).unlink()
        draft.with_user(self.manager).unlink()
        self.assertFalse(draft.exists())
        self.assertTrue(seen.exists())

    def test_script_is_removed_and_long_texts_survive(self):
        text = "long " * 8000
        agreement = self._create_agreement(
            outcome=f"<p>{text}</p>", scope_in="<p>In<script>alert(1)</script></p>"
        )
        self.assertIn(text.strip(), agreement.outcome)
        self.assertNotIn("script", agreement.scope_in)
        rows = self.env["client.agreement.comparison"]._get_rows(agreement, agreement)
        self.assertFalse([row for row in rows if row[3]])

    def test_other_company(self):
        sister = self.env["res.company"].create({"name": "Sister Agency"})
        far = self.env["res.partner"].create(
            {"name": "Far", "company_id": sister.id, "parent_id": self.client_partner.id}
        )
        with self.assertRaises(UserError):
            self._create_agreement(signatory_id=far.id)
        lead = self.env["crm.lead"].create(
            {"name": "Far deal", "company_id": sister.id, "partner_id": self.client_partner.id}
        )
        with self.assertRaises(UserError):
            self._create_agreement(lead_id=lead.id)

    def test_review_is_reminded_once(self):
        due = self._create_accepted(date_review=self.today)
        clients = self._create_clients(3)
        signatories = self.env["res.partner"].create(
            [{"name": "S", "email": "s@x.com", "parent_id": rel.partner_id.id} for rel in clients]
        )
        others = [
            self._create_agreement(rel, signatory_id=signatory.id, date_review=self.today)
            for rel, signatory in zip(clients, signatories, strict=True)
        ]
        for agreement in others[1:]:
            self._accept(agreement)
        self._move(clients[2], "offboard", "ended")
        later = self._create_accepted(date_review=self.today + timedelta(days=1))
        for _run in range(2):
            self._run_job("ir_cron_client_agreement_review")
        reminded = [
            len(self._get_activities(rel, "review")) for rel in (self.relationship, *clients)
        ]
        self.assertEqual(reminded, [1, 0, 1, 0], "Not a draft, not a client that left")
        self.assertEqual(self._get_activities(self.relationship, "review").user_id, self.owner)
        self.assertEqual(due.review_reminded_on, self.today)
        self.assertFalse(later.review_reminded_on)

    def test_reviewed_and_kept_as_it_is(self):
        due = self._create_accepted(date_review=self.today - timedelta(days=40))
        self._run_job("ir_cron_client_agreement_review")
        self.assertTrue(self._get_activities(self.relationship, "review"))
        due.with_user(self.owner).action_keep()
        self.assertEqual(due.date_review, self.today + relativedelta(months=6))
        self.assertEqual(due.date_review_agreed, self.today - timedelta(days=40))
        self.assertEqual(due.acceptance_hash, due._get_text_hash(), "what was accepted still holds")
        self.assertFalse(self._get_activities(self.relationship, "review"))
        self.assertFalse(due.review_reminded_on, "the next review is reminded again")
        self.assertIn("kept as it is", due.message_ids[0].body)
        due.with_user(self.owner).action_keep()
        self.assertEqual(due.date_review_agreed, self.today - timedelta(days=40))
        with self.assertRaisesRegex(UserError, "Only an accepted agreement"):
            self._create_agreement().action_keep()

    def _create_due(self, count):
        """Return clients whose agreement is to be reviewed today."""
        clients = self._create_clients(count)
        for rel in clients:
            signatory = self.env["res.partner"].create(
                {"name": "S", "parent_id": rel.partner_id.id}
            )
            self._create_agreement(rel, signatory_id=signatory.id, date_review=self.today)
        clients.agreement_ids.sudo().write({"state": "accepted"})
        return clients

    def test_one_bad_batch_does_not_stop_the_rest(self):
        first, second = self._create_due(2)
        agreements = self.env["client.agreement"]
        remind = type(agreements)._remind_review

        def fail_once(due):
            if due == first.agreement_ids:
                raise ValueError("broken")
            return remind(due)

        with (
            patch.object(self.registry["ir.cron"], "_commit_progress", return_value=1),
            patch.object(self.registry["client.agreement"], "_remind_review", fail_once),
            self.assertLogs("odoo.addons.client_health", "ERROR"),
        ):
            agreements._cron_remind_agreement_review(batch_size=1)
        self.assertFalse(self._get_activities(first, "review"))
        self.assertTrue(self._get_activities(second, "review"))

    def test_queries_of_reminders_do_not_grow(self):
        counts = []
        for count in (5, 50):
            ids = self._create_due(count).agreement_ids.ids
            self.env.flush_all()
            self.env.invalidate_all()
            agreements = self.env["client.agreement"].search([("id", "in", ids)])
            before = self.cr.sql_log_count
            agreements._remind_review()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 5)

    def test_reminders_go_out_in_batches(self):
        clients = self._create_due(5)
        agreements = self.env["client.agreement"]
        with patch.object(self.registry["ir.cron"], "_commit_progress", return_value=1) as commit:
            agreements._cron_remind_agreement_review(batch_size=2)
        self.assertEqual(commit.call_count, 3)
        self.assertEqual(len(self._get_activities(clients, "review")), 5)
        self.assertFalse(agreements.search_count(agreements._get_review_domain()))
