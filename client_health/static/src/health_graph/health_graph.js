import { registry } from "@web/core/registry";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";

/** A day without a score is a gap in the line: not a score of 0. */
export class HealthGraphRenderer extends GraphRenderer {
    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of data.datasets) {
            dataset.spanGaps = true;
            dataset.data = dataset.data.map((value, index) =>
                value === false || !dataset.domains?.[index]?.length ? null : value
            );
        }
        return data;
    }
}

registry.category("views").add("client_health_graph", {
    ...graphView,
    Renderer: HealthGraphRenderer,
});
