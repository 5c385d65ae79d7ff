from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from .client_agreement import ClientAgreementPortal
from .client_duty import ClientDuties
from .client_feedback import KEY_PATH, MODEL
from .client_results import ClientResults
from .client_update import ClientUpdatePortal
from .client_work_values import find_questions, prepare_work


class ClientWorkPortal(ClientAgreementPortal, ClientDuties, ClientResults, ClientUpdatePortal):
    """One page of all that a client and we do together; the other pages go into one part of it.

    All contacts of a client share it, but for the updates and the questions that were sent to one
    of them. It gets ``prepare_work`` and nothing else.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "client_work_count" in counters:
            agreements, domain = self._get_agreements()
            values["client_work_count"] = len(self._get_relationships()) or agreements.search_count(
                domain, limit=1
            )
        if "client_work_waiting_count" in counters:
            values["client_work_waiting_count"] = self._count_waiting()
        return values

    def _count_waiting(self):
        """Return how much waits for the client: the same as the page says, in few queries."""
        agreements, own_agreements = self._get_agreements()
        duties, own_duties = self._get_duties()
        clients = self._get_relationships()
        return (
            agreements.search_count(own_agreements & Domain("state", "=", "proposed"))
            + duties.search_count(own_duties & Domain("state", "=", "open"))
            + len(self._get_accomplishments(clients).filtered(lambda one: one.state != "confirmed"))
            + len(find_questions(clients, request.env.user))
        )

    def _prepare_pages(self):
        agreements, domain = self._get_agreements()
        return prepare_work(
            request.env.user,
            self._get_relationships(),
            agreements.search(domain, order="proposed_on desc, id desc"),
            self._get_own_updates().search(self._get_own_domain(), limit=50),
        )

    @http.route("/my/work", type="http", auth="user", methods=["GET"], website=True)
    def portal_client_work(self, said=None, **_kwargs):
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "client_work",
            "pages": self._prepare_pages(),
            "me": request.env.user.partner_id.id,
            "said": said,
        }
        return self._protect(request.render("client_health.portal_client_work", values))

    @http.route(
        "/my/work/<int:client_id>/rhythm",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_client_rhythm(self, client_id, rhythm="", channel="", words="", **_kwargs):
        """The client says how it would like to hear from us; the salesperson decides."""
        client = self._get_relationships().filtered(lambda one: one.id == client_id)
        if not client:
            raise NotFound
        if not self._count_post(client._name, client_id):
            return self._refuse_visit()
        try:
            # as superuser: no colleague counts as the author of what is written here
            client.with_user(1)._wish_rhythm(request.env.user.partner_id, rhythm, channel, words)
        except UserError as error:
            raise BadRequest(str(error)) from error
        return request.redirect("/my/work?said=rhythm", code=303)

    @http.route(
        "/my/work/feedback/<int:request_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_client_feedback(self, request_id, **_kwargs):
        """Open the question that the user got by mail: by the same link, without the mail."""
        user = request.env.user
        # sudo: clients have no rights on links; only the user's own is looked for
        links = request.env["client.personal.link"].sudo()
        link = links.search(
            Domain("res_model", "=", MODEL)
            & Domain("res_id", "=", request_id)
            & Domain("partner_id", "=", user.partner_id.id)
            & Domain("ended_on", "=", False),
            limit=1,
        )._filter_live()
        if not link or user._is_internal():
            return self._refuse_link()
        response = request.redirect(f"{KEY_PATH}/answer/{request_id}", code=303)
        self._set_link_cookie(response, link, KEY_PATH)
        return self._protect(response)
