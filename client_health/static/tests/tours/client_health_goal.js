import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/* A salesperson measures a goal, calls it reached, and logs and shares the accomplishment. */
registry.category("web_tour.tours").add("client_health_goal", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='client_health.menu_client_health_root']",
            run: "click",
        },
        {
            content: "The app opens with Today",
            trigger:
                ".o_menu_sections a[data-menu-xmlid='client_health.menu_client_health_clients']",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('Harbour of the Tour')",
            run: "click",
        },
        {
            trigger: ".o_notebook .nav-link[name='work']",
            run: "click",
        },
        {
            content: "No goal that is good for both sides: the client is flagged",
            trigger: ".o_notebook .tab-pane.active:contains('No live goal')",
        },
        {
            trigger: "button[name='action_new_client_goal']",
            run: "click",
        },
        {
            trigger: ".modal div[name='name'] input",
            run: "edit More bookings from phones",
        },
        {
            trigger: ".modal div[name='benefit_client'] textarea",
            run: "edit Fewer calls at the front desk",
        },
        {
            trigger: ".modal div[name='benefit_us'] textarea",
            run: "edit A case to show",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            trigger: "button[name='action_view_client_goals']",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains('More bookings from phones')",
            run: "click",
        },
        {
            trigger: "button[name='action_agree']:contains('Mark as agreed')",
            run: "click",
        },
        {
            content: "Who, when and how is filled in",
            trigger: ".modal button[name='action_record']",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current:contains('Agreed')",
        },
        {
            content: "Nobody measured yet: that is unknown, not zero",
            trigger: ".o_form_sheet:contains('Unknown: not measured yet')",
        },
        {
            trigger: "div[name='actual'] input",
            run: "edit 100 && press Tab",
        },
        ...stepUtils.saveForm(),
        {
            content: "Measured",
            trigger: "div[name='standing']:contains('Target met')",
        },
        {
            trigger: "button[name='action_reach']",
            run: "click",
        },
        {
            content: "Reaching it offers the accomplishment",
            trigger: ".alert button[name='action_log_accomplishment']",
            run: "click",
        },
        {
            trigger: "div[name='value_words'] textarea:value('Fewer calls at the front desk')",
        },
        {
            trigger: "div[name='value_amount'] input",
            run: "edit 12000",
        },
        {
            trigger: "button[name='action_share']",
            run: "click",
        },
        {
            content: "Now it can be asked what it is worth",
            trigger: "button[name='action_ask']",
        },
    ],
});

/* The client looks at its results, puts its own figure on one, and says what it values at all. */
registry.category("web_tour.tours").add("client_health_goal_portal", {
    url: "/my",
    steps: () => [
        {
            trigger: ".o_portal_index_card a[href='/my/work']:contains('Our work together')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "a[href='/my/results']:contains('All results')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What it brings us is ours",
            trigger:
                ".o_client_goal:contains('More bookings from phones'):not(:contains('A case'))",
        },
        {
            content: "Our figure is ours: the client is asked for its own",
            trigger: ".o_client_accomplishment:not(:contains('12,000')) textarea[name='words']",
            run: "edit An hour a day for our guests",
        },
        {
            trigger: ".o_client_accomplishment input[name='amount']",
            run: "edit 9500",
        },
        {
            trigger: ".o_client_accomplishment button[value='yes']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger:
                ".o_client_accomplishment:contains('Confirmed by you'):contains('9,500'):not(:contains('12,000'))",
        },
        {
            trigger: ".o_client_value_form textarea",
            run: "edit You answer on the same day",
        },
        {
            trigger: ".o_client_value_form button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "blockquote:contains('You answer on the same day')",
        },
    ],
});
