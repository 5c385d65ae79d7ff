import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const click = (trigger, content) => ({ trigger, content, run: "click" });
const see = (trigger, content) => ({ trigger, content });
const open = (name) => [
    click("button[data-menu-xmlid='client_health.menu_client_health_reporting']"),
    click(`.dropdown-item[data-menu-xmlid='client_health.${name}']`),
];
const back = (name) => click(`.breadcrumb-item a:contains('${name}'), .o_back_button`);

const FINDINGS = ".o_client_today_findings";
const MAP = ".o_client_map";
const NAME = "Blue Harbour";
const CARD = `.o_kanban_record:contains('${NAME}')`;
const column = (name) => `.o_kanban_group:has(.o_column_title:contains('${name}'))`;

/* Before the meeting of Monday: what is wrong, what it costs, what we do about it. */
registry.category("web_tour.tours").add("client_health_monday", {
    steps: () => [
        ...stepUtils.goToAppSteps("client_health.menu_client_health_root", "Today, of all clients"),
        see(".o_client_today_summary:contains('1 client needs your team today')"),
        see(`.o_client_today_section[data-section='health']:contains('${NAME}')`),
        // what the records say, and its clients
        see(`${FINDINGS}:contains('Nobody is in charge of')`),
        click(`${FINDINGS} li:contains('Nobody is in charge of') .o_client_finding_list`),
        see(".o_list_view .o_data_row:contains('Green Valley')"),
        see(`.o_list_view:not(:has(.o_data_row:contains('${NAME}')))`),
        back("Today"),
        click(`${FINDINGS} .o_client_findings_dismiss`),
        see(`.o_client_today_page:not(:contains('Nobody is in charge of'))`, "Read, and gone"),
        // the map, and who stands in its worst corner
        ...open("menu_client_health_portfolio"),
        click(`${MAP} [data-quadrant='both']`),
        see(`.o_list_view .o_data_row:contains('${NAME}')`),
        // a figure of the dashboard, and its records
        ...open("menu_client_health_dashboard"),
        click(".o_client_dashboard [data-tile='bands'] [data-band='risk']"),
        see(`.o_list_view .o_data_row:contains('${NAME}')`),
        see(".o_list_view:not(:has(.o_data_row:contains('Green Valley')))"),
        // who earns: the most first, and a loss in red
        ...open("menu_client_health_earners"),
        see(".o_data_row:first:contains('Green Valley')"),
        see(`.o_data_row:contains('${NAME}') .text-danger`),
        // start afresh with the one at a loss
        click("[data-menu-xmlid='client_health.menu_client_health_clients']"),
        {
            trigger: `${column("At risk")} ${CARD}`,
            run: `drag_and_drop(${column("Reboot")})`,
        },
        see(".modal div[name='date_deadline']"),
        {
            trigger: ".modal div[name='reason'] input",
            run: "edit At a loss for a year: we start afresh",
        },
        click(".modal button[name='action_move']"),
        click(`${column("Reboot")} ${CARD}`),
        see(
            ".o_form_statusbar button.btn-primary:first:contains('Continue reboot')",
            "The first button is the next step, not the way back"
        ),
        see(".o_form_view .o_arrow_button_current:contains('Reboot')"),
        // its review, to take along
        click(".o_form_view .o_cp_action_menus .dropdown-toggle"),
        click(".o-dropdown--menu .o-dropdown-item:contains('Export review')"),
        see(".modal div[name='audience']:contains('The client')"),
        click(".modal button[name='action_export']"),
        see(
            "body:not(:has(.modal)):not(:has(.o-dropdown--menu)):not(:has(.o_error_dialog)) .o_form_view"
        ),
        click(".o_form_statusbar button.btn-primary:first"),
        see(".o_form_view:contains('At a loss for a year: we start afresh')"),
        // how long clients wait, and who carries the demanding ones
        ...open("menu_client_health_reply_time"),
        see(".o_pivot_view:contains('2:00')"),
        ...open("client_relationship_menu_strain"),
        see(".o_graph_renderer canvas"),
        click(".o_switch_view.o_list"),
        click(".o_group_header:contains('ch_owner')"),
        click(".o_group_header:contains('5')"),
        see(`.o_list_view .o_data_row:contains('${NAME}')`),
        // were we warned?
        ...open("client_health_calibration_menu"),
        see(".o_form_view:contains('Were you warned?'):contains('Too few to judge')"),
    ],
});
