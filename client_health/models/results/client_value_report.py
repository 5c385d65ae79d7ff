import logging

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.tools import html2plaintext

from ...engine.clock import get_today
from ...engine.period import last_calendar_period
from ...tools import get_data_record
from ..communication.client_update import TEMPLATES

_logger = logging.getLogger(__name__)

KIND = "value_report"
REPORT = "client_health.client_value_report"
# Months of a period of the calendar
MONTHS = {"quarter": 3, "half": 6, "year": 12}
# What the report is made from, and cannot be changed once it is sent
FROZEN = frozenset(
    (
        "report_period",
        "report_start",
        "report_end",
        "report_has_fees",
        "report_has_punctuality",
    )
)
# What the covering letter names
NAMED = frozenset(("report_period", "report_start", "report_end", "recipient_ids"))


class ClientUpdate(models.Model):
    """Adds the value report: what a client and we reached in a period, and what is next.

    ``client.value.report`` collects it, in the language of the recipients. A draft shows the
    figures of today; what was sent is stored as it was, with its PDF where one can be made.
    """

    _name = "client.update"
    _inherit = ["client.update"]

    report_period = fields.Selection(
        [
            ("quarter", "Last quarter"),
            ("half", "Last half-year"),
            ("year", "Last year"),
            ("own", "Own dates"),
        ],
        string="Period",
        compute="_compute_report_period",
        store=True,
        readonly=False,
        precompute=True,
        help="Of the calendar; the last one of which all months are closed.",
    )
    report_start = fields.Date(
        string="From",
        compute="_compute_report_dates",
        store=True,
        readonly=False,
        precompute=True,
        help="First day of the report.",
    )
    report_end = fields.Date(
        string="Until",
        compute="_compute_report_dates",
        store=True,
        readonly=False,
        precompute=True,
        help="Last day of the report.",
    )
    report_has_fees = fields.Boolean(
        string="Fees and Return",
        default=True,
        help="Show your fees of the period, and how many times the confirmed value is of them. "
        "Only for whole months that are closed.",
    )
    report_has_punctuality = fields.Boolean(
        string="Both Sides on Time",
        default=True,
        help="Show your reply times and milestones, and the invoices that the client paid by "
        "their day.",
    )
    report_preview = fields.Html(
        compute="_compute_report_preview",
        sanitize=False,
        help="What the client reads: before it is sent, with the figures of this moment.",
    )
    report_hints = fields.Text(
        compute="_compute_report_hints", help="What to know before it is sent."
    )
    # Made by our template, which escapes what users and clients wrote: the picture is SVG, which
    # a sanitizer would take away.
    report_html = fields.Html(
        string="Report as Sent", sanitize=False, readonly=True, copy=False, protected=True
    )
    report_lang = fields.Char(string="Language as Sent", readonly=True, copy=False, protected=True)

    # Period

    @api.depends("kind")
    def _compute_report_period(self):
        for update in self:
            is_report = update.kind == KIND
            update.report_period = is_report and (update.report_period or "quarter")

    @api.depends("report_period", "relationship_id")
    def _compute_report_dates(self):
        for update in self:
            months = MONTHS.get(update.report_period)
            if months:
                company = update.relationship_id.company_id or self.env.company
                lag = company.sudo().client_closing_lag  # only a number of days
                update.report_start, update.report_end = last_calendar_period(
                    get_today(company), months, lag
                )
            else:
                is_report = update.kind == KIND
                update.report_start = is_report and update.report_start
                update.report_end = is_report and update.report_end

    @api.constrains("kind", "report_start", "report_end")
    def _check_report_dates(self):
        for update in self.filtered(lambda update: update.kind == KIND):
            if not update.report_start or not update.report_end:
                raise ValidationError(self.env._("Please enter from when to when it reports."))
            if update.report_end < update.report_start:
                raise ValidationError(
                    self.env._("The report ends before it starts. Please check both dates.")
                )
            if update.report_start > self._get_latest_today():
                raise ValidationError(
                    self.env._(
                        "A report cannot be about the future. Please choose an earlier start."
                    )
                )

    @api.onchange("report_start", "report_end")
    def _onchange_report_dates(self):
        """Dates that were typed in are own ones."""
        if self.kind == KIND and self.report_period in MONTHS:
            company = self.relationship_id.company_id or self.env.company
            lag = company.sudo().client_closing_lag  # only a number of days
            months = MONTHS[self.report_period]
            period = last_calendar_period(get_today(company), months, lag)
            if (self.report_start, self.report_end) != period:
                self.report_period = "own"

    # What it says

    def _get_report_lang(self):
        """Return the language in which it is written: that of the letter."""
        return self._get_lang() or self.env.lang or "en_US"

    def _get_report_period_name(self):
        """Return the period in words, in the language of the context."""
        if not (self.report_start and self.report_end):
            return ""  # Odoo tries a template on any update
        report = self.env["client.value.report"]
        return report._format_period(self.report_start, self.report_end)

    def _get_report_html(self):
        """Return what the client reads: as it was sent, else with the figures of this moment."""
        self.ensure_one()
        if self.state == "sent":
            return self.report_html
        if not (self.relationship_id and self.report_start and self.report_end):
            return False
        if self.report_end < self.report_start:
            return False
        self.relationship_id.check_access("read")
        lang = self._get_report_lang()
        report = self.env["client.value.report"]
        values = report._collect(
            self.relationship_id._origin,
            self.report_start,
            self.report_end,
            lang=lang,
            with_fees=self.report_has_fees,
            with_punctuality=self.report_has_punctuality,
        )
        return report._render(values, lang)

    @api.depends(
        "kind",
        "state",
        "relationship_id",
        "report_start",
        "report_end",
        "report_has_fees",
        "report_has_punctuality",
        "recipient_ids",
    )
    @api.depends_context("uid")
    def _compute_report_preview(self):
        for update in self:
            update.report_preview = update.kind == KIND and update._get_report_html()

    @api.depends("kind", "state", "recipient_ids", "report_start", "report_end")
    def _compute_report_hints(self):
        for update in self:
            is_draft = update.kind == KIND and update.state == "draft"
            update.report_hints = is_draft and "\n".join(update._get_report_hints())

    def _get_report_hints(self):
        """Return the sentences of what the sender should know before sending."""
        # sudo: language, address and bounces of contacts of the client
        contacts = self.sudo().recipient_ids
        names = ", ".join(contacts.filtered("message_bounce").mapped("name"))
        hints = []
        if not contacts and not self._get_reachable_contacts():
            hints.append(
                self.env._("No contact of this client has an e-mail address. Please add one first.")
            )
        if names:
            hints.append(
                self.env._(
                    "Mails to %s came back lately. Please check the address before you send.", names
                )
            )
        if len({contact.lang for contact in contacts}) > 1:
            hints.append(
                self.env._(
                    "These contacts read different languages. The report is written in one: send "
                    "one report for each language, if you like."
                )
            )
        if not self._has_pdf_engine():
            hints.append(
                self.env._(
                    "This server cannot make a PDF, as the program wkhtmltopdf is not installed. "
                    "The client gets a link to its page instead."
                )
            )
        return hints

    def _get_reachable_contacts(self):
        return self.env["res.partner"].search(
            [("id", "child_of", self.relationship_id.partner_id.ids), ("email", "!=", False)],
            limit=1,
        )

    # The covering letter

    def write(self, vals):
        if not FROZEN.isdisjoint(vals) and any(
            update.state == "sent" for update in self.filtered(lambda one: one.kind == KIND)
        ):
            raise UserError(self.env._("A sent update cannot be changed. Please write a new one."))
        if NAMED.isdisjoint(vals) or {"name", "body"} & vals.keys():
            return super().write(vals)
        untouched = self._filter_untouched()
        result = super().write(vals)
        untouched.action_use_template()
        return result

    def _filter_untouched(self):
        """Return the drafts of reports whose letter is the template's, word for word."""
        drafts = self.filtered(lambda one: one.kind == KIND and one.state == "draft" and one.body)
        return drafts.filtered(lambda one: one._get_letter() == (one.name, _strip(one.body)))

    def _get_letter(self):
        """Return (subject, words) of the template for what the record says now."""
        template = get_data_record(self.env, TEMPLATES[KIND])
        template = template.with_context(lang=self._get_report_lang())
        subject = template._render_field("subject", self.ids)[self.id]
        return subject, _strip(template._render_field("body_html", self.ids)[self.id])

    # Sending

    def action_send(self):
        """Send it once: of two clicks at the same moment, the second is told so."""
        reports = self.filtered(lambda update: update.kind == KIND)
        try:
            # sudo: the lock only; ``super`` checks who sends
            reports.sudo().lock_for_update()
        except LockError as error:
            raise LockError(
                self.env._("This report is being sent at this moment. Please reload the page.")
            ) from error
        return super().action_send()

    def _send(self):
        if self.kind == KIND:
            # sudo: protected; ``action_send`` has checked that the user may write
            self.sudo().write(
                {"report_html": self._get_report_html(), "report_lang": self._get_report_lang()}
            )
        return super()._send()

    def _get_files_to_send(self):
        files = super()._get_files_to_send()
        if self.kind != KIND:
            return files
        pdf = self._make_report_pdf()
        if pdf:
            return [*files, (self._get_report_file_name(), pdf)]
        if self._has_pdf_engine():
            self._message_log(
                body=self.env._(
                    "The report was sent without its PDF, which could not be made. The client has "
                    "the page."
                )
            )
        return files

    # PDF

    @api.model
    def _has_pdf_engine(self):
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("ok", "upgrade")

    @api.model
    def _check_pdf_engine(self):
        if not self._has_pdf_engine():
            raise UserError(
                self.env._(
                    "This server cannot make a PDF, as the program wkhtmltopdf is not installed. "
                    "Please ask your administrator to install it (on Debian: apt-get install "
                    "wkhtmltopdf). The page shows the same, and can be printed by the browser."
                )
            )

    def _make_report_pdf(self):
        """Return the PDF of one report, None where no PDF can be made: the page is there then."""
        self.ensure_one()
        if not self._has_pdf_engine():
            return None
        try:
            # sudo: the report of a record that the caller may read, or that was sent to it
            pdf, kind = self.env["ir.actions.report"].sudo()._render_qweb_pdf(REPORT, self.ids)
        except (UserError, OSError, ValueError):
            _logger.warning("No PDF of value report %s", self.id, exc_info=True)
            return None
        return pdf if kind == "pdf" else None

    def _get_report_file_name(self):
        """Return the name of the PDF: client and period, without what a path has no place for."""
        name = f"{self.partner_id.name} {self.report_start} {self.report_end}"
        return "".join(c if c.isalnum() or c in " -_." else "_" for c in name).strip() + ".pdf"

    def action_print_value_report(self):
        """Make the PDF of this report."""
        self.ensure_one()
        self.check_access("read")
        self._check_pdf_engine()
        return self.env.ref(REPORT).report_action(self, config=False)

    def action_open_value_report(self):
        """Open the page as the client sees it, to show it in a meeting or to look it over."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/client/value-report/{self.id}"}


def _strip(html):
    return " ".join(html2plaintext(html or "").split())
