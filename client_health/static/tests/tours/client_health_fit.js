import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const GOOD = [
    "They know what we do",
    "They take our advice",
    "Their decision makers",
    "They see the same problem",
    "What they want to reach",
    "They have people and time",
    "It is work that we are good at",
    "They talk about value",
    "The budget is enough",
];
const FLAGS = [
    "They speak badly",
    "They want a discount",
    "They miss appointments",
    "They want free work",
    "They want something that we could not",
];
const answer = (question, key) => ({
    content: `${question}: ${key}`,
    trigger: `.o_client_fit_row:contains('${question}') button[data-answer='${key}']`,
    run: "click",
});
let start;

/* A salesperson wants to win too early, answers the questions, wins, and the client has it all. */
registry.category("web_tour.tours").add("client_health_fit", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='crm.crm_menu_root']",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Website for Fit Prospect')",
            run: "click",
        },
        {
            trigger: "button[name='action_set_won_rainbowman']",
            run: "click",
        },
        {
            content: "Asked why, and told what is missing",
            trigger:
                ".modal:contains('Win all the same'):contains('Website for Fit Prospect'):contains('0 of 14 answered')",
        },
        {
            trigger: ".modal .modal-footer button:contains('Discard')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_notebook .nav-link[name='fit']",
            run: "click",
        },
        {
            trigger: ".o_client_fit_sheet",
            run() {
                start = Date.now();
            },
        },
        ...GOOD.map((question) => answer(question, "yes")),
        ...FLAGS.map((question) => answer(question, "no")),
        {
            content: "A flag was seen, in part",
            trigger: `.o_client_fit_row:contains('${FLAGS[1]}') button[data-answer='partly']`,
            run: "click",
        },
        {
            content: "Judged at once, before it is saved",
            trigger:
                ".o_notebook:contains('14 of 14 answered'):contains('of 100 points') .badge:contains('Fit')",
            run() {
                if (Date.now() - start > 60000) {
                    throw new Error("Answering took more than a minute");
                }
            },
        },
        ...stepUtils.saveForm(),
        {
            trigger: "button[name='action_set_won_rainbowman']",
            run: "click",
        },
        {
            trigger:
                ".o_form_view .ribbon:contains('Won'), .o_form_view .o_widget_web_ribbon:contains('Won')",
        },
        {
            content: "There is a client now",
            trigger: "button[name='action_view_client_relationship']",
            run: "click",
        },
        {
            trigger: ".o_form_view:has(.o_client_head) .o_notebook .nav-link[name='people']",
            run: "click",
        },
        {
            content: "It knows what was known before signing",
            trigger:
                ".o_client_fit_sheet:contains('Before signing') .o_client_fit_row:contains('They want a discount') .badge:contains('Partly')",
        },
        {
            content: "Ask again: the answers stand beside those of then",
            trigger: "button[name='action_start_fit_round']",
            run: "click",
        },
        {
            trigger:
                ".o_client_fit_sheet:has(button) .o_client_fit_row:contains('They want a discount') .o_client_fit_before .badge:contains('Partly')",
        },
        answer(FLAGS[1], "yes"),
        {
            content: "What changed is marked",
            trigger: `.o_client_fit_row:contains('${FLAGS[1]}') .o_client_fit_change:contains('worse')`,
        },
        ...stepUtils.saveForm(),
    ],
});
