import { registry } from "@web/core/registry";
import { graphView } from "@web/views/graph/graph_view";
import { TopGraphModel, TopGraphRenderer } from "./top_graph";

/** Of many clients, those with the lowest scores: whom to look at. */
class HealthGraphModel extends TopGraphModel {
    isLowestFirst = true;
}

/** A day without a score is a gap in the line: not a score of 0. */
export class HealthGraphRenderer extends TopGraphRenderer {
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
    Model: HealthGraphModel,
    Renderer: HealthGraphRenderer,
});
