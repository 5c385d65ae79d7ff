from lxml.etree import LxmlError
from lxml.html import fragment_fromstring, tostring

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext, split_every

from ..const import USER_GROUP
from ..engine.correspondence import no_answer

# What says more than thanks is longer; HTML makes much of little.
MOST_BODY = 20_000
MARKED_AT_ONCE = 1_000
# What mail programs and Odoo's gateway make of the mail below an answer.
QUOTES = (
    "//blockquote | //*[@data-o-mail-quote] | //*[@data-o-mail-quote-container]"
    " | //*[contains(@class, 'gmail_quote')] | //*[contains(@class, 'moz-cite-prefix')]"
)


class MailMessage(models.Model):
    """What was sent to a client, what came from one, and what changed stays as it was written.

    Odoo lets authors and notified users edit messages, and deletes them for all who may write
    the record. Internal notes stay as Odoo has them.

    A message that asks for no answer carries a mark: it says thanks, a machine wrote it, or a user
    said so. Marked ones wait for nobody; what a machine wrote is no message of the client at all.
    """

    _name = "mail.message"
    _inherit = ["mail.message", "client.protected.mixin"]
    _protect_derived = False

    client_from_outside = fields.Boolean(
        string="From Outside",
        readonly=True,
        groups=USER_GROUP,
        help="A mail from outside that landed on an internal discussion about a client.",
    )

    client_no_answer = fields.Selection(
        [
            (no_answer.AUTOMATIC, "Automatic reply"),
            (no_answer.BULK, "Newsletter"),
            (no_answer.THANKS, "Thanks"),
            (no_answer.SAID, "No answer needed"),
        ],
        string="No Answer Needed",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="Why this message does not wait for an answer.",
        protected=True,
    )
    client_no_answer_reason = fields.Char(
        string="Reason for No Answer",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        protected=True,
    )
    client_no_answer_user_id = fields.Many2one(
        "res.users",
        string="No Answer, by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=USER_GROUP,
        protected=True,
    )
    client_no_answer_date = fields.Datetime(
        string="No Answer Since",
        readonly=True,
        copy=False,
        groups=USER_GROUP,
        help="When a user said so; empty where it follows from the message.",
        protected=True,
    )

    _client_no_answer_idx = models.Index(
        "(model, res_id, create_date) WHERE client_no_answer IS NOT NULL"
    )
    # mails of senders whom Odoo doesn't know: few among the many that no person wrote
    _client_unknown_sender_idx = models.Index(
        "(create_date) WHERE author_id IS NULL AND model IS NOT NULL"
        " AND message_type IN ('email', 'comment')"
    )
    _client_from_outside_idx = models.Index("(model, res_id) WHERE client_from_outside")

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._check_client_author()
        messages._drop_barred_recipients()
        messages._mark_thanks()
        return messages

    def write(self, vals):
        result = super().write(vals)
        if {"model", "res_id", "author_id", "message_type"}.intersection(vals):
            self._check_client_author()
        if {"model", "res_id", "partner_ids"}.intersection(vals):
            self._drop_barred_recipients()
        return result

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation not in ("write", "unlink"):
            return result
        forbidden = result[0] if result else self.browse()
        locked = (self - forbidden)._filter_client_evidence()
        if not locked:
            return result
        return forbidden | locked, lambda: AccessError(self._get_client_evidence_message())

    def _filter_about_clients(self):
        threads = self.env["client.discussion.mixin"]._get_client_thread_models()
        # sudo: only on what a message stands
        return self.filtered(lambda message: message.sudo().model in threads)

    def _filter_client_evidence(self):
        """Return the messages that no user may rewrite: all but comments among colleagues."""
        # sudo: only of which kind a message is
        return self._filter_about_clients().filtered(
            lambda message: (
                message.sudo().message_type != "comment"
                or message.sudo().tracking_value_ids
                or not message.sudo()._is_among_colleagues()
            )
        )

    def _is_among_colleagues(self):
        self.ensure_one()
        if self.model != "client.update":
            return True
        internal = self.is_internal or not self.subtype_id or self.subtype_id.internal
        recipients = self.partner_ids | self.notification_ids.res_partner_id
        return internal and not self.env[self.model]._get_outsiders(recipients.ids)

    @api.model
    def _get_client_evidence_message(self):
        return self.env._(
            "What was sent to a client, what came from a client and the history of changes can't "
            "be edited or deleted."
        )

    def _check_client_author(self):
        """Refuse messages about clients in the name of somebody else, or typed as a mail."""
        if self.env.su:
            return
        for message in self._filter_about_clients().sudo():
            author = message.author_id
            if message.message_type == "email" or (author and author != self.env.user.partner_id):
                raise AccessError(
                    self.env._("A message about a client is written in your own name only.")
                )

    def _drop_barred_recipients(self):
        """A recipient may read a message: on these discussions people from outside may not."""
        # sudo: nothing but the recipients is changed, of messages that were just written
        for message in self._filter_about_clients().sudo():
            thread = self.env[message.model].browse(message.res_id)
            barred = thread._get_barred(message.partner_ids.ids)
            if barred:
                message.partner_ids -= barred

    # No answer needed

    def _mark_thanks(self):
        """Mark what people from outside wrote, and only says thanks."""
        for message in self:
            # sudo: of which kind the message is, and whether its author is a colleague
            if message.sudo()._is_thanks_from_outside():
                # sudo: protected; it follows from the message that was just written
                message.sudo().client_no_answer = no_answer.THANKS

    def _is_thanks_from_outside(self):
        return (
            self.message_type in ("email", "comment")
            and bool(self.model)
            and not self.client_no_answer
            and len(self.body or "") <= MOST_BODY
            and (not self.author_id or self.author_id.partner_share)
            and no_answer.is_thanks(_get_text(self.body))
        )

    def client_set_no_answer(self, reason=False):
        """Say that these messages, and what came before in their discussions, need no answer."""
        self._check_may_judge_answer()
        # sudo: protected; that the user may write on these documents was just checked
        self.sudo().write(
            {
                "client_no_answer": no_answer.SAID,
                "client_no_answer_reason": reason,
                "client_no_answer_user_id": self.env.uid,
                "client_no_answer_date": fields.Datetime.now(),
            }
        )
        self.env["client.waiting"]._drop(self)
        self._refresh_waiting_count()

    def client_set_asks(self):
        """Say that these messages wait for an answer after all."""
        self._check_may_judge_answer()
        # sudo: protected; that the user may write on these documents was just checked
        self.sudo().write(
            {
                "client_no_answer": False,
                "client_no_answer_reason": False,
                "client_no_answer_user_id": False,
                "client_no_answer_date": False,
            }
        )
        self._refresh_waiting_count()

    def _refresh_waiting_count(self):
        """Let the open pages of the user count anew how many clients wait."""
        self.env.user._bus_send("client_health.waiting", {})

    def _check_may_judge_answer(self):
        """Those who may answer on a document may say what on it needs no answer."""
        if not self.env.user.has_group(USER_GROUP):
            raise AccessError(self.env._("Only users of Client Health can say so."))
        self.check_access("read")
        for model, messages in self.grouped("model").items():
            if not model or model not in self.env:
                raise UserError(
                    self.env._(
                        "This message stands on no document. Please answer it where it was written."
                    )
                )
            documents = self.env[model].browse(messages.mapped("res_id"))
            operations = documents._mail_get_operation_for_mail_message_operation("create")
            for document, operation in operations.items():
                document.check_access(operation)

    @api.model
    def _mark_old_messages(self):
        """Mark what was received before the installation, as far as it can still be seen.

        Headers are gone: automatic replies show by their subject, newsletters by the link to
        unsubscribe. Only messages whose words may mean it are read.
        """
        for name, query in no_answer.select_old_candidates().items():
            for ids in split_every(
                MARKED_AT_ONCE, [row[0] for row in self.env.execute_query(query)]
            ):
                messages = self.browse(ids)
                if name == no_answer.THANKS:
                    messages = messages.filtered(lambda m: m._is_thanks_from_outside())
                messages.client_no_answer = name
                self.env.flush_all()
                self.env.invalidate_all()


