from odoo.tools import convert_file

from .builders import build
from .builders.clients import load_partners
from .stories import CLIENTS

# The agency, in an order in which each finds what it needs.
AGENCY = ("res.partner", "res.users", "hr.employee", "crm.team", "product.product")


def post_init_hook(env):
    """Make the agency and its clients, and tell their stories, with today's date as their end.

    Not by the manifest: what somebody changes in a demo stays when the addon is updated.
    """
    load_partners(env, CLIENTS)
    quiet = env(context={**env.context, "no_reset_password": True})
    for model in AGENCY:
        convert_file(
            quiet, "client_health_demo", f"data/{model}.csv", None, mode="init", noupdate=True
        )
    build(env)
