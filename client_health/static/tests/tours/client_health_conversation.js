import { registry } from "@web/core/registry";

/* Be courageous: plan a tough conversation, prepare it, have it, and note what they said. */
registry.category("web_tour.tours").add("client_health_conversation", {
    steps: () => [
        {
            trigger: ".o_form_view .o_cp_action_menus .dropdown-toggle",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Plan a tough conversation')",
            run: "click",
        },
        {
            trigger: ".modal div[name='topic'] .o_radio_item:contains('Cooperation') input",
            run: "click",
        },
        {
            content: "The facts of this topic are there at once",
            trigger: ".modal div[name='facts']:contains('There is no agreement in force')",
        },
        {
            trigger: ".modal div[name='concern'] textarea",
            run: "edit They hear from us only when something is due.",
        },
        {
            trigger: ".modal button[name='action_plan']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            trigger: ".o-mail-Activity:contains('Cooperation') .o-client-Activity-prepare",
            run: "click",
        },
        {
            trigger:
                ".modal div[name='client_conversation_facts']:contains('There is no agreement')",
        },
        {
            trigger: ".modal button[name='action_log_conversation']",
            run: "click",
        },
        {
            trigger: ".modal div[name='text'] textarea",
            run: "edit They would have liked a call",
        },
        {
            trigger: ".modal button[name='action_log']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.o-client-Activity-prepare))",
        },
    ],
});
