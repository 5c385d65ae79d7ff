from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from .client_portal import ClientPortal

REPORT = "client_health.client_agreement_report"


class ClientAgreementPortal(ClientPortal):
    """The client reads its agreements, and its signatory answers a proposal.

    The client has no rights on the model: every record is fetched as superuser after the link or
    the client was checked, and the pages get ``_get_portal_values`` and nothing else.
    """

    def _get_agreements(self):
        """Return the model as superuser, and the domain of what the user's company may see."""
        # sudo: clients have no rights on the model; the domain limits it to their own
        agreements = request.env["client.agreement"].sudo()
        client = request.env.user.partner_id.commercial_partner_id
        return agreements, agreements._get_portal_domain(client)

    def _get_agreement(self, agreement_id):
        """Return the agreement as superuser and the link by which the visitor is here, if any.

        Nothing is returned to visitors without the link who do not belong to the client.
        """
        # as superuser, so that no colleague counts as the author of what is written here; what
        # the visitor may see is checked below
        agreement = request.env(user=1)["client.agreement"].browse(agreement_id).exists()
        nothing = agreement.browse()
        user = request.env.user
        link = self._get_link("client.agreement", agreement_id)
        if user._is_public():
            return (agreement if link else nothing), link
        if user._is_internal():
            own = request.env["client.agreement"].browse(agreement_id)
            return (agreement if agreement and own.has_access("read") else nothing), link.browse()
        _model, domain = self._get_agreements()
        mine = agreement.search_count([*domain, ("id", "=", agreement_id)])
        return (agreement if mine else nothing), link.browse()

    def _render_gone(self, status=200):
        response = request.render("client_health.portal_agreement_gone", {"page_name": "agreement"})
        response.status_code = status
        return self._protect(response)

    @http.route(
        ["/my/agreements", "/my/agreements/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_agreements(self, page=1, **_kwargs):
        agreements, domain = self._get_agreements()
        pager = portal_pager(
            url="/my/agreements",
            total=agreements.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        found = agreements.search(
            domain,
            limit=self._items_per_page,
            offset=pager["offset"],
            order="proposed_on desc, id desc",
        )
        values = {
            **self._prepare_portal_layout_values(),
            "agreements": [(agr.access_url, agr._get_portal_values()) for agr in found],
            "page_name": "agreement",
            "pager": pager,
            "default_url": "/my/agreements",
        }
        return request.render("client_health.portal_my_agreements", values)

    @http.route("/my/agreements/<int:agreement_id>", type="http", auth="public", website=True)
    def portal_agreement(
        self, agreement_id, access_token=None, report_type=None, message=None, **_kwargs
    ):
        if access_token is not None:
            return self._enter_agreement(agreement_id, access_token)
        agreement, link = self._get_agreement(agreement_id)
        if not agreement:
            return self._render_without_agreement(agreement_id, message)
        if report_type == "html":
            return self._protect(
                self._show_report(model=agreement, report_type="html", report_ref=REPORT)
            )
        values = {
            **self._prepare_portal_layout_values(),
            **self._get_urls(agreement),
            "agreement": agreement._get_portal_values(),
            "refusal": agreement._get_signing_refusal(request.env.user, bool(link)),
            "is_internal": request.env.user._is_internal(),
            "message": message,
            "page_name": "agreement",
        }
        return self._protect(request.render("client_health.portal_agreement", values))

    def _enter_agreement(self, agreement_id, key):
        """Take the key out of the address; who is logged in needs none."""
        url = f"/my/agreements/{agreement_id}"
        if not request.env.user._is_public():
            return self._protect(request.redirect(url, code=303))
        entered = self._enter(key, ["client.agreement"], agreement_id, lambda _link: url)
        return entered or self._render_gone(404)

    def _render_without_agreement(self, agreement_id, message):
        """Thank a visitor whose link has ended with the acceptance; refuse all others."""
        link = self._read_cookie("client.agreement", agreement_id)
        if message == "accepted" and link.end_reason == "accepted":
            values = {"page_name": "agreement"}
            return self._protect(request.render("client_health.portal_agreement_thanks", values))
        return self._render_gone()

    def _get_urls(self, agreement):
        base = agreement.access_url
        answer = f"text_hash={agreement._get_text_hash()}"
        return {
            "accept_url": f"{base}/accept?{answer}",
            "decline_url": f"{base}/decline?{answer}",
            "page_url": base,
            "print_url": f"{base}?report_type=html",
            "compare_url": agreement.previous_id and f"{base}/compare",
            "backend_url": f"/odoo/client.agreement/{agreement.id}",
        }

    @http.route(
        "/my/agreements/<int:agreement_id>/compare", type="http", auth="public", website=True
    )
    def portal_agreement_compare(self, agreement_id, **_kwargs):
        agreement, _link = self._get_agreement(agreement_id)
        # the client may read the version before: it had accepted it
        if not agreement.previous_id:
            return self._render_gone()
        values = {
            **self._prepare_portal_layout_values(),
            **self._get_urls(agreement),
            **request.env(user=1)["client.agreement.comparison"]._get_values(
                agreement.previous_id, agreement
            ),
            "page_name": "agreement",
        }
        return self._protect(request.render("client_health.portal_agreement_compare", values))

    def _get_agreement_to_answer(self, agreement_id):
        """Return (agreement, link), or raise unless the visitor may answer for the client."""
        agreement, link = self._get_agreement(agreement_id)
        if not self._count_post("client.agreement", agreement_id, link):
            raise UserError(self._get_too_many_message())
        if not agreement:
            raise UserError(
                request.env._("This link is no longer valid. Please ask us for a new one.")
            )
        if refusal := agreement._get_signing_refusal(request.env.user, bool(link)):
            raise UserError(refusal)
        return agreement, link

    @http.route(
        "/my/agreements/<int:agreement_id>/accept", type="jsonrpc", auth="public", website=True
    )
    def portal_agreement_accept(self, agreement_id, text_hash=None, name=None, signature=None):
        """Called by Odoo's signature form; the text comes in the address, the link in a cookie."""
        self._protect(request.future_response)
        text_hash = text_hash or request.httprequest.args.get("text_hash")
        try:
            agreement, link = self._get_agreement_to_answer(agreement_id)
            email = link.email or request.env.user.login
            with request.env.cr.savepoint():
                agreement._accept_online(
                    name, signature, text_hash, {"email": email, **self._get_visitor()}
                )
        except UserError as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": f"{agreement.access_url}?message=accepted"}

    @http.route(
        "/my/agreements/<int:agreement_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_agreement_decline(self, agreement_id, text_hash=None, reason=None, **_kwargs):
        error = None
        try:
            agreement, _link = self._get_agreement_to_answer(agreement_id)
            with request.env.cr.savepoint():
                agreement._decline_online(reason, text_hash)
        except UserError as refusal:
            error = str(refusal)
        values = {"error": error, "page_name": "agreement"}
        return self._protect(request.render("client_health.portal_agreement_declined", values))
