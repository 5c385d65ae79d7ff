import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { graphView } from "@web/views/graph/graph_view";

const TOP = 10;

/** Of many clients, an ordered chart shows the first ten; without an order it shows all. */
class ClientTopGraphModel extends GraphModel {
    _getProcessedDataPoints() {
        const points = super._getProcessedDataPoints();
        const { groupBy, mode, order } = this.metaData;
        const isOfClients = groupBy.length === 1 && groupBy[0].fieldName === "partner_id";
        return order && mode !== "pie" && isOfClients ? points.slice(0, TOP) : points;
    }
}

registry.category("views").add("client_top_graph", { ...graphView, Model: ClientTopGraphModel });
