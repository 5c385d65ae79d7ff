# Run by "odoo shell": builds what the browser loads, once, and keeps it. Built inside a
# test it would be rolled back and built again by the next one (up to 4 seconds each). What a run
# still builds is logged as "Generating a new asset bundle", with --odoo-log-level=info.
SCRIPTS = [
    "web.assets_web",
    "web.assets_backend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
    "web.assets_tests",
    "web.assets_emoji",
    "web.chartjs_lib",
    "bus.websocket_worker_assets",
    "web.__assets_tests_call__",
]
STYLES = [
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_backend_lazy",
    "web.assets_frontend",
    "mail.assets_message_email",
]
qweb = env["ir.qweb"]
for name in SCRIPTS:
    qweb._get_asset_bundle(name, css=False, js=True).js()
for name in STYLES:
    qweb._get_asset_bundle(name, css=True, js=False).css()
env.cr.commit()
