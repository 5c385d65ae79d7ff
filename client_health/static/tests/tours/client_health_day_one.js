import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const APP = ".o_app[data-menu-xmlid='client_health.menu_client_health_root']";
const click = (trigger) => ({ trigger, run: "click" });

/* From the installation: three clicks, then the set-up goes on in the background. */
registry.category("web_tour.tours").add("client_health_day_one", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        click(APP),
        click(".o_client_findings_first button:contains('Find our clients')"),
        click("button[name='action_apply']"),
        { trigger: "button[name='action_refresh']" },
    ],
});

/* The fourth click, minutes later: what the records say, by name, on the first page. */
registry.category("web_tour.tours").add("client_health_day_one_truth", {
    steps: () => [
        click(".o_menu_sections [data-menu-xmlid='client_health.menu_client_health_today']"),
        { trigger: ".o_client_findings_top li:contains('Seagull Line cost you')" },
        { trigger: ".o_client_findings_top li:eq(2)" },
    ],
});
