import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/* A salesperson puts the contacts of a client on its map, and says who decides. */
registry.category("web_tour.tours").add("client_health_people", {
    steps: () => [
        {
            trigger: ".o_notebook .nav-link[name='people']",
            run: "click",
        },
        {
            trigger: "button[name='action_add_people']",
            run: "click",
        },
        {
            trigger:
                "div[name='people_ids'] .o_data_row:contains('Gulliver Swift') td[name='function']",
            run: "click",
        },
        {
            trigger: "div[name='people_ids'] .o_selected_row td[name='decides'] input",
            run: "click",
        },
        {
            trigger: "div[name='people_ids'] td[name='decides'] input:checked",
        },
        ...stepUtils.saveForm(),
        {
            content: "Nobody is left to be added",
            trigger:
                ".o_form_view:not(:has(button[name='action_add_people'])) .o_data_row:contains('Gulliver Swift')",
        },
    ],
});
