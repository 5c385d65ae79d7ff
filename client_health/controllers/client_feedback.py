from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from ..client_input import read_text
from ..engine.communication import answers
from ..tools import format_day
from .client_portal import ClientPortal

MODEL = "client.feedback.request"
KEY_PATH = "/client/feedback"
TEXT_LENGTH = 10_000


class ClientFeedbackPortal(ClientPortal):
    """Where a contact answers how our work is going, by the link in a mail and without a login.

    A click in the mail opens the page with that answer chosen, and writes no answer: programs that
    look through mails follow links, too. What counts is sent from the page. Wrong, old, foreign and
    guessed links get the same page; the page gets plain values, never a record.
    """

    @http.route(
        f"{KEY_PATH}/<string:key>", type="http", auth="public", methods=["GET"], website=True
    )
    def client_feedback_enter(self, key, grade=None, stop=None, **_kwargs):
        """Take the key out of the address."""
        query = f"?grade={grade}" if _is_number(grade) else "?stop=1" if stop else ""
        entered = self._enter(
            key, [MODEL], get_url=lambda link: f"{self._get_url(link)}{query}", path=KEY_PATH
        )
        return entered or self._refuse_link()

    def _get_url(self, link):
        return f"{KEY_PATH}/answer/{link.res_id}"

    @http.route(
        f"{KEY_PATH}/answer/<int:request_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def client_feedback(self, request_id, grade=None, stop=None, said=None, **_kwargs):
        """Show the question, or thank for the answer."""
        link = self._get_own_link(MODEL, request_id)
        if not link:
            return self._refuse_link()
        asked = link._get_record()
        if said == "answer" and asked.state == answers.ANSWERED:
            return self._render_feedback(link, page="thanks")
        if said == "stop" and link.partner_id.client_feedback_opt_out:
            return self._render_feedback(link, page="stopped")
        if stop:
            return self._render_feedback(link, page="stop")
        return self._render_feedback(link, chosen=_read_grade(grade, asked.scale))

    @http.route(
        f"{KEY_PATH}/answer/<int:request_id>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def client_feedback_submit(self, request_id, grade=None, comment="", improvement="", **_kwargs):
        """Keep the answer, for the first time or changed."""
        link = self._get_own_link(MODEL, request_id)
        if not self._count_post(MODEL, request_id, link):
            return self._refuse_visit()
        if not link:
            return self._refuse_link()
        asked = link._get_record()
        number = _read_grade(grade, asked.scale)
        try:
            words = [read_text(request.env, text, TEXT_LENGTH) for text in (comment, improvement)]
            # a number that is none of the answers is refused there
            asked._answer(-1 if number is None else number, *words)
        except UserError as refusal:
            return self._render_feedback(
                link,
                chosen=number,
                typed={"comment": str(comment), "improvement": str(improvement)},
                error=str(refusal),
            )
        return self._protect(request.redirect(f"{self._get_url(link)}?said=answer", code=303))

    @http.route(
        f"{KEY_PATH}/answer/<int:request_id>/stop",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def client_feedback_stop(self, request_id, **_kwargs):
        """The contact does not want to be asked again."""
        link = self._get_own_link(MODEL, request_id)
        if not self._count_post(MODEL, request_id, link):
            return self._refuse_visit()
        if not link:
            return self._refuse_link()
        link._get_record()._opt_out()
        return self._protect(request.redirect(f"{self._get_url(link)}?said=stop", code=303))

    def _render_feedback(self, link, page="question", chosen=None, typed=None, error=None):
        asked, contact = link._get_record(), link.partner_id
        lang = contact.lang or asked.company_id.partner_id.lang
        if lang:
            request.update_context(lang=lang)
            asked = asked.with_context(lang=lang)
        values = {
            **prepare_page(asked, contact, chosen, typed),
            "page": page,
            "error": error,
            "action": self._get_url(link),
        }
        return self._protect(request.render("client_health.client_feedback_page", values))


def prepare_page(asked, contact, chosen=None, typed=None):
    """Return the white list: all that the contact sees of the question, as plain values."""
    answered = asked.state == answers.ANSWERED
    if chosen is None and answered:
        chosen = asked.grade
    typed = typed or {"comment": asked.comment, "improvement": asked.improvement}
    return {
        "company_name": asked.company_id.name,
        "contact_name": contact.name,
        "sender_name": asked.user_id.name or asked.company_id.name,
        "scale": asked.scale,
        "choices": asked._get_choices(),
        "chosen": chosen,
        "comment": typed["comment"] or "",
        "improvement": typed["improvement"] or "",
        "is_answered": answered,
        "is_low": answered and asked.is_low,
        "until": format_day(asked.env, fields.Date.to_date(asked.date_end)),
    }


def _is_number(text):
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 3


def _read_grade(text, scale):
    """Return the grade of an address or a form; None for anything that is none."""
    if not _is_number(text) or not answers.is_grade(scale, int(text)):
        return None
    return int(text)
