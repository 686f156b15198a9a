// The editor of one decision table: the library's, without its drawing of decisions that ask others
// and without its kinds of decision that the engine does not run.

import EditingManager from "dmn-js-shared/lib/base/EditingManager";
import DecisionTableEditor from "dmn-js-decision-table/lib/Editor";
import { is } from "dmn-js-shared/lib/util/ModelUtil";

export class TableEditor extends EditingManager {
  _getViewProviders() {
    return [
      {
        id: "decisionTable",
        constructor: DecisionTableEditor,
        opens: (element) => is(element, "dmn:Decision") && is(element.decisionLogic, "dmn:DecisionTable"),
      },
    ];
  }
}
