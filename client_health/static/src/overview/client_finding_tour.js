import { markup } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/* The first round of a manager: what the records say, the board, the reasons, the first action. */
registry.category("web_tour.tours").add("client_health_first_steps", {
    url: "/odoo/client-findings",
    steps: () => [
        {
            isActive: ["desktop"],
            trigger:
                ".o_menu_sections [data-menu-xmlid='client_health.menu_client_health_clients']",
            content: markup(
                _t(
                    "What matters most stands on top, and each number opens its list. Now look at your <b>clients</b>."
                )
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_kanban_record .o_client_health_score",
            content: markup(_t("Each client has a score. Click it to see <b>why</b>.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        { trigger: ".o_client_health_explanation" },
        {
            trigger: ".o_kanban_record .o-mail-ActivityButton",
            content: markup(
                _t("What counts most is named there. Now plan the <b>first step</b> with a client.")
            ),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o-mail-ActivityListPopover button:contains(Schedule an activity)",
            content: _t("Choose what to do, and by when."),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".modal-footer button[name='action_schedule_activities']",
            content: markup(_t("<b>Plan it.</b> It is among your activities from now on.")),
            tooltipPosition: "top",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))", isActive: ["auto"] },
    ],
});
