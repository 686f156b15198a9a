// Offers in palette, pad and change menu what the engine runs and the panel can fill in; what else a
// file has stays as it is, and the gate says what it thinks of it.

const LAST = 500;
const IN_PALETTE = new Set([
  "hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator",
  "create.start-event", "create.intermediate-event", "create.end-event",
  "create.exclusive-gateway", "create.task", "create.subprocess-expanded",
]);
const NOT_OFFERED =
  /transaction|event-subprocess|event-sub-process|ad-?hoc|complex|compensation|cancel|link|conditional|data-|collection|script|signal|error|escalation|manual|send-task|receive-task|rule-none|collapsed-sub/i;

class Limits {
  constructor(palette, popupMenu) {
    palette.registerProvider(LAST, {
      getPaletteEntries: () => (entries) =>
        Object.fromEntries(Object.entries(entries).filter(([id]) => IN_PALETTE.has(id))),
    });
    for (const menu of ["bpmn-replace", "bpmn-append", "bpmn-create"]) {
      popupMenu.registerProvider(menu, LAST, {
        getPopupMenuEntries: () => (entries) =>
          Object.fromEntries(Object.entries(entries).filter(([id]) => !NOT_OFFERED.test(id))),
      });
    }
  }
}
Limits.$inject = ["palette", "popupMenu"];

export const limitsModule = { __init__: ["spocLimits"], spocLimits: ["type", Limits] };
