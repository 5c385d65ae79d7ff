import { registry } from "@web/core/registry";

/* A salesperson plans a meeting from the client's form: the agenda is there already. */
registry.category("web_tour.tours").add("client_health_meeting_plan", {
    steps: () => [
        {
            trigger: "button[name='action_plan_meeting']",
            run: "click",
        },
        {
            trigger: ".modal div[name='contact_ids'] input",
            run: "edit Hanna",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Hanna Holm')",
            run: "click",
        },
        {
            trigger: ".modal div[name='contact_ids'] .o_tag:contains('Hanna Holm')",
        },
        {
            trigger: ".modal div[name='agenda']:contains('Twenty bookings a day')",
        },
        {
            content: "What we alone know stands beside it",
            trigger: ".modal div[name='open_points']:contains('They are about to leave us')",
        },
        {
            trigger: ".modal button[name='action_plan']",
            run: "click",
        },
        {
            trigger: "button[name='action_view_meeting']",
        },
    ],
});

/* After it, the client's form asks what came out of it. */
registry.category("web_tour.tours").add("client_health_meeting_outcome", {
    steps: () => [
        {
            trigger: "button[name='action_record_meeting']",
            run: "click",
        },
        {
            trigger: ".modal div[name='text'] textarea",
            run: "edit The new rooms sell by themselves",
        },
        {
            trigger: ".modal div[name='line_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".modal div[name='line_ids'] div[name='name'] input",
            run: "edit Send the photos",
        },
        {
            trigger: ".modal button[name='action_record']",
            run: "click",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has([name='action_record_meeting']))",
        },
    ],
});
