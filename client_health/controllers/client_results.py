from math import isfinite

from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..client_input import read_text
from .client_results_values import get_seen, prepare_accomplishment, prepare_client

# Goals that both sides know; goals to agree and dropped goals stay internal.
SHOWN_STATES = ("agreed", "reached", "missed")


class ClientResults(CustomerPortal):
    """What a client sees of its results, and where it answers what they are worth to it.

    The client has no rights on the models. Records are read as superuser after their client was
    checked, and the pages get plain values from a white list: never a record.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "client_result_count" in counters:
            relationships = self._get_relationships()
            values["client_result_count"] = len(self._get_accomplishments(relationships)) + len(
                self._get_goals(relationships)
            )
        return values

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

    @http.route("/my/results/<int:record_id>/answer", type="http", auth="user", methods=["POST"])
    def portal_client_answer(self, record_id, **post):
        accomplishment = self._get_own_accomplishment(record_id)
        said = self._keep_answer(accomplishment, request.env.user.partner_id, "portal", post)
        return request.redirect(f"/my/results?said={said}")

    @http.route("/my/results/<int:client_id>/value", type="http", auth="user", methods=["POST"])
    def portal_client_value(self, client_id, words="", **_kwargs):
        relationship = self._get_relationships().filtered(lambda client: client.id == client_id)
        if not relationship:
            raise NotFound
        said = self._keep_words(relationship, request.env.user.partner_id, "portal", words)
        return request.redirect(f"/my/results?said={said}")

    @http.route(
        "/my/results/<int:record_id>/file/<int:file_id>", type="http", auth="user", methods=["GET"]
    )
    def portal_client_file(self, record_id, file_id, **_kwargs):
        return self._get_file(self._get_own_accomplishment(record_id), file_id)

    @http.route(
        "/client/value/<string:token>", type="http", auth="public", methods=["GET"], website=True
    )
    def client_value(self, token, said=None, **_kwargs):
        """Show the question; opening the page writes nothing, as mail programs open links."""
        record, contact = self._open_link(token)
        if not record:
            return self._refuse_link()
        values = {
            "said": said,
            "action": f"/client/value/{token}",
            "contact_name": contact.name,
            "company_name": record.company_id.name,
        }
        if record._name == "client.accomplishment":
            values["accomplishment"] = prepare_accomplishment(
                record, f"/client/value/{token}/file/"
            )
        return self._render_link("client_health.client_value_page", values, contact)

    @http.route(
        "/client/value/<string:token>", type="http", auth="public", methods=["POST"], website=True
    )
    def client_value_submit(self, token, words="", **post):
        record, contact = self._open_link(token)
        if not record:
            return self._refuse_link()
        if record._name == "client.accomplishment":
            said = self._keep_answer(record, contact, "link", {**post, "words": words})
        else:
            said = self._keep_words(record, contact, "link", words)
        return request.redirect(f"/client/value/{token}?said={said}")

    @http.route(
        "/client/value/<string:token>/file/<int:file_id>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def client_value_file(self, token, file_id, **_kwargs):
        record, _contact = self._open_link(token)
        if not record or record._name != "client.accomplishment":
            raise NotFound
        return self._get_file(record, file_id)

    def _open_link(self, token):
        """Return (record, contact) of a valid link, not opened by a user of another client."""
        record, contact = request.env["client.value.link"]._open(token)
        user = request.env.user
        mine = contact and contact.commercial_partner_id == user.partner_id.commercial_partner_id
        if record and (user._is_public() or mine):
            return record, contact
        return None, None

    def _refuse_link(self):
        response = request.render("client_health.client_value_link_invalid", {})
        response.status_code = 404
        return response

    def _render_link(self, template, values, contact):
        if contact.lang:
            request.update_context(lang=contact.lang)
        response = request.render(template, values)
        # The address is a secret: it must not reach the pages that this one links to.
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

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
