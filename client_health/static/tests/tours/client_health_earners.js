/* global Chart */
import { registry } from "@web/core/registry";

const click = (trigger) => ({ trigger, run: "click" });
const tour = (name, steps) => registry.category("web_tour.tours").add(name, { steps: () => steps });

const SUMS = ".o_client_board_sums";

tour("client_health_earners_money", [
    // the board adds up what its columns bring in
    { trigger: `${SUMS} [data-sum='client_revenue']:contains('6,000')` },
    { trigger: `${SUMS} [data-sum='client_margin']:contains('1,500')` },
    { trigger: ".o_kanban_record:contains('Tour Much') .text-success:contains('60')" },
    { trigger: ".o_kanban_record:contains('Tour Little') .text-warning:contains('20')" },
    { trigger: ".o_kanban_record:contains('Tour Loss') .text-danger:contains('50')" },
    // who earns, the most first
    click("button[data-menu-xmlid='client_health.menu_client_health_reporting']"),
    click(".dropdown-item[data-menu-xmlid='client_health.menu_client_health_earners']"),
    { trigger: ".o_data_row:first:contains('Tour Much') .text-success" },
    { trigger: ".o_data_row:nth-child(3):contains('Tour Loss') .text-danger" },
    { trigger: ".o_data_row:nth-child(4):contains('Tour Unknown')" },
    click(".o_switch_view.o_graph"),
    { trigger: ".o_graph_renderer canvas" },
    click(".o_switch_view.o_list"),
    // and with how many of the hours
    click("button:contains('Show margin over hours')"),
    { trigger: ".o_client_pareto li:contains('1 of 3 clients make 80 %')" },
    { trigger: ".o_client_pareto li:contains('at a loss: 1')" },
    { trigger: ".o_client_pareto li:contains('unknown')" },
    {
        content: "The curve rises to 2,000 and falls to 1,500",
        trigger: ".o_client_pareto_chart canvas",
        run() {
            const [line] = Chart.getChart(this.anchor).data.datasets;
            const drawn = JSON.stringify(line.data.map(({ x, y }) => [x, y]));
            if (drawn !== "[[0,0],[25,1500],[75,2000],[100,1500]]") {
                throw new Error(drawn);
            }
        },
    },
    click(".o_client_pareto a:contains('Tour Loss')"),
    { trigger: ".o_form_view .oe_title:contains('Tour Loss')" },
]);

tour("client_health_earners_no_money", [
    { trigger: ".o_kanban_record:contains('Tour Much')" },
    { trigger: `.o_kanban_renderer:not(:has(${SUMS})):not(:contains('margin'))` },
    click("button[data-menu-xmlid='client_health.menu_client_health_reporting']"),
    { trigger: ".o-dropdown--menu:not(:contains('Who Earns')):not(:contains('Margin over'))" },
]);
