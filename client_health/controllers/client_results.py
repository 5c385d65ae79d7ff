from math import isfinite

from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..client_input import read_text
from .client_portal import ClientPortal
from .client_results_values import get_seen, prepare_accomplishment, prepare_client

# What a link in a mail about value leads to
LINKED_MODELS = ["client.accomplishment", "client.relationship"]
# Goals that both sides know; goals to agree and dropped goals stay internal.
SHOWN_STATES = ("agreed", "reached", "missed")


class ClientResults(ClientPortal):
    """What a client sees of its results, and where it answers what they are worth to it.

    The client has no rights on the models. Records are read as superuser after their client was
    checked, and the pages get plain values from a white list: never a record.
    """

    @http.route("/my/results", type="http", auth="user", methods=["GET"], website=True)
    def portal_client_results(self, said=None, **_kwargs):
        clients = [
            prepare_client(client, self._get_goals(client), self._get_accomplishments(client))
            for client in self._get_relationships()
        ]
        values = self._prepare_portal_layout_values()
        return request.render(
            "client_health.portal_client_results",
            {**values, "page_name": "client_results", "clients": clients, "said": said},
        )

    @http.route(
        "/my/results/<int:record_id>/answer",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_client_answer(self, record_id, **post):
        accomplishment = self._get_own_accomplishment(record_id)
        if not self._count_post(accomplishment._name, record_id):
            return self._refuse_visit()
        said = self._keep_answer(accomplishment, request.env.user.partner_id, "portal", post)
        page = self._get_back(post.get("back"), "/my/results")
        return request.redirect(f"{page}?said={said}")

    @http.route(
        "/my/results/<int:client_id>/value",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_client_value(self, client_id, words="", **_kwargs):
        relationship = self._get_relationships().filtered(lambda client: client.id == client_id)
        if not relationship:
            raise NotFound
        if not self._count_post(relationship._name, client_id):
            return self._refuse_visit()
        said = self._keep_words(relationship, request.env.user.partner_id, "portal", words)
        return request.redirect(f"/my/results?said={said}")

    @http.route(
        "/my/results/<int:record_id>/file/<int:file_id>", type="http", auth="user", methods=["GET"]
    )
    def portal_client_file(self, record_id, file_id, **_kwargs):
        return self._get_file(self._get_own_accomplishment(record_id), file_id)

    @http.route(
        "/client/value/<string:key>", type="http", auth="public", methods=["GET"], website=True
    )
    def client_value_enter(self, key, **_kwargs):
        """Take the key out of the address; opening a link writes no answer."""
        entered = self._enter(key, LINKED_MODELS, get_url=self._get_answer_url)
        return entered or self._refuse_link()

    def _get_answer_url(self, link):
        return f"/client/value/{link.res_model}/{link.res_id}"

    @http.route(
        "/client/value/<string:res_model>/<int:res_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
    )
    def client_value(self, res_model, res_id, said=None, **_kwargs):
        """Show the question."""
        link = self._get_answer_link(res_model, res_id)
        if not link:
            return self._thank_or_refuse(res_model, res_id, said)
        record = link._get_record()
        url = self._get_answer_url(link)
        values = {
            "said": said,
            "action": url,
            "contact_name": link.partner_id.name,
            "company_name": record.company_id.name,
        }
        if record._name == "client.accomplishment":
            values["accomplishment"] = prepare_accomplishment(record, f"{url}/file/")
        if link.partner_id.lang:
            request.update_context(lang=link.partner_id.lang)
        return self._protect(request.render("client_health.client_value_page", values))

    def _thank_or_refuse(self, res_model, res_id, said):
        """Thank a visitor whose link has ended with the answer; refuse all others."""
        ended = self._read_cookie(res_model, res_id)
        if ended.end_reason == "accepted" and said in ("yes", "already"):
            values = {"said": said, "is_over": True, "company_name": ended.company_id.name}
            return self._protect(request.render("client_health.client_value_page", values))
        return self._refuse_link()

    @http.route(
        "/client/value/<string:res_model>/<int:res_id>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def client_value_submit(self, res_model, res_id, words="", **post):
        link = self._get_answer_link(res_model, res_id)
        if not self._count_post(res_model, res_id, link):
            return self._refuse_visit()
        if not link:
            return self._thank_or_refuse(res_model, res_id, "already")
        record, contact = link._get_record(), link.partner_id
        if record._name == "client.accomplishment":
            said = self._keep_answer(record, contact, "link", {**post, "words": words})
        else:
            said = self._keep_words(record, contact, "link", words)
        return self._protect(request.redirect(f"{self._get_answer_url(link)}?said={said}"))

    @http.route(
        "/client/value/<string:res_model>/<int:res_id>/file/<int:file_id>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def client_value_file(self, res_model, res_id, file_id, **_kwargs):
        link = self._get_answer_link(res_model, res_id)
        if not link or res_model != "client.accomplishment":
            raise NotFound
        return self._protect(self._get_file(link._get_record(), file_id))

    def _get_answer_link(self, res_model, res_id):
        if res_model not in LINKED_MODELS:
            return request.env["client.personal.link"]
        return self._get_own_link(res_model, res_id)

    def _get_relationships(self):
        client = request.env.user.partner_id.commercial_partner_id
        # sudo: the relationships of the user's own client; only the white list goes out
        return request.env["client.relationship"].sudo().search([("partner_id", "=", client.id)])

    def _get_accomplishments(self, relationships):
        # relationships are superuser's: those of the user's own client
        return relationships.env["client.accomplishment"].search(
            [("relationship_id", "in", relationships.ids), ("is_shared", "=", True)]
        )

    def _get_goals(self, relationships):
        # relationships are superuser's: those of the user's own client
        return relationships.env["client.goal"].search(
            [("relationship_id", "in", relationships.ids), ("state", "in", SHOWN_STATES)],
            order="state, date_end, id",
        )

    def _get_own_accomplishment(self, record_id):
        found = self._get_accomplishments(self._get_relationships())
        accomplishment = found.filtered(lambda record: record.id == record_id)
        if not accomplishment:
            raise NotFound
        return accomplishment

    def _get_file(self, accomplishment, file_id):
        attachment = accomplishment.attachment_ids.filtered(lambda file: file.id == file_id)
        if not attachment:
            raise NotFound
        return (
            request.env["ir.binary"]._get_stream_from(attachment).get_response(as_attachment=True)
        )

    def _keep_answer(self, accomplishment, contact, source, post):
        """Record a yes or a no; return the code of the message for the client."""
        if post.get("verdict") not in ("yes", "no"):
            raise NotFound
        if accomplishment.state == "confirmed":
            return "already"
        if post.get("seen") != get_seen(accomplishment):
            return "changed"
        amount = self._read_amount(post.get("amount"))
        if amount is NotImplemented:
            return "amount"
        accomplishment._answer(
            contact, source, post["verdict"], amount=amount, words=self._clean(post.get("words"))
        )
        return post["verdict"]

    def _keep_words(self, relationship, contact, source, words):
        words = self._clean(words)
        if not words:
            return "nothing"
        if (relationship.value_contact_id, relationship.value_words) != (contact, words):
            request.env["client.value"]._record(relationship, contact, source, words=words)
        return "value"

    def _clean(self, words):
        try:
            return read_text(request.env, words)
        except UserError as error:
            raise BadRequest(str(error)) from error

    def _read_amount(self, text):
        """Return the amount, 0 for none, NotImplemented if the text is no amount."""
        text = self._clean(text)
        if not text:
            return 0
        try:
            amount = float(text)
        except ValueError:
            return NotImplemented
        return amount if isfinite(amount) and 0 <= amount < 1e15 else NotImplemented
