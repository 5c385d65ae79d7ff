from werkzeug.exceptions import BadRequest, NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from .client_portal import ClientPortal


class ClientDuties(ClientPortal):
    """What the client owes us, where it says that it is done.

    The client has no rights on the model: duties of its own company are read as superuser, and the
    page gets ``_get_portal_values`` and nothing else. All contacts of the client share the list.
    """

    def _get_duties(self):
        """Return the model as superuser, and the domain of what the user's company may see."""
        # sudo: clients have no rights on the model; the domain limits it to their own
        duties = request.env["client.duty"].sudo()
        client = request.env.user.partner_id.commercial_partner_id
        own = Domain("relationship_id.partner_id", "=", client.id)
        current = Domain("relationship_id.active", "=", True)
        return duties, own & current & duties._get_shared_domain()

    @http.route("/my/duties", type="http", auth="user", methods=["GET"], website=True)
    def portal_my_duties(self, said=None, **_kwargs):
        duties, domain = self._get_duties()
        found = duties.search(domain & Domain("state", "=", "open")).sorted(
            lambda one: (not one.date_deadline, one.date_deadline, one.id)
        ) + duties.search(domain & Domain("state", "=", "done"), order="done_date desc", limit=20)
        values = {
            **self._prepare_portal_layout_values(),
            "companies": [
                (company.name, [duty._get_portal_values(request.env.user) for duty in some])
                for company, some in found.grouped("company_id").items()
            ],
            "me": request.env.user.partner_id.id,
            "said": said,
            "page_name": "client_duty",
        }
        return request.render("client_health.portal_my_duties", values)

    @http.route(
        "/my/duties/<int:duty_id>/done", type="http", auth="user", methods=["POST"], website=True
    )
    def portal_duty_done(self, duty_id, words="", back=None, **_kwargs):
        duty = self._get_duty_to_answer(duty_id)
        if not self._count_post(duty._name, duty_id):
            return self._refuse_visit()
        try:
            done = duty._do(request.env.user.partner_id, words)
        except UserError as error:
            raise BadRequest(str(error)) from error
        page = self._get_back(back, "/my/duties")
        return request.redirect(f"{page}?said={'done' if done else 'already_done'}", code=303)

    @http.route(
        "/my/duties/<int:duty_id>/undo", type="http", auth="user", methods=["POST"], website=True
    )
    def portal_duty_undo(self, duty_id, back=None, **_kwargs):
        """Who clicked by mistake takes it back."""
        duty = self._get_duty_to_answer(duty_id)
        if not self._count_post(duty._name, duty_id):
            return self._refuse_visit()
        undone = duty._undo(request.env.user.partner_id)
        page = self._get_back(back, "/my/duties")
        return request.redirect(f"{page}?said={'undone' if undone else 'too_late'}", code=303)

    def _get_duty_to_answer(self, duty_id):
        """Return the duty as superuser, so that no colleague counts as the author of an answer."""
        duties, domain = self._get_duties()
        duty = duties.search(domain & Domain("id", "=", duty_id))
        # a colleague says for no client that something is done; there is a button for it
        if not duty or request.env.user._is_internal():
            raise NotFound
        return duty.with_user(1)
