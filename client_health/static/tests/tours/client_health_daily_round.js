import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const click = (trigger, content) => ({ trigger, content, run: "click" });
const see = (trigger, content) => ({ trigger, content });

const PAGE = ".o_client_today_page";
const row = (name) => `.o_client_today_client:contains('${name}')`;
const next = (name, key) =>
    click(`${row(name)} .o_client_today_reason[data-reason='${key}'] .o_client_today_next`);
const left = (count) =>
    see(`body:not(:has(.modal)) .o_client_today_summary:contains('${count} you today')`);
const HARBOUR = "Blue Harbour Hotels";
const FORM = "body:not(:has(.modal)) .o_form_view";

/* A salesperson's day: who waits, what was promised, and one client that is red. */
registry.category("web_tour.tours").add("client_health_daily_round", {
    steps: () => [
        ...stepUtils.goToAppSteps(
            "client_health.menu_client_health_root",
            "The app opens on Today"
        ),
        left("3 clients need"),
        see(`${PAGE}:not(:contains('My team'))`, "Only the own clients, so nothing to choose"),
        // who waits
        next(HARBOUR, "waiting"),
        see(".modal .o_mail_composer_form_view div[name='partner_ids']:contains('Elena Marsh')"),
        {
            trigger: ".modal div[name='body'] .odoo-editor-editable",
            run: "editor I call you at ten",
        },
        click(".modal button[name='action_send_mail']"),
        see(
            `body:not(:has(.modal)) ${row(HARBOUR)}:not(:has([data-reason='waiting']))`,
            "Answered; what was agreed with them remains"
        ),
        // an activity
        next(HARBOUR, "promises"),
        click(".modal footer button[name='action_done']"),
        left("2 clients need"),
        see(`${PAGE}:not(:contains('${HARBOUR}'))`),
        // a status update
        next("Quiet Mill", "promises"),
        see("div[name='body'] .odoo-editor-editable"),
        click(".o_form_statusbar button[name='action_send']"),
        click(".modal footer button.btn-primary"),
        see(`${FORM} .o_arrow_button_current:contains('Sent')`),
        click(".breadcrumb-item a:contains('Today'), .o_back_button"),
        left("1 client needs"),
        // why is it red?
        click(`${row("Red Bridge")} .o_client_today_health`),
        see(".o_client_health_explanation:contains('41')"),
        click(".o_client_health_explanation .btn-close"),
        click(`${row("Red Bridge")} .o_client_today_name`),
        // what they said
        click(".o_form_statusbar button[name='action_log_feedback']"),
        {
            trigger: ".modal div[name='text'] textarea",
            run: "edit Nobody tells us what happens next",
        },
        click(".modal div[name='kind'] .o_selection_badge:contains('Concern')"),
        click(".modal .o_form_button_save"),
        see(FORM),
        // be courageous
        click(".o_form_statusbar button[name='action_plan_conversation']"),
        click(".modal div[name='topic'] .o_radio_item:contains('Cooperation') input"),
        {
            trigger: ".modal div[name='concern'] textarea",
            run: "edit They hear from us only when something is due.",
        },
        click(".modal button[name='action_plan']"),
        see(`${FORM} .o-mail-Activity:contains('Cooperation')`),
        // what is good for both sides
        click(".o_form_statusbar button[name='action_new_client_goal']"),
        { trigger: ".modal div[name='name'] input", run: "edit A report every Friday" },
        {
            trigger: ".modal div[name='benefit_client'] textarea",
            run: "edit They know where they are",
        },
        { trigger: ".modal div[name='benefit_us'] textarea", run: "edit Fewer calls in between" },
        click(".modal .o_form_button_save"),
        click(".o_notebook .nav-link[name='work']"),
        see(
            "div[name='goal_ids']:contains('A report every Friday'), .tab-pane.active:contains('A report every Friday')"
        ),
        // the day is shorter
        click(".breadcrumb-item a:contains('Today'), .o_back_button"),
        left("1 client needs"),
        see(`${row("Red Bridge")}:contains('Cooperation')`, "What was planned stands there now"),
    ],
});
