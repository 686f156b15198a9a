// Shows a diagram with what differs from another version, marked by words, line and colour. The
// table beside it says the same.
//
//   <div class="diagram" data-diagram="/url/of/the.bpmn"
//        data-changes='{"decide_appeal": {"what": "changed", "text": "Changed: due"}}'></div>
//
// what is added, changed, moved or removed; text is optional, and a path never has one.

import "./changes.js";
import "./viewer.js";
import "./compare.css";
