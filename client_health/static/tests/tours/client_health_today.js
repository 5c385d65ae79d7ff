import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (name) => `.o_client_today_client:contains('${name}')`;
const reason = (name, key) => `${row(name)} .o_client_today_reason[data-reason='${key}']`;

/* In a hurry: the app opens with the day; one move is decided, one client answered, both go. */
registry.category("web_tour.tours").add("client_health_today", {
    steps: () => [
        ...stepUtils.goToAppSteps(
            "client_health.menu_client_health_root",
            "The day of the clients"
        ),
        {
            trigger: ".o_client_today_summary:contains('3 clients need you today')",
        },
        {
            content: "Red clients first, whatever their stage",
            trigger: `.o_client_today_section:first ${row("Client 0")}`,
        },
        {
            content: "Why is it red?",
            trigger: `${row("Client 0")} .o_client_today_health`,
            run: "click",
        },
        {
            trigger: ".o_client_health_explanation .btn-close",
            run: "click",
        },
        {
            content: "Decide",
            trigger: `${reason("Client 1", "proposals")} button`,
            run: "click",
        },
        {
            trigger: ".modal:contains('Move to At risk?') button:contains('Leave in Healthy')",
            run: "click",
        },
        {
            content: "What is decided is gone",
            trigger: `.o_client_today_page:not(:has(${row("Client 1")})) .o_client_today_summary:contains('2 clients')`,
        },
        {
            content: "Answer who waits",
            trigger: `${reason("Blue Harbour Hotels", "waiting")}:contains('Elena Marsh') button`,
            run: "click",
        },
        {
            trigger:
                ".modal .o_mail_composer_form_view div[name='partner_ids']:contains('Elena Marsh')",
        },
        {
            trigger: ".modal div[name='body'] .odoo-editor-editable",
            run: "editor On my way",
        },
        {
            trigger: ".modal button[name='action_send_mail']",
            run: "click",
        },
        {
            content: "Who was answered is gone, too",
            trigger: `body:not(:has(.modal)) .o_client_today_page:not(:has(${row("Blue Harbour Hotels")})) .o_client_today_summary:contains('1 client needs you')`,
        },
        {
            trigger: `${reason("Client 0", "health")} button:contains('Plan a meeting')`,
            run: "click",
        },
        {
            content: "A window over the page; closing it leaves the page as it is",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${row("Client 0")} .o_client_today_name`,
            run: "click",
        },
        {
            trigger: ".o_form_view .o_breadcrumb:contains('Today'), .o_form_view",
        },
        {
            trigger: ".o_back_button, .breadcrumb-item a:contains('Today')",
            run: "click",
        },
        {
            trigger: row("Client 0"),
        },
    ],
});
