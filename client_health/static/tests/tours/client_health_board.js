import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const CARD = ".o_kanban_record:contains('Seagull Line')";
const column = (name) => `.o_kanban_group:has(.o_column_title:contains('${name}'))`;

/* A manager's first day: the set-up, which goes on in the background. */
registry.category("web_tour.tours").add("client_health_setup", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='client_health.menu_client_health_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='client_health.menu_client_health_config']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='client_health.menu_client_health_setup']",
            run: "click",
        },
        {
            content: "The client is proposed, with what speaks for it",
            trigger: ".o_data_row:contains('Seagull Line') td[name='invoices']:contains('1')",
        },
        {
            content: "A supplier is visible, and left out",
            trigger:
                ".o_data_row:contains('Paper Supplies') td[name='left_out']:contains('Supplier')",
        },
        {
            trigger: "button[name='action_apply']",
            run: "click",
        },
        {
            content: "It runs in the background",
            trigger: "button[name='action_refresh']",
        },
    ],
});

/* The same day, once it is done: look at the board, move a client, find its activities. */
registry.category("web_tour.tours").add("client_health_board", {
    steps: () => [
        {
            content: "The client is on the board, a supplier is not",
            trigger: `${column("Healthy")} ${CARD}`,
        },
        {
            trigger: "body:not(:has(.o_kanban_record:contains('Paper Supplies')))",
        },
        {
            content: "Drag it to At risk: the board asks why",
            trigger: `${column("Healthy")} ${CARD}`,
            run: `drag_and_drop(${column("At risk")})`,
        },
        {
            trigger: ".modal div[name='reason'] input",
            run: "edit Two invoices unpaid and no answer for three weeks",
        },
        {
            trigger: ".modal button[name='action_move']",
            run: "click",
        },
        {
            trigger: `${column("At risk")} ${CARD}`,
            run: "click",
        },
        {
            content: "The plan of the stage is scheduled",
            trigger: ".o-mail-Activity:contains('Tough conversation')",
        },
        {
            trigger: ".o_form_view:contains('no answer for three weeks')",
        },
        {
            trigger: "button[name='action_view_partner']",
            run: "click",
        },
        {
            content: "The contact shows the same stage",
            trigger: "button[name='action_view_client_relationship']:contains('At risk')",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('At risk')",
        },
        {
            content: "The review for the meeting",
            trigger: "button[data-menu-xmlid='client_health.menu_client_health_reporting']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='client_health.menu_client_health_review']",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_export']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});
