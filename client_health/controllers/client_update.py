from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.addons.portal.utils import validate_thread_with_hash_pid

from ..client_input import is_token, read_text

PAGE = 20


class ClientUpdatePortal(CustomerPortal):
    """The updates sent to a client, on its own page, with one question where we ask one."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "client_update_count" in counters:
            values["client_update_count"] = self._get_own_updates().search_count(
                self._get_own_domain()
            )
        return values

    def _get_own_updates(self):
        # sudo: clients have no access to the model; _get_own_domain is what they may see of it
        return request.env["client.update"].sudo()

    def _get_own_domain(self):
        """Return the domain of the updates sent to the current user."""
        return Domain("state", "=", "sent") & Domain(
            "recipient_ids", "in", request.env.user.partner_id.ids
        )

    @http.route(
        ["/my/updates", "/my/updates/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_my_client_updates(self, page=1, **kwargs):
        updates = self._get_own_updates()
        pages = pager(
            url="/my/updates",
            total=updates.search_count(self._get_own_domain()),
            page=page,
            step=PAGE,
        )
        values = {
            "page_name": "client_update",
            "updates": updates.search(self._get_own_domain(), limit=PAGE, offset=pages["offset"]),
            "pager": pages,
            "default_url": "/my/updates",
        }
        return request.render("client_health.portal_my_client_updates", values)

    @http.route(["/my/updates/<int:update_id>"], type="http", auth="public", website=True)
    def portal_my_client_update(self, update_id, access_token=None, **kwargs):
        update = self._get_update(update_id, access_token)
        if not update:
            return request.redirect("/my")
        values = self._prepare_update_values(update, access_token, **kwargs)
        return request.render("client_health.portal_client_update", values)

    @http.route(
        ["/my/updates/<int:update_id>/answer"],
        type="http",
        auth="public",
        website=True,
        methods=["POST"],
    )
    def portal_answer_client_update(
        self, update_id, access_token=None, answer="", note="", **kwargs
    ):
        """The client answers whether it is repaired; GET never writes, so no robot answers."""
        update = self._get_update(update_id, access_token)
        partner = update and self._get_reader(update, **kwargs)
        if not partner:
            return request.redirect("/my")
        try:
            update._answer_by_client(partner, answer == "yes", read_text(request.env, note))
        except UserError as error:
            raise BadRequest(str(error)) from error
        values = self._prepare_update_values(update, access_token, **kwargs)
        return request.render("client_health.portal_client_update", {**values, "thanks": answer})

    def _get_update(self, update_id, access_token):
        """Return the update as superuser if the visitor may read it; never a draft."""
        # sudo: clients have no access to the model; recipients and holders of the link do
        own = self._get_own_updates().browse(update_id)
        if not request.env.user._is_public() and own.filtered_domain(self._get_own_domain()):
            return own
        if access_token and not is_token(access_token):
            return None
        try:
            update = self._document_check_access("client.update", update_id, access_token)
        except (AccessError, MissingError):
            return None
        return update if update.state == "sent" else None

    def _get_reader(self, update, pid=None, **kwargs):
        """Return the recipient who reads it; None for a colleague or a forwarded link."""
        user = request.env.user
        if user._is_internal():
            return None
        if user.partner_id in update.recipient_ids:
            return user.partner_id
        known = (
            is_token(pid)
            and pid.isdigit()
            and len(pid) < 19
            and is_token(kwargs.get("hash"))
            and validate_thread_with_hash_pid(update, kwargs["hash"], pid)
        )
        partner = update.recipient_ids.filtered(lambda one: one.id == int(pid)) if known else None
        return partner or None

    def _prepare_update_values(self, update, access_token, **kwargs):
        reader = self._get_reader(update, **kwargs)
        return self._get_page_view_values(
            update,
            access_token,
            {
                "page_name": "client_update",
                "update": update,
                "reader": reader,
                "can_answer": bool(reader) and update._is_question_open(),
                "pid": kwargs.get("pid"),
                "hash": kwargs.get("hash"),
            },
            "my_client_updates_history",
            False,
        )
