import { registry } from "@web/core/registry";

/* Asked for a second opinion: from the activity, one click to a small form. */
registry.category("web_tour.tours").add("client_health_opinion", {
    steps: () => [
        {
            trigger: ".o_form_view .alert:contains('What would you do next?')",
        },
        {
            trigger: ".o-mail-Activity .o-client-Activity-answer",
            run: "click",
        },
        {
            trigger: ".modal div[name='text'] textarea",
            run: "edit Fly over and listen",
        },
        {
            trigger: ".modal div[name='strain'] .o_selection_badge:contains('4 – demanding')",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "The question is gone, and the log has one line more",
            trigger: ".o_form_view:not(:has(.alert-info:contains('asks you')))",
        },
        {
            trigger: "button[name='action_view_feedback'] .o_stat_value:contains('1')",
        },
        {
            trigger: ".o_notebook a[name='voice']",
            run: "click",
        },
        {
            trigger: "div[name='feedback_ids'] .o_data_row:contains('Fly over and listen')",
        },
    ],
});
