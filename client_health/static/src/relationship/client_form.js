import { registry } from "@web/core/registry";
import { toStringExpression } from "@web/views/utils";
import { FormCompiler } from "@web/views/form/form_compiler";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";

/** A page with `data-count` shows the sum of these fields beside its name: "Voice (2)". */
class ClientFormCompiler extends FormCompiler {
    compileNotebook(el, params) {
        const notebook = super.compileNotebook(el, params);
        for (const page of el.querySelectorAll(":scope > page[data-count]")) {
            const name = toStringExpression(page.getAttribute("name"));
            const slot = [...notebook.children].find((node) => node.getAttribute("name") === name);
            const names = JSON.stringify(page.getAttribute("data-count").split(","));
            slot?.setAttribute(
                "title",
                `__comp__.getTabTitle(${slot.getAttribute("title")}, ${names})`
            );
        }
        return notebook;
    }
}

class ClientFormRenderer extends FormRenderer {
    getTabTitle(title, names) {
        const { data } = this.props.record;
        // lists count their lines; a field that the user may not read counts nothing
        const counts = names.map((name) => data[name]?.count ?? data[name] ?? 0);
        const sum = counts.reduce((total, count) => total + count, 0);
        return sum ? `${title} (${sum})` : title;
    }
}

registry.category("views").add("client_form", {
    ...formView,
    Compiler: ClientFormCompiler,
    Renderer: ClientFormRenderer,
});