def _get_text(body):
    """Return the text of a message, without the mail that it quotes; nothing when it can't be read.

    What somebody sent must come in, whatever it is.
    """
    try:
        tree = fragment_fromstring(body or "", create_parent="div")
    except (LxmlError, ValueError):
        return ""
    for quote in tree.xpath(QUOTES):
        quote.getparent().remove(quote)
    return html2plaintext(tostring(tree, encoding="unicode"), include_references=False)


class MailMail(models.Model):
    """Mails to clients: their state is shown on the record, and a failed one is planned again."""

    _name = "mail.mail"
    _inherit = ["mail.mail"]

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # before super(): it deletes the mails that were sent
        notifications = (
            self.env["mail.notification"].sudo().search([("mail_mail_id", "in", self.ids)])
        )
        apart = notifications.filtered(lambda one: not one.mail_mail_id.is_notification)
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
        if apart:
            apart.write(
                {
                    "failure_reason": failure_reason,
                    "failure_type": failure_type,
                    "notification_status": "exception" if failure_type else "sent",
                }
            )
            apart.mail_message_id._notify_message_notification_update()
            self.env["client.feedback.request"]._follow_mails(apart)
        if failure_type:
            notifications._plan_client_mails_again()
        return result


FAILED = ("exception", "bounce")


class MailNotification(models.Model):
    _name = "mail.notification"
    _inherit = ["mail.notification"]

    def _plan_client_mails_again(self):
        """Have mails to clients that failed or came back sent again by whoever is responsible."""
        document = self.env.registry["client.document.mixin"]
        failed = self.filtered(lambda one: one.notification_status in FAILED)
        if failed:
            self.env["client.feedback.request"]._follow_mails(failed)
        for notification in failed:
            message = notification.mail_message_id
            model = message.model in self.env and self.env[message.model]
            partner = notification.res_partner_id
            if isinstance(model, document) and (not partner or partner.partner_share):
                model.browse(message.res_id).exists()._plan_to_send_again(
                    message, notification.failure_reason
                )


class MailTrackingValue(models.Model):
    """The changes of records about clients are evidence, also for administrators."""

    _name = "mail.tracking.value"
    _inherit = ["mail.tracking.value"]

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation == "read":
            return result
        forbidden = result[0] if result else self.browse()
        locked = (self - forbidden).filtered(
            # sudo: only on what the message stands
            lambda value: value.sudo().mail_message_id._filter_about_clients()
        )
        if not locked:
            return result
        Message = self.env["mail.message"]
        return forbidden | locked, lambda: AccessError(Message._get_client_evidence_message())
