# Run by "odoo shell": builds what the browser loads, once, and keeps it. Built inside a
# test it would be rolled back and built again by the next one (2 to 4 seconds each).
SCRIPTS = [
    "web.assets_web",
    "web.assets_backend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "web.assets_tests",
]
STYLES = ["web.assets_web", "web.assets_backend_lazy", "web.assets_frontend"]
qweb = env["ir.qweb"]
for name in SCRIPTS:
    qweb._get_asset_bundle(name, css=False, js=True).js()
for name in STYLES:
    qweb._get_asset_bundle(name, css=True, js=False).css()
env.cr.commit()
