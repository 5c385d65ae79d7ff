import { rottingKanbanView } from "@mail/js/rotting_mixin/rotting_kanban_view";
import { RottingKanbanController } from "@mail/js/rotting_mixin/rotting_kanban_controller";
import { RottingKanbanHeader } from "@mail/js/rotting_mixin/rotting_kanban_header";
import { RottingKanbanRenderer } from "@mail/js/rotting_mixin/rotting_kanban_renderer";
import { registry } from "@web/core/registry";
import { AnimatedNumber } from "@web/views/view_components/animated_number";
import { WaitingLine } from "../communication/waiting";

const SUMS = ["client_revenue", "client_margin"];

/** The figures to add up: only users who may see money have them in their view. */
const getSums = (fields) => SUMS.filter((name) => name in fields).map((name) => fields[name]);

class ClientBoardController extends RottingKanbanController {
    static template = "client_health.ClientBoard";
    static components = { ...RottingKanbanController.components, WaitingLine };

    get progressBarAggregateFields() {
        return [...super.progressBarAggregateFields, ...getSums(this.props.fields)];
    }
}

/** Revenue and margin of the clients of a column, below its bar. */
class ClientBoardHeader extends RottingKanbanHeader {
    static template = "client_health.ClientBoardHeader";
    static components = { ...RottingKanbanHeader.components, AnimatedNumber };

    get sums() {
        const { group, progressBarState } = this.props;
        return getSums(group.fields).map((field) => ({
            name: field.name,
            label: field.string,
            help: field.help,
            ...progressBarState.getAggregateValue(group, field),
        }));
    }
}

class ClientBoardRenderer extends RottingKanbanRenderer {
    static components = { ...RottingKanbanRenderer.components, KanbanHeader: ClientBoardHeader };
}

registry.category("views").add("client_board", {
    ...rottingKanbanView,
    Controller: ClientBoardController,
    Renderer: ClientBoardRenderer,
});
